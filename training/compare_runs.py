"""Comparison of two runs, file against file on the same documents, with a verdict and gates.

The first run is the reference; its recipe declares the gates that the second must hold.
"""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from cards.ledger import ClaimId, Interval, Ledger, read_ledger

from .errors import StageError
from .measuring import scoring, statistics
from .measuring.metrics import document_f1
from .measuring.run_results import File, Results, Split
from .recipe import load_recipe
from .recipe.schema import Gates
from .run_folder import RunFolder

WEBHOOK_SECONDS = 10
COLUMNS = 4  # of a table


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class F1(_Frozen):
    """Macro F1 of both on one split, and their paired difference (the second run's minus the first's)."""

    corpus: str
    split: str
    documents: int
    first: float
    second: float
    difference: float
    interval: Interval
    wilcoxon_p: float  # of the documents' F1


class Latency(_Frozen):
    """Median milliseconds of both; delta: Cliff's, below 0 where the second run is faster."""

    tokens: int
    first: float
    second: float
    mann_whitney_p: float
    delta: float
    doubtful: str | None  # why the times may not be comparable


class Gate(_Frozen):
    """A rule that the second run must hold; `found` None where it could not be measured."""

    name: str
    wanted: str
    found: float | None
    held: bool


class Comparison(_Frozen):
    """Of one model of both runs."""

    model: str
    files: tuple[str, str]  # variants
    f1: tuple[F1, ...]
    latency: tuple[Latency, ...]
    bytes: tuple[int, int]
    verdict: str
    gates: tuple[Gate, ...]


def compare(first: Path, second: Path, model: str | None, variant: str | None) -> list[Comparison]:
    """Compare the models of two runs that have the same names.

    Args:
        first: folder of the run that is the reference.
        second: folder of the other.
        model: only this one.
        variant: file of both, "fp32", "fp16" or "int8"; by default the smallest of each.

    Raises:
        StageError: there is no such model or file, or the runs were measured on other documents.
    """
    reference, other = _Run(first), _Run(second)
    shared = [name for name in reference.results.recipe.models if name in other.results.recipe.models]
    if model and model not in shared:
        raise StageError(f"no model {model!r} in both runs; they share {', '.join(shared) or 'none'}")
    if not shared:
        raise StageError(f"{first} and {second} have no model of one name")
    return [_compare(reference, other, name, variant) for name in ([model] if model else shared)]


class _Run:
    def __init__(self, folder: Path):
        run = RunFolder(folder)
        if not run.ledger.is_file():
            raise StageError(f"{folder} is no finished run: it has no {run.ledger.name}")
        self.results = Results(run, load_recipe(str(run.recipe)))
        self.ledger: Ledger = read_ledger(run.ledger)

    def file(self, model: str, variant: str | None) -> File:
        there = self.results.variants(model)
        if variant and variant not in there:
            raise StageError(f"{self.results.run.path}: {model} has no {variant}, but {', '.join(there)}")
        return model, variant or there[-1]

    def value(self, claim_id: ClaimId) -> float | None:
        claim = self.ledger.get(claim_id)
        return claim.value if claim else None

    def processor(self, file: File) -> str | None:
        """On which its times were taken."""
        found = self.ledger.find(model=file[0], variant=file[1], metric="latency", vs_model=None)
        return next((claim.environment.cpu for claim in found if claim.environment), None)


def _compare(first: _Run, second: _Run, model: str, variant: str | None) -> Comparison:
    files = first.file(model, variant), second.file(model, variant)
    f1 = tuple(_f1(first, second, files, split) for split in _splits(first, second))
    latency = tuple(_latency(first, second, files))
    sizes = [
        int(run.value(ClaimId(file[0], variant=file[1], metric="bytes")) or 0)
        for run, file in zip((first, second), files, strict=True)
    ]
    sparsity = second.value(ClaimId(model, metric="sparsity"))
    return Comparison(
        model=model,
        files=(files[0][1], files[1][1]),
        f1=f1,
        latency=latency,
        bytes=(sizes[0], sizes[1]),
        verdict=_verdict(f1[0]),
        gates=tuple(_gates(first.results.recipe.gates, f1[0], latency, sizes, sparsity)),
    )


def _splits(first: _Run, second: _Run) -> list[Split]:
    """What both were measured on, the first run's own test at the front.

    Raises:
        StageError: nothing, or other documents under the same name.
    """
    theirs = dict(second.results.recipe.measure)
    shared = [split for split in first.results.recipe.measure.items() if theirs.get(split[0]) == split[1]]
    if not shared:
        raise StageError(
            "the runs were measured on nothing in common: "
            f"{dict(first.results.recipe.measure)} and {theirs}; give both recipes the same `measure`"
        )
    for split in shared:
        if first.results.documents(split) != second.results.documents(split):
            raise StageError(f"{' '.join(split)} has other documents in the two runs; run both on one copy")
    return shared


def _f1(first: _Run, second: _Run, files: tuple[File, File], split: Split) -> F1:
    theirs, ours = first.results.counts(files[0], split), second.results.counts(files[1], split)
    draws = statistics.resample(len(ours), first.results.recipe.evaluation.resamples)
    difference, interval = scoring.f1_difference(ours, theirs, draws)
    return F1(
        corpus=split[0],
        split=split[1],
        documents=len(ours),
        first=scoring.macro_f1(theirs),
        second=scoring.macro_f1(ours),
        difference=difference,
        interval=interval,
        wilcoxon_p=statistics.wilcoxon(document_f1(ours), document_f1(theirs)),
    )


def _latency(first: _Run, second: _Run, files: tuple[File, File]) -> Iterator[Latency]:
    machines = [run.processor(file) for run, file in zip((first, second), files, strict=True)]
    other = None if machines[0] == machines[1] else f"on other processors: {machines[0]}, {machines[1]}"
    before, after = first.results.times(), second.results.times()
    for tokens in sorted(before.keys() & after.keys()):
        times = [
            timing.milliseconds[".".join(file)]
            for timing, file in zip((before[tokens], after[tokens]), files, strict=True)
        ]
        busy = before[tokens].disturbed or after[tokens].disturbed
        p, delta = statistics.mann_whitney(times[1], times[0])
        yield Latency(
            tokens=tokens,
            first=float(np.median(times[0])),
            second=float(np.median(times[1])),
            mann_whitney_p=p,
            delta=delta,
            doubtful=other or ("other programs disturbed one of them" if busy else None),
        )


def _verdict(f1: F1) -> str:
    if f1.interval.low > 0:
        return "the second is better"
    return "the first is better" if f1.interval.high < 0 else "no difference shown"


def _gates(
    gates: Gates, f1: F1, latency: tuple[Latency, ...], sizes: list[int], sparsity: float | None
) -> Iterator[Gate]:
    if gates.f1_drop is not None:
        lost = 0.0 - f1.interval.low  # no -0
        wanted = f"macro F1 lost, upper end of the interval, below {gates.f1_drop}"
        yield Gate(name="f1_drop", wanted=wanted, found=lost, held=lost < gates.f1_drop)
    if gates.speed_up is not None:
        longest = latency[-1] if latency and not latency[-1].doubtful else None
        faster = longest.first / longest.second if longest else None
        held = faster is not None and faster >= gates.speed_up
        yield Gate(name="speed_up", wanted=f"at least {gates.speed_up}", found=faster, held=held)
    if gates.size is not None:
        share = sizes[1] / sizes[0]
        yield Gate(name="size", wanted=f"at most {gates.size}", found=share, held=share <= gates.size)
    if gates.sparsity is not None:
        held = sparsity is not None and sparsity >= gates.sparsity
        yield Gate(name="sparsity", wanted=f"at least {gates.sparsity}", found=sparsity, held=held)


def as_json(comparisons: list[Comparison]) -> str:
    """All figures."""
    return json.dumps([each.model_dump(mode="json") for each in comparisons], indent=1)


def as_markdown(comparisons: list[Comparison]) -> str:
    """Tables, as GitHub draws them."""
    blocks = []
    for comparison in comparisons:
        head, *rows = (f"| {' | '.join(row)} |".replace("|  |", "| |") for row in _rows(comparison))
        blocks.append("\n".join([f"## {_title(comparison)}", "", head, "| --- " * COLUMNS + "|", *rows]))
    return "\n\n".join(blocks)


def as_text(comparisons: list[Comparison]) -> str:
    """The same for a terminal, columns in line."""
    blocks = []
    for comparison in comparisons:
        rows = list(_rows(comparison))
        widths = [max(len(row[column]) for row in rows) for column in range(COLUMNS)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        blocks.append("\n".join([_title(comparison), "", *lines]))
    return "\n\n".join(blocks)


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}


def _title(comparison: Comparison) -> str:
    return f"{comparison.model}: {comparison.verdict}"


def _rows(comparison: Comparison) -> Iterator[tuple[str, str, str, str]]:
    """What is compared, both values, and how they differ; first the columns' names."""
    yield "", "first", "second", "second against first"
    yield "file", *comparison.files, ""
    for f1 in comparison.f1:
        low, high = f1.interval.low, f1.interval.high
        tested = f"{f1.difference:+.4f} [{low:+.4f}, {high:+.4f}], Wilcoxon p {f1.wilcoxon_p:.3g}"
        what = f"macro F1, {f1.corpus} {f1.split}, {f1.documents} documents"
        yield what, f"{f1.first:.4f}", f"{f1.second:.4f}", tested
    for each in comparison.latency:
        tested = (
            f"{each.first / each.second:.2f} times as fast, Mann-Whitney p {each.mann_whitney_p:.3g}, "
            f"Cliff's delta {each.delta:+.2f}{f' ({each.doubtful})' if each.doubtful else ''}"
        )
        yield f"median ms, {each.tokens} tokens", f"{each.first:.2f}", f"{each.second:.2f}", tested
    first, second = comparison.bytes
    yield "bytes", f"{first:,}", f"{second:,}", f"{second / first:.2f}"
    for gate in comparison.gates:
        found = "not measured" if gate.found is None else f"{gate.found:.4g}"
        yield f"gate {gate.name}", "", gate.wanted, f"{found}: {'held' if gate.held else 'NOT HELD'}"


def notify(url: str, comparisons: list[Comparison]) -> None:
    """Post the comparison as JSON to a webhook.

    Raises:
        OSError: it cannot be reached, or refuses.
    """
    request = urllib.request.Request(
        url, as_json(comparisons).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS):
        pass

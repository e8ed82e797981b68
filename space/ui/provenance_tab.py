"""Provenance tab: where each model comes from, and its ledger's claims beside what this machine measures."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from ..contract import Model, Tagger
from .file_claims import Claim, claimed_times, claims, qualities
from .live_latency import Latency, cpu_name, measure
from .markup import escape, note, table
from .sample_notes import EXAMPLES

MATERIAL = [word for example in EXAMPLES for word in example.text.split()]
QUIET = 1.5  # p95 over the median; above it, other programs ran between
FILLER = "a"  # one token in every vocabulary that has the single characters
COLUMNS = {"What": "", "Its ledger says": "", "This machine": ""}
ASK = '<span class="nothing">press the button</span>'
NOTHING = '<span class="nothing">nothing</span>'  # claimed


@dataclass(frozen=True)
class Measured:
    """Times of one model here: tokens of a text -> latency."""

    times: Mapping[int, Latency]
    threads: int


def measure_claims(models: Sequence[Model], stopped: Callable[[], bool] = lambda: False) -> list[Measured]:
    """Times of each model, alone, on as many threads as its ledger's, on texts of the lengths in tokens that
    its ledger has times for. Raises Stopped soon after `stopped` turns true."""
    lengths = sorted(set[int]().union(*(claimed_times(model) for model in models)))
    taggers = [model.alone(_environment(model).get("threads")) for model in models]
    found: list[dict[int, Latency]] = [{} for _ in models]
    for length in lengths:
        texts = [text_of(tagger, length) for tagger in taggers]
        calls = [partial(tagger, [text]) for tagger, text in zip(taggers, texts, strict=True)]
        for times, latency in zip(found, measure(calls, stopped), strict=True):
            times[length] = latency
    return [Measured(times, tagger.threads) for times, tagger in zip(found, taggers, strict=True)]


def text_of(tagger: Tagger, tokens: int) -> str:
    """An invented text of exactly `tokens` tokens, special tokens included: whole words of the examples,
    filled up with one-token words."""

    def count(words: Sequence[str]) -> int:
        return len(tagger.tokenizer.encode(" ".join(words)).ids)

    words: list[str] = []
    while count([*words, MATERIAL[len(words) % len(MATERIAL)]]) <= tokens:
        words.append(MATERIAL[len(words) % len(MATERIAL)])
    while count(words) < tokens:
        words.append(FILLER)
    return " ".join(words)


def show_provenance(models: Sequence[Model], measured: Sequence[Measured | None], instructions: str) -> str:
    """One table a model as HTML.

    measured: here, of each model; None before it is asked for
    instructions: this machine's instruction set, as ledgers name it
    """
    return "".join(
        _section(model, times, instructions) for model, times in zip(models, measured, strict=True)
    )


def _section(model: Model, measured: Measured | None, instructions: str) -> str:
    commands = dict.fromkeys(claim["command"] for claim in qualities(model))
    how = "".join(f"<code>{escape(command)}</code>" for command in commands)
    machine = _this_machine(instructions, measured)
    differing = [
        what
        for what, (claimed, here) in _beside(model, machine).items()
        if None not in (claimed, here) and claimed != here
    ]
    return (
        f'<section class="provenance"><h2>{escape(model.name)} <small>{escape(model.origin)}</small></h2>'
        f'<p class="hint">Model <code>{escape(model.id)}</code>, '
        f"revision <code>{escape(model.revision)}</code></p>"
        + (_likeness(differing) if claims(model) else "")
        + table(COLUMNS, _rows(model, measured, machine, differing), f"{model.name}: claims and measurements")
        + "".join(map(note, model.tagger.notes))
        + (f'<p class="hint">How to measure F1, with the repository and the corpus: {how}</p>' if how else "")
        + "</section>"
    )


def _this_machine(instructions: str, measured: Measured | None) -> dict[str, Any]:
    """In the words of a ledger's environment; threads are not known before a measurement."""
    return {
        "cpu": cpu_name(),
        "isa": instructions,
        "threads": measured and measured.threads,
        "onnxruntime": version("onnxruntime"),
    }


def _beside(model: Model, machine: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What decides times and last digits -> what the ledger names, what is here; None where not known."""
    environment = _environment(model)
    return {
        "Processor": (environment.get("cpu"), machine["cpu"]),
        "Instruction set": (environment.get("isa"), machine["isa"]),
        "Threads": (environment.get("threads"), machine["threads"]),
        "ONNX Runtime": (environment.get("versions", {}).get("onnxruntime"), machine["onnxruntime"]),
    }


def _environment(model: Model) -> Mapping[str, Any]:
    """Of the claims about times, which are one machine's; else of the first claim."""
    found = claims(model)
    timed = [claim for claim in found if ".latency." in claim["id"]]
    return next((claim["environment"] for claim in [*timed, *found]), {})


def _likeness(differing: Sequence[str]) -> str:
    if not differing:
        return (
            '<p class="likeness">Like with like: this machine is of the kind that the ledger names, so times '
            "may be compared.</p>"
        )
    *rest, last = [what if what.startswith("ONNX") else what.lower() for what in differing]
    listed = f"{', '.join(rest)} and {last} differ" if rest else f"{last} differs"
    return (
        f'<p class="likeness unlike"><strong>Not like with like:</strong> {listed} from the ledger’s '
        "machine. Times are not compared, and the last digits of a score may differ without anything being "
        "wrong.</p>"
    )


def _rows(
    model: Model, measured: Measured | None, machine: Mapping[str, Any], differing: Sequence[str]
) -> str:
    found = claims(model)
    artifact = found[0]["artifact"] if found else {}
    file = model.tagger.file
    return "".join(
        [
            _row("File", artifact.get("file"), escape(file.name)),
            _row("Bytes", f"{artifact['bytes']:,}" if artifact else None, f"{file.stat().st_size:,}"),
            _row("SHA-256", artifact.get("sha256"), _hash(model, artifact.get("sha256"), measured)),
            *(
                _row(what, claimed, _here(here, what in differing))
                for what, (claimed, here) in _beside(model, machine).items()
            ),
            *(
                _latency_row(tokens, claimed, measured, not differing)
                for tokens, claimed in claimed_times(model).items()
            ),
            *map(_quality_row, qualities(model)),
        ]
    )


def _here(value: object, differs: bool) -> str:
    """A value of this machine, None before it is measured, as HTML."""
    if value is None:
        return ASK
    return f"<strong>{escape(value)}</strong>" if differs else escape(value)


def _row(what: str, claimed: object, here: str) -> str:
    """`claimed` is escaped, None where nothing is claimed; `here` is HTML."""
    said = NOTHING if claimed is None else escape(claimed)
    return f'<tr><th scope="row">{what}</th><td>{said}</td><td>{here}</td></tr>'


def _hash(model: Model, claimed: str | None, measured: Measured | None) -> str:
    """The hash that was taken when the model was loaded or, once asked for, of the file as it is now."""
    if measured is None:
        return f"<code>{escape(model.tagger.sha256)}</code> when it was loaded"
    with model.tagger.file.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    verdict = {None: "", found: ", the same"}.get(claimed, ", <strong>not the same</strong>")
    return f"<code>{found}</code> recomputed now{verdict}"


def _latency_row(
    tokens: int, claimed: Mapping[str, float], measured: Measured | None, like_with_like: bool
) -> str:
    here = ASK
    if measured is not None:
        latency = measured.times[tokens]
        if not like_with_like:
            verdict = "not compared: see above"
        elif latency.p95_ms > QUIET * latency.median_ms:
            verdict = "not compared: other programs disturbed it"
        else:
            verdict = f"{latency.median_ms / claimed['median']:.2f}× the ledger’s median"
        here = f"median {latency.median_ms:.1f} ms, p95 {latency.p95_ms:.1f} ms; {verdict}"
    said = f"median {claimed['median']:.1f} ms, p95 {claimed['p95']:.1f} ms"
    return _row(f"Latency of {tokens} tokens", said, here)


def _quality_row(claim: Claim) -> str:
    data, interval = claim["data"], claim["interval"]
    said = f"{claim['value']:.4f} [{interval['low']:.4f}, {interval['high']:.4f}]"
    what = f"{escape(claim['name'])}, {escape(claim['split'])} of {escape(data['id'])}"
    here = f"not measured: its {data['documents']:,} documents are not on this server"
    return _row(what, said, f'<span class="nothing">{here}</span>')

"""Stage `evaluate`: measures every variant of every model, as the file that ships, through the engine.

    scores      strict entity scores on the test split and macro F1 on the guard documents
    diagnostics calibration of the entities' scores, and kinds of error
    decodings   the same scores without the engine's rules, and calibration without the temperature
    speed       latency of one window at stated lengths, all variants taking turns
    comparison  each student variant against the teacher's FP32 file, and INT8 against its own FP32

Found entities are kept in work/evaluate/MODEL.VARIANT.jsonl, in the engine's output format.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Unpack

import numpy as np

from cards.ledger import Artifact, Claim, ClaimId, DataSet, Environment
from cards.ledger.records import Aggregation
from space.engine import Entity, Tagger, load

from . import decodings, diagnostics, evaluation_log, latency, scoring, statistics
from .corpora.document import Document
from .corpora.location import INVENTED
from .latency import Timing
from .metrics import count, document_f1
from .provenance import Details, artifact, claim, data_set, environment
from .recipe import Recipe
from .run_context import Context
from .run_folder import VARIANTS, RunFolder, sha256

File = tuple[str, str]  # model and variant
REFERENCE: File = ("teacher", "fp32")
PAIRS: dict[File, tuple[File, ...]] = {
    ("student", "fp32"): (REFERENCE,),
    ("student", "int8"): (REFERENCE, ("student", "fp32")),
}


@dataclass(frozen=True)
class Variant:
    """One file of one model, loaded."""

    file: File
    tagger: Tagger
    artifact: Artifact

    @property
    def name(self) -> str:
        return ".".join(self.file)

    def id(
        self,
        metric: str,
        split: str | None = None,
        group: str | None = None,
        length: int | None = None,
        statistic: str | None = None,
    ) -> ClaimId:
        """Id of a claim on this file; the arguments are fields of `ClaimId`."""
        model, variant = self.file
        return ClaimId(
            model,
            variant=variant,
            split=split,
            group=group,
            metric=metric,
            length=length,
            statistic=statistic,
        )


@dataclass(frozen=True)
class Evaluation:
    """What all claims of one evaluation share. `split` is the recipe's name of the test data."""

    recipe: Recipe
    data: DataSet
    environment: Environment
    command: str

    def claim(
        self,
        claim_id: ClaimId,
        name: str,
        value: float,
        unit: str,
        aggregation: Aggregation,
        **details: Unpack[Details],
    ) -> Claim:
        """As `provenance.claim`, with this evaluation's machine and command."""
        details.setdefault("environment", self.environment)
        return claim(claim_id, name, value, unit, aggregation, command=self.command, **details)

    def on_test(
        self,
        claim_id: ClaimId,
        name: str,
        value: float,
        unit: str,
        aggregation: Aggregation,
        **details: Unpack[Details],
    ) -> Claim:
        """As `claim`, of what was measured on the test documents."""
        split = self.recipe.evaluation.split
        known: Details = {"split": split, "data": self.data, "n": self.data.documents, **details}
        return self.claim(claim_id, name, value, unit, aggregation, **known)


def run(context: Context) -> list[Claim]:
    """Measure the models of a run.

    Evaluations on test data are counted in `evaluation_log.LOG`, but for corpora of this project's own
    writing, on which nothing can be overfitted that matters.
    """
    recipe = context.recipe
    invented = (INVENTED / recipe.corpus.id).is_dir()
    return evaluate(
        context.run,
        recipe,
        context.documents(recipe.evaluation.split),
        context.documents("guard"),
        log=None if invented else evaluation_log.LOG,
    )


def evaluate(
    run: RunFolder, recipe: Recipe, test: Sequence[Document], guard: Sequence[Document], log: Path | None
) -> list[Claim]:
    """Measure the models of a run folder.

    Args:
        run: its folder.
        recipe: what to measure, and how.
        test: the documents to measure on.
        guard: the guard documents.
        log: JSON lines to which each variant's test F1 is appended, with date and recipe hash; None for none.

    Returns:
        All claims on the models.

    Raises:
        EngineError: a file cannot be run.
        StageError: a latency length does not fit a window.
    """
    settings = recipe.evaluation
    variants = {variant.file: variant for variant in load_variants(run, settings.threads)}
    shared = Evaluation(
        recipe=recipe,
        data=data_set(recipe.corpus, test),
        # The threads that there were: on fewer processors the engine takes fewer than the recipe says.
        environment=environment(min(variant.tagger.threads for variant in variants.values())),
        command=f"python -m training evaluate {recipe.name} --out RUN",
    )
    claims = list(_size_claims(variants.values(), shared))
    draws = statistics.resample(len(test), settings.resamples)
    counts: dict[File, np.ndarray] = {}
    smallest = {one.file[0]: one for one in sorted(variants.values(), key=lambda one: -one.artifact.bytes)}
    for variant in variants.values():
        found = _find(variant, test, run.work("evaluate"))
        counts[variant.file] = count([document.spans for document in test], found, recipe.labels)
        claims += _test_claims(variant, test, found, draws, shared, variant is smallest[variant.file[0]])
        claims.append(_guard_claim(variant, guard, shared))
    seen = {
        ".".join(filter(None, (c.id.model, c.id.variant, c.id.decoding))): c.value
        for c in claims
        if c.id.has(split=settings.split, group="macro", metric="f1")
    }
    for name, value in seen.items():
        print(f"evaluate: {name} test macro F1 {value:.4f}", flush=True)
    if log is not None:
        evaluation_log.append(log, recipe.name, sha256(run.recipe), shared.data.id, settings.split, seen)
    times = {
        length: latency.measure({v.file: v.tagger for v in variants.values()}, test, length, settings.repeats)
        for length in settings.lengths
    }
    for length, timing in times.items():
        if timing.disturbed:
            print(f"evaluate: other programs disturbed the latency at {length} tokens", flush=True)
    claims += _latency_claims(variants, times, shared)
    for ours, others in PAIRS.items():
        for theirs in others:
            if {ours, theirs} <= variants.keys():
                claims += _comparison_claims(ours, theirs, counts, times, draws, shared)
    return claims


def load_variants(run: RunFolder, threads: int) -> Iterator[Variant]:
    """Load every ONNX file of the run's models that is a known variant."""
    for folder in sorted(run.models.iterdir(), reverse=True):  # the teacher, then the student
        for name, file in VARIANTS.items():
            if (folder / file).is_file():
                tagger = load(folder, file=file, threads=threads)
                yield Variant((folder.name, name), tagger, artifact(folder, file))


def _find(variant: Variant, documents: Sequence[Document], work: Path) -> list[list[Entity]]:
    """The entities of each document, which are kept in a file as well."""
    found = variant.tagger([document.text for document in documents])
    with (work / f"{variant.name}.jsonl").open("w", encoding="utf-8") as file:
        for document, entities in zip(documents, found, strict=True):
            record = {"id": document.id, "entities": [entity.to_dict() for entity in entities]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return found


def _size_claims(variants: Iterable[Variant], shared: Evaluation) -> Iterator[Claim]:
    """Bytes of every file, parameters of every model."""
    counted = set()
    for variant in variants:
        own = variant.artifact
        if own.model not in counted:
            counted.add(own.model)
            all_files = ClaimId(own.model, metric="parameters")
            yield shared.claim(all_files, "Parameters", own.parameters, "parameters", "value")
        yield shared.claim(variant.id("bytes"), "File size", own.bytes, "bytes", "value", artifact=own)


def _test_claims(
    variant: Variant,
    test: Sequence[Document],
    found: list[list[Entity]],
    draws: np.ndarray,
    shared: Evaluation,
    diagnosed: bool,
) -> Iterator[Claim]:
    """Scores of what a file found in the test documents, and what its rules and its temperature do there.

    Diagnostics are of a model's smallest file alone: those of the others are nearly the same, and many.
    """
    gold, labels = [document.spans for document in test], shared.recipe.labels
    counts, score = count(gold, found, labels), variant.id("f1", split=shared.recipe.evaluation.split)
    make = partial(shared.on_test, artifact=variant.artifact)
    yield from scoring.score_claims(score, counts, draws, labels, make)
    if diagnosed:
        yield from diagnostics.claims(score, gold, found, draws, make)
    others = decodings.others(variant.tagger, [document.text for document in test])
    if "bare" in others:
        bare, bare_counts = score.replace(decoding="bare"), count(gold, others["bare"], labels)
        yield from scoring.score_claims(bare, bare_counts, draws, labels, make)
        gained = bare.replace(group="macro", metric="f1_difference")
        yield scoring.difference_claim(gained, counts, bare_counts, draws, make)
    if diagnosed and "uncalibrated" in others:
        before = score.replace(decoding="uncalibrated")
        yield from diagnostics.calibration_claims(before, gold, others["uncalibrated"], draws, make)


def _guard_claim(variant: Variant, guard: Sequence[Document], shared: Evaluation) -> Claim:
    found = variant.tagger([document.text for document in guard])
    counts = count([document.spans for document in guard], found, shared.recipe.labels)
    return shared.claim(
        variant.id("f1", split="guard", group="macro"),
        "Macro F1 on the guard documents",
        scoring.macro_f1(counts),
        "F1",
        "macro",
        n=len(guard),
        split="guard",
        data=data_set(shared.recipe.corpus, guard),
        artifact=variant.artifact,
    )


def _latency_claims(
    variants: Mapping[File, Variant], times: Mapping[int, Timing[File]], shared: Evaluation
) -> Iterator[Claim]:
    """Median, 95th percentile and minimum of the time from one window of text to its entities."""
    summaries: dict[Aggregation, Callable[[np.ndarray], np.floating]] = {
        "median": np.median,
        "p95": partial(np.percentile, q=95),
        "min": np.min,
    }
    for length, timing in times.items():
        for file, values in timing.milliseconds.items():
            for aggregation, summary in summaries.items():
                yield shared.claim(
                    variants[file].id("latency", length=length, statistic=aggregation),
                    f"Latency, text of {length} tokens to entities, {aggregation}",
                    float(summary(values)),
                    "ms",
                    aggregation,
                    n=len(values),
                    artifact=variants[file].artifact,
                    disturbed=timing.waited if timing.disturbed else None,
                )


def _comparison_claims(
    ours: File,
    theirs: File,
    counts: Mapping[File, np.ndarray],
    times: Mapping[int, Timing[File]],
    draws: np.ndarray,
    shared: Evaluation,
) -> Iterator[Claim]:
    """Compare two variants, paired on the same documents and the same texts.

    The difference of macro F1 (ours minus theirs) with its interval, and Wilcoxon tests of the documents' F1
    and of undisturbed latency.
    """
    (model, variant), (vs_model, vs_variant) = ours, theirs
    pair = partial(ClaimId, model, variant=variant, vs_model=vs_model, vs_variant=vs_variant)
    difference = pair(group="macro", metric="f1_difference")
    yield scoring.difference_claim(difference, counts[ours], counts[theirs], draws, shared.on_test)
    yield shared.on_test(
        pair(metric="document_f1", statistic="wilcoxon_p"),
        "Wilcoxon signed-rank p of the documents' F1",
        statistics.wilcoxon(document_f1(counts[ours]), document_f1(counts[theirs])),
        "p",
        "p-value",
    )
    for length, timing in times.items():
        if timing.disturbed:
            continue
        yield shared.claim(
            pair(metric="latency", length=length, statistic="wilcoxon_p"),
            f"Wilcoxon signed-rank p of latency, {length} tokens",
            statistics.wilcoxon(timing.milliseconds[ours], timing.milliseconds[theirs]),
            "p",
            "p-value",
            n=len(timing.milliseconds[ours]),
        )

"""Node `MODEL.scores`: what every file of a model finds in the measured texts, through the engine.

    sizes       bytes of every file, parameters of the model
    scores      strict entity scores on each measured split, and macro F1 on the guard documents
    overlap     scores by overlap on each split but the models' own test: other guidelines draw other borders
    diagnostics calibration of the entities' scores, and kinds of error, on the models' own test
    decodings   the same scores without the engine's rules, and calibration without the temperature

A label that a corpus does not annotate is not scored there: what is found of it may be right.
What is found is kept in measured/MODEL/VARIANT.CORPUS.SPLIT.jsonl, in the engine's output format.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cards.ledger import Artifact, Claim, ClaimId
from space.engine import Entity, Tagger, load

from ..corpora.document import Document
from ..corpora.location import INVENTED
from ..run_folder import VARIANTS, sha256, variants_of
from . import decodings, diagnostics, evaluation_log, scoring, statistics
from .metrics import of_types
from .metrics.matching import OVERLAP, STRICT
from .provenance import Details, artifact, data_set, environment

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..recipe.models import Model
    from ..run_context import Context


@dataclass(frozen=True)
class Variant:
    """One file of one model, loaded."""

    model: str
    name: str
    tagger: Tagger
    artifact: Artifact


def run(context: "Context", model: "Model") -> list[Claim]:
    """Measure a model's files.

    Evaluations on test data are counted in a log, but for corpora of this project's own writing, on which
    nothing can be overfitted that matters.

    Raises:
        EngineError: a file cannot be run.
    """
    variants = list(load_variants(context.model_folder, context.recipe.evaluation.threads))
    claims = list(_sizes(context, variants))
    for variant in variants:
        print(f"{context.node}: {variant.name}", flush=True)
        for name, split in context.recipe.measure.items():
            claims += _on_split(context, variant, name, split, is_smallest=variant is variants[-1])
        claims += _on_guard(context, variant)
    return claims


def load_variants(folder: Path, threads: int) -> list[Variant]:
    """Load every ONNX file of a model that is a known variant, the smallest last."""
    found = [
        Variant(folder.name, name, load(folder, file=file, threads=threads), artifact(folder, file))
        for name, file in variants_of(folder).items()
    ]
    return sorted(found, key=lambda variant: -variant.artifact.bytes)


def found_file(measured: Path, model: str, variant: str, corpus: str, split: str) -> Path:
    """Where it is kept what a file of a model found in a split."""
    return measured / model / f"{variant}.{corpus}.{split}.jsonl"


def scored_labels(recipe: "Recipe", corpus: str) -> tuple[str, ...]:
    """The labels that a corpus annotates, all of a label's mentions or some, in the recipe's order."""
    return tuple(label for label in recipe.labels if label in recipe.corpora[corpus].annotates)


def _sizes(context: "Context", variants: Sequence[Variant]) -> Iterator[Claim]:
    parameters = variants[0].artifact.parameters
    yield context.claim(ClaimId(context.name, metric="parameters"), "Parameters", parameters, "parameters")
    for variant in variants:
        own = variant.artifact
        size = ClaimId(context.name, variant=variant.name, metric="bytes")
        yield context.claim(size, "File size", own.bytes, "bytes", artifact=own)


def _on_split(
    context: "Context", variant: Variant, corpus: str, split: str, is_smallest: bool
) -> Iterator[Claim]:
    """Scores of what a file finds in a measured split, and what its rules and its temperature do there.

    Diagnostics are of a model's smallest file on its own test alone: those of the others are nearly the same,
    and many.
    """
    recipe, documents = context.recipe, context.split(corpus, split)
    texts = [document.text for document in documents]
    shipped = variant.tagger(texts)
    _keep(found_file(context.run.measured, context.name, variant.name, corpus, split), documents, shipped)
    data, labels = data_set(recipe.corpora[corpus], documents), scored_labels(recipe, corpus)
    others = decodings.others(variant.tagger, texts)
    ways: list[tuple[str | None, decodings.Found]] = [(None, shipped), *others.items()]
    found = {way: of_types(each, labels) for way, each in ways}
    details: Details = {
        "split": split,
        "data": data,
        "n": len(documents),
        "artifact": variant.artifact,
        "environment": environment(variant.tagger.threads),
    }
    make = partial(context.claim, **details)
    score = ClaimId(
        context.name, variant=variant.name, data=recipe.data_name(corpus), split=split, metric="f1"
    )
    gold = [document.spans for document in documents]
    draws = statistics.resample(len(documents), recipe.evaluation.resamples)
    # Without the temperature, the entities are those that ship.
    counts = {way: STRICT.count(gold, each, labels) for way, each in found.items() if way != "uncalibrated"}
    for way, own in counts.items():
        yield from scoring.score_claims(score.replace(decoding=way), own, draws, labels, make)
    if "bare" in counts:
        gained = score.replace(decoding="bare", group="macro", metric="f1_difference")
        yield scoring.difference_claim(gained, counts[None], counts["bare"], draws, make)
    if score.data is not None:
        overlapping = OVERLAP.count(gold, found[None], labels)
        yield from scoring.score_claims(score, overlapping, draws, labels, make, OVERLAP)
    elif is_smallest:
        yield from diagnostics.claims(score, gold, found[None], draws, make)
        if "uncalibrated" in found:
            before = score.replace(decoding="uncalibrated")
            yield from diagnostics.calibration_claims(before, gold, found["uncalibrated"], draws, make)
    seen = {way: scoring.macro_f1(own) for way, own in counts.items()}
    log_looks(context, variant.name, corpus, split, seen)


def log_looks(
    context: "Context", variant: str, corpus: str, split: str, macro_f1: Mapping[str | None, float]
) -> None:
    """Tell macro F1 by decoding, and keep in the log that somebody knows it now."""
    ways = ((".".join(filter(None, (context.name, variant, way))), f1) for way, f1 in macro_f1.items())
    seen = dict(ways)
    for name, value in seen.items():
        print(f"{context.node}: {name}, {corpus} {split}, macro F1 {value:.4f}", flush=True)
    own = context.recipe.corpora[corpus]
    if not (INVENTED / own.id).is_dir():
        recipe_hash, data = sha256(context.run.recipe), own.repo or own.id
        evaluation_log.append(evaluation_log.place(), context.recipe.name, recipe_hash, data, split, seen)


def _keep(file: Path, documents: Sequence[Document], found: Sequence[Sequence[Entity]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        for document, entities in zip(documents, found, strict=True):
            record = {"id": document.id, "entities": [entity.to_dict() for entity in entities]}
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def _on_guard(context: "Context", variant: Variant) -> Iterator[Claim]:
    recipe = context.recipe
    labels = scored_labels(recipe, recipe.guard.corpus)
    guard: list[Document] = []
    found: list[list[Entity]] = []
    for folder, documents in context.guarded():
        tagger = variant.tagger
        if folder != context.model_folder:  # of a fold
            tagger = load(folder, file=VARIANTS[variant.name], threads=tagger.threads, rules=tagger.rules)
        guard += documents
        found += of_types(tagger([document.text for document in documents]), labels)
    counts = STRICT.count([document.spans for document in guard], found, labels)
    yield context.claim(
        ClaimId(context.name, variant=variant.name, split="guard", group="macro", metric="f1"),
        "Macro F1 on the guard documents",
        scoring.macro_f1(counts),
        "F1",
        "macro",
        n=len(guard),
        split="guard",
        data=data_set(recipe.corpora[recipe.guard.corpus], guard),
        artifact=None if context.folds else variant.artifact,  # of the folds there are other files
        environment=environment(variant.tagger.threads),
    )

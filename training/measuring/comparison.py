"""Node `comparison`: files of models against one another, paired on the same documents and the same texts.

A model's FP32 file is held against the FP32 files of the models that its `compare_with` names, its INT8 file
against those and against its own FP32 file.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from cards.ledger import Claim, ClaimId

from . import scoring, statistics
from .metrics import document_f1
from .provenance import data_set, environment
from .run_results import File, Results

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..run_context import Context


def run(context: "Context", recipe: "Recipe") -> list[Claim]:
    """Compare the run's models on their own test."""
    results = Results(context.run, recipe)
    return [claim for ours, theirs in pairs(results) for claim in _claims(context, results, ours, theirs)]


def pairs(results: Results) -> Iterator[tuple[File, File]]:
    """Which files are compared, and with which."""
    for name, model in results.recipe.models.items():
        there = results.variants(name)
        for variant in there:
            if variant == "fp16":
                continue
            yield from (((name, variant), (other, "fp32")) for other in model.compare_with)
            if variant == "int8" and "fp32" in there:
                yield (name, variant), (name, "fp32")


def _claims(context: "Context", results: Results, ours: File, theirs: File) -> Iterator[Claim]:
    """The difference of macro F1 (ours minus theirs) with its interval, and Wilcoxon tests.

    These are of the documents' F1, and of latency where nothing disturbed it.
    """
    (model, variant), (vs_model, vs_variant) = ours, theirs
    recipe, test = results.recipe, results.recipe.own_test
    documents = results.documents(test)
    claim = partial(context.claim, environment=environment(recipe.evaluation.threads))
    pair = partial(ClaimId, model, variant=variant, vs_model=vs_model, vs_variant=vs_variant)
    data = data_set(recipe.corpora[test[0]], documents)
    on_test = partial(claim, split=test[1], data=data, n=len(documents))
    own, other = (results.counts(file, test) for file in (ours, theirs))
    draws = statistics.resample(len(documents), recipe.evaluation.resamples)
    difference = pair(group="macro", metric="f1_difference")
    yield scoring.difference_claim(difference, own, other, draws, on_test)
    yield on_test(
        pair(metric="document_f1", statistic="wilcoxon_p"),
        "Wilcoxon signed-rank p of the documents' F1",
        statistics.wilcoxon(document_f1(own), document_f1(other)),
        "p",
        "p-value",
    )
    for length, timing in results.times().items():
        if timing.disturbed:
            continue
        times = [timing.milliseconds[".".join(file)] for file in (ours, theirs)]
        yield claim(
            pair(metric="latency", length=length, statistic="wilcoxon_p"),
            f"Wilcoxon signed-rank p of latency, {length} tokens",
            statistics.wilcoxon(*times),
            "p",
            "p-value",
            n=len(times[0]),
        )

"""The ledger's claims against each other: what can be computed from other claims agrees with them."""

import itertools
import math

from ...ledger import Claim, ClaimId
from ..input.parts import LedgerFile
from ..read.numbers import harmonic
from ..registry import Faults, rule

TOLERANCE = 1e-6
SCORE_UNITS = ("F1", "precision", "recall", "p")


@rule("claim.macro-mean")
def macro_mean(file: LedgerFile) -> Faults:
    """A macro score is the mean of the scores of its types, all of which are there.

    Why: The ledger is the only source of the card's numbers: a wrong claim is a wrong card.
    Fix: Measure the model again.
    """
    for claim in file.ledger.claims:
        is_score = claim.aggregation == "macro" and claim.unit in SCORE_UNITS
        if not is_score or claim.id.model not in file.ledger.models:
            continue
        ids = [claim.id.replace(group=label) for label in file.ledger.annotated(claim)]
        parts = [part.value for each in ids if (part := file.ledger.get(each))]
        if parts and len(parts) < len(ids):
            yield file.at(claim.id), f"{claim.id} stands beside {len(parts)} of {len(ids)} types"
        elif parts:  # without any, the types were not measured, as on the guard documents
            yield from _unlike(file, claim, sum(parts) / len(parts), "the mean of its types")


@rule("claim.harmonic-mean")
def harmonic_mean(file: LedgerFile) -> Faults:
    """An F1 is the harmonic mean of its precision and recall.

    Why: Three values that do not fit were not measured on the same entities.
    Fix: Measure the model again.
    """
    for claim in file.ledger.claims:
        if claim.aggregation in ("type", "micro") and claim.unit == "F1":
            metrics = (claim.id.metric.replace("f1", rate) for rate in ("precision", "recall"))
            precision, recall = (file.ledger.get(claim.id.replace(metric=metric)) for metric in metrics)
            if precision and recall:
                expected = harmonic(precision.value, recall.value)
                yield from _unlike(file, claim, expected, "the harmonic mean of precision and recall")


@rule("claim.range")
def score_range(file: LedgerFile) -> Faults:
    """Scores and p-values lie between 0 and 1, differences of scores between -1 and 1.

    Why: Nothing that was measured lies outside.
    Fix: Measure the model again.
    """
    for claim in file.ledger.claims:
        low = -1 if claim.aggregation == "difference" else 0
        if claim.unit in SCORE_UNITS and not low <= claim.value <= 1:
            yield file.at(claim.id), f"{claim.id} of {claim.value} lies outside {low} to 1"


@rule("claim.unseen")
def unseen(file: LedgerFile) -> Faults:
    """No model learned from a split that a score was measured on.

    Why: A score on texts that a model has seen says nothing about any others.
    Fix: Take the split out of what the recipe trains on, and train again.
    """
    learned = {(source.id, split) for source in file.ledger.sources for split in source.learned}
    for claim in file.ledger.claims:
        if claim.artifact and claim.data and (claim.data.id, claim.split) in learned:
            yield (
                file.at(claim.id),
                f"{claim.id} is on {claim.split} of {claim.data.id}, which was learned from",
            )


@rule("claim.interval")
def interval(file: LedgerFile) -> Faults:
    """An interval contains its value.

    Why: Value and interval come from the same documents, so that one of them is of others.
    Fix: Measure the model again.
    """
    for claim in file.ledger.claims:
        bounds = claim.interval
        if bounds and not bounds.low <= claim.value <= bounds.high:
            said = f"{claim.id} of {claim.value} lies outside its interval [{bounds.low}, {bounds.high}]"
            yield file.at(claim.id), said


@rule("claim.order")
def order(file: LedgerFile) -> Faults:
    """Minimum, median and p95 of one measurement rise in that order.

    Why: They are taken from the same sorted times.
    Fix: Measure the model again.
    """
    for claim in file.ledger.claims:
        if claim.aggregation != "median":
            continue
        ids = [claim.id.replace(statistic=each) for each in ("min", claim.id.statistic, "p95")]
        parts = [part for each in ids if (part := file.ledger.get(each))]
        for below, above in itertools.pairwise(parts):
            if below.value > above.value:
                said = f"{above.id} of {above.value} lies below {below.id} of {below.value}"
                yield file.at(above.id), said


@rule("claim.artifact")
def artifact(file: LedgerFile) -> Faults:
    """Claims on one file name the same bytes and hash; a size is its file's, and so are the parameters.

    Why: A number holds for the very file that it was measured on, and for no other.
    Fix: Measure the model again.
    """
    first: dict[tuple[str, str], Claim] = {}
    for claim in file.ledger.claims:
        measured = claim.artifact
        if not measured:
            continue
        other = first.setdefault((measured.model, measured.file), claim)
        counted = file.ledger.get(ClaimId(measured.model, metric="parameters"))
        if measured != other.artifact:
            yield file.at(claim.id), f"{claim.id} was measured on another {measured.file} than {other.id}"
        if claim.unit == "bytes" and claim.id.metric == "bytes" and claim.value != measured.bytes:
            said = f"{claim.id} of {claim.value:.0f} is not the {measured.bytes} of {measured.file}"
            yield file.at(claim.id), said
        if counted and counted.value != measured.parameters:
            said = f"{claim.id} names {measured.parameters} parameters and {counted.id} {counted.value:.0f}"
            yield file.at(claim.id), said


def _unlike(file: LedgerFile, claim: Claim, expected: float, what: str) -> Faults:
    if not math.isclose(claim.value, expected, rel_tol=0, abs_tol=TOLERANCE):
        yield file.at(claim.id), f"{claim.id} of {claim.value:.6f} is not {expected:.6f}, {what}"

"""Claims on calibration and kinds of error against the scores that rest on the same entities."""

import math
from collections.abc import Iterator

from ..ledger import Claim
from .finding import Finding, error, rule
from .subject import Subject

TOLERANCE = 1e-6


@rule("claim.error-kinds", "Kinds of error add up with micro precision and recall.")
def error_kinds(subject: Subject) -> Iterator[Finding]:
    """A pair of another border or type is one false positive and one false negative."""
    ledger = subject.ledger
    for claim in ledger.find(topic="errors", metric="correct"):
        boundary, other_type = (ledger.get(claim.id.replace(metric=kind)) for kind in ("boundary", "type"))
        if not (boundary and other_type):
            continue
        pairs = boundary.value + other_type.value
        for kind, rate in (("spurious", "precision"), ("missed", "recall")):
            alone = ledger.get(claim.id.replace(metric=kind))
            measured = ledger.get(claim.id.replace(topic=None, group="micro", metric=rate))
            if alone and measured:
                whole = claim.value + pairs + alone.value
                expected = claim.value / whole if whole else 0.0
                what = f"{claim.value:.0f} of {whole:.0f} by the kinds of error"
                yield from _compare(subject, "claim.error-kinds", measured, expected, what)


@rule("claim.calibration", "A calibration error is what its bins give.")
def calibration(subject: Subject) -> Iterator[Finding]:
    """The distance of score and precision in each bin, weighted by the bin's entities."""
    ledger = subject.ledger
    for claim in ledger.find(topic="calibration", metric="ece"):
        of_file = {"model": claim.id.model, "variant": claim.id.variant, "split": claim.id.split}
        bins = {each.id.bin for each in ledger.find(**of_file, topic="calibration")} - {None}
        metrics = ("entities", "score", "precision")
        parts = [[ledger.get(claim.id.replace(bin=b, metric=m)) for m in metrics] for b in bins]
        if not parts or any(None in part for part in parts):
            right = "entities, score and precision of each bin"
            yield _wrong(subject, "claim.calibration", claim, "bins that lack a claim", right)
            continue
        gaps = [n.value * abs(score.value - precision.value) for n, score, precision in parts]
        expected = sum(gaps) / sum(n.value for n, _, _ in parts)
        yield from _compare(subject, "claim.calibration", claim, expected, "the mean over its bins")


def _compare(subject: Subject, rule_id: str, claim: Claim, expected: float, what: str) -> Iterator[Finding]:
    if not math.isclose(claim.value, expected, rel_tol=0, abs_tol=TOLERANCE):
        yield _wrong(subject, rule_id, claim, f"{claim.value:.6f}", f"{expected:.6f}, {what}")


def _wrong(subject: Subject, rule_id: str, claim: Claim, found: str, right: str) -> Finding:
    return error(rule_id, subject.at_claim(claim.id), found, right, str(claim.id))

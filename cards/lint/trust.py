"""Claims on calibration and kinds of error against the scores that rest on the same entities."""

import math
from collections.abc import Iterator

from ..ledger import Claim
from .finding import Finding, error, rule
from .subject import Subject

TOLERANCE = 1e-6
ERROR = ".calibration.ece"
CORRECT = ".errors.correct"


@rule("claim.error-kinds", "Kinds of error add up with micro precision and recall.")
def error_kinds(subject: Subject) -> Iterator[Finding]:
    """A pair of another border or type is one false positive and one false negative."""
    claims = {claim.id: claim for claim in subject.ledger.claims}
    for claim in claims.values():
        prefix = claim.id.removesuffix(CORRECT)
        kinds = {kind: claims.get(f"{prefix}.errors.{kind}") for kind in ("boundary", "type")}
        if prefix == claim.id or None in kinds.values():
            continue
        pairs = kinds["boundary"].value + kinds["type"].value
        for kind, rate in (("spurious", "precision"), ("missed", "recall")):
            alone, measured = claims.get(f"{prefix}.errors.{kind}"), claims.get(f"{prefix}.micro.{rate}")
            if alone and measured:
                whole = claim.value + pairs + alone.value
                expected = claim.value / whole if whole else 0.0
                what = f"{claim.value:.0f} of {whole:.0f} by the kinds of error"
                yield from _compare(subject, "claim.error-kinds", measured, expected, what)


@rule("claim.calibration", "A calibration error is what its bins give.")
def calibration(subject: Subject) -> Iterator[Finding]:
    """The distance of score and precision in each bin, weighted by the bin's entities."""
    claims = {claim.id: claim for claim in subject.ledger.claims}
    for claim in claims.values():
        if not claim.id.endswith(ERROR):
            continue
        place = claim.id.removesuffix("ece") + "bins."
        bins = {name.rpartition(".")[0] for name in claims if name.startswith(place)}
        parts = [[claims.get(f"{b}.{part}") for part in ("entities", "score", "precision")] for b in bins]
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
    return error(rule_id, subject.at_claim(claim.id), found, right, claim.id)

"""The ledger's claims against each other: what can be computed from other claims agrees with them."""

import itertools
import math
from collections.abc import Iterator

from ..ledger import Claim, ClaimId
from .finding import Finding, error, rule
from .subject import Subject

TOLERANCE = 1e-6
SCORES = ("f1", "precision", "recall")
SCORE_UNITS = ("F1", "precision", "recall", "p")


@rule("claim.macro-mean", "A macro score is the mean of the scores of its types, all of which are there.")
@rule("claim.harmonic-mean", "An F1 is the harmonic mean of its precision and recall.")
def means(subject: Subject) -> Iterator[Finding]:
    """A macro score is the mean of its types' scores; an F1 the harmonic mean of precision and recall."""
    ledger = subject.ledger
    for claim in ledger.claims:
        if claim.aggregation == "macro" and claim.id.metric in SCORES:
            yield from _check_macro(subject, claim)
        if claim.aggregation in ("type", "micro") and claim.id.metric == "f1":
            rates = (ledger.get(claim.id.replace(metric=metric)) for metric in ("precision", "recall"))
            precision, recall = rates
            if precision and recall:
                total = precision.value + recall.value
                expected = 2 * precision.value * recall.value / total if total else 0.0
                yield from _compare(
                    subject, "claim.harmonic-mean", claim, expected, "of precision and recall"
                )


def _check_macro(subject: Subject, claim: Claim) -> Iterator[Finding]:
    model = subject.ledger.models.get(claim.id.model)
    labels = model.labels if model else ()
    parts = [part for each in labels if (part := subject.ledger.get(claim.id.replace(group=each)))]
    if not parts:
        return  # the types were not measured, as on the guard documents
    if len(parts) < len(labels):
        found = f"{len(parts)} of {len(labels)} types beside it"
        yield _wrong(subject, "claim.macro-mean", claim, found, f"one claim for each of {', '.join(labels)}")
        return
    expected = sum(part.value for part in parts) / len(parts)
    yield from _compare(subject, "claim.macro-mean", claim, expected, "the mean of its types")


@rule("claim.range")
def score_ranges(subject: Subject) -> Iterator[Finding]:
    """Scores and p-values lie between 0 and 1, differences of scores between -1 and 1."""
    for claim in subject.ledger.claims:
        low = -1 if claim.aggregation == "difference" else 0
        if claim.unit in SCORE_UNITS and not low <= claim.value <= 1:
            yield _wrong(subject, "claim.range", claim, f"{claim.value}", f"a value from {low} to 1")


@rule("claim.interval")
def intervals(subject: Subject) -> Iterator[Finding]:
    """An interval contains its value."""
    for claim in subject.ledger.claims:
        bounds = claim.interval
        if bounds and not bounds.low <= claim.value <= bounds.high:
            found = f"{claim.value} outside [{bounds.low}, {bounds.high}]"
            yield _wrong(subject, "claim.interval", claim, found, "an interval that contains its value")


@rule("claim.order")
def ordered_times(subject: Subject) -> Iterator[Finding]:
    """Minimum, median and p95 of one measurement rise in that order."""
    for claim in subject.ledger.claims:
        if claim.aggregation != "median":
            continue
        ids = [claim.id.replace(statistic=each) for each in ("min", claim.id.statistic, "p95")]
        parts = [part for each in ids if (part := subject.ledger.get(each))]
        for below, above in itertools.pairwise(parts):
            if below.value > above.value:
                found = f"{below.aggregation} {below.value} above {above.aggregation} {above.value}"
                right = f"{above.aggregation} at or above {below.aggregation}"
                yield _wrong(subject, "claim.order", above, found, right)


@rule("claim.difference")
def recomputed_differences(subject: Subject) -> Iterator[Finding]:
    """A paired difference of macro F1 is the difference of the two claims."""
    for claim in subject.ledger.find(group="macro", metric="f1_difference"):
        files = ((claim.id.model, claim.id.variant), (claim.id.vs_model or "", claim.id.vs_variant))
        ours, reference = (
            subject.ledger.get(ClaimId(model, variant=variant, split=claim.split, group="macro", metric="f1"))
            for model, variant in files
        )
        if ours and reference:
            yield from _compare(
                subject,
                "claim.difference",
                claim,
                ours.value - reference.value,
                "the difference of the two F1",
            )


@rule("claim.artifact", "Claims on one file name one and the same file.")
@rule("claim.bytes", "A claimed size is the bytes of its file.")
@rule("claim.parameters", "Claims on one model name one parameter count.")
def claims_agree(subject: Subject) -> Iterator[Finding]:
    """Claims on one file name the same bytes, hash and parameters; a size is its file's bytes."""
    first: dict[tuple[str, str], Claim] = {}
    for claim in subject.ledger.claims:
        artifact = claim.artifact
        if not artifact:
            continue
        other = first.setdefault((artifact.model, artifact.file), claim)
        if artifact != other.artifact:
            found = f"another {artifact.file} than {other.id} was measured on"
            right = "claims measured on one and the same file"
            yield _wrong(subject, "claim.artifact", claim, found, right)
        if claim.unit == "bytes" and claim.id.metric == "bytes" and claim.value != artifact.bytes:
            right = f"{artifact.bytes}, the bytes of {artifact.file}"
            yield _wrong(subject, "claim.bytes", claim, f"{claim.value:.0f}", right)
        counted = subject.ledger.get(ClaimId(artifact.model, metric="parameters"))
        if counted and counted.value != artifact.parameters:
            right = f"{counted.value:.0f}, as {counted.id}"
            yield _wrong(subject, "claim.parameters", claim, f"{artifact.parameters} parameters", right)


def _compare(subject: Subject, rule_id: str, claim: Claim, expected: float, what: str) -> Iterator[Finding]:
    if not math.isclose(claim.value, expected, rel_tol=0, abs_tol=TOLERANCE):
        yield _wrong(subject, rule_id, claim, f"{claim.value:.6f}", f"{expected:.6f}, {what}")


def _wrong(subject: Subject, rule_id: str, claim: Claim, found: str, right: str) -> Finding:
    return error(rule_id, subject.at_claim(claim.id), found, right, str(claim.id))

"""Figures derived from claims, computed and never stored.

Each function takes claims and returns a plain number. It refuses, with CardError, claims that must
not be compared: other units, other data, another machine or text length.
"""

from collections.abc import Callable

from ..errors import CardError
from .records import Claim

BYTES_PER_FP32_PARAMETER = 4


def retention(ours: Claim, reference: Claim) -> float:
    """Share of the reference's score that ours keeps (1 = all of it)."""
    _same(ours, reference, "unit", "aggregation", "split", "data")
    return _ratio(ours.value, reference.value, ours, reference)


def speed_up(reference: Claim, ours: Claim) -> float:
    """How many times faster ours is: the reference's latency over ours, same machine and length, neither
    disturbed by other programs."""
    _same(reference, ours, "unit", "aggregation", "environment")
    for claim in (reference, ours):
        if claim.disturbed is not None:
            raise CardError(f"{claim.id} was disturbed by other programs, so it is compared with nothing")
    if length(reference) != length(ours):
        raise CardError(f"{reference.id} and {ours.id} were measured on texts of different lengths")
    return _ratio(reference.value, ours.value, reference, ours)


def size_reduction(reference: Claim, ours: Claim) -> float:
    """How many times smaller ours is in bytes; see `size` for what may be given."""
    return _ratio(size(reference), size(ours), reference, ours)


def parameter_reduction(reference: Claim, ours: Claim) -> float:
    """How many times fewer parameters ours has."""
    for claim in (reference, ours):
        _has_unit(claim, "parameters")
    return _ratio(reference.value, ours.value, reference, ours)


def size(claim: Claim) -> float:
    """Bytes: of the file for a claim in bytes; for a claim in parameters, those of an FP32 model at
    four per parameter, so that no container format or stored buffer counts."""
    _has_unit(claim, "bytes", "parameters")
    return claim.value * (BYTES_PER_FP32_PARAMETER if claim.unit == "parameters" else 1)


def length(claim: Claim) -> int:
    """Tokens of the texts that a latency was measured on."""
    if claim.id.length is None:
        raise CardError(f"{claim.id} is not a latency: its id has no part `latency.LENGTH`")
    return claim.id.length


def choices(claim: Claim) -> int:
    """How many guesses counted for a masked token."""
    if claim.id.top is None:
        raise CardError(f"{claim.id} is no score of masked tokens: its id has no end `masked.top_NUMBER`")
    return claim.id.top


def share(part: Claim, whole: Claim) -> float:
    """A count's share of another count."""
    for claim in (part, whole):
        _has_unit(claim, "count")
    return _ratio(part.value, whole.value, part, whole)


def width(claim: Claim) -> float:
    """From the low to the high end of a claim's interval."""
    if claim.interval is None:
        raise CardError(f"{claim.id} has no interval")
    return claim.interval.high - claim.interval.low


_ALL = (retention, speed_up, size_reduction, parameter_reduction, size, length, choices, share, width)
FUNCTIONS: dict[str, Callable[..., float]] = {function.__name__: function for function in _ALL}


def _ratio(above: float, below: float, *claims: Claim) -> float:
    if below <= 0:
        raise CardError(f"no ratio of {claims[0].id} and {claims[1].id}: the divisor is {below}")
    return above / below


def _same(one: Claim, other: Claim, *fields: str) -> None:
    for field in fields:
        ours, theirs = getattr(one, field), getattr(other, field)
        if ours != theirs:
            raise CardError(
                f"{one.id} and {other.id} cannot be compared: their {field} differs ({ours} and {theirs}). "
                "Measure both in one run."
            )


def _has_unit(claim: Claim, *units: str) -> None:
    if claim.unit not in units:
        raise CardError(f"{claim.id} is in {claim.unit!r}, expected {' or '.join(units)}")

"""Numbers as figures have them: each with the reference of its claim; and the files that are compared."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import CardError
from ...ledger import ClaimId, Ledger
from ...ledger.values import operands, resolve
from ..formats import default_format, format_value
from ..tasks import File, Score, files


@dataclass(frozen=True)
class Number:
    """A value of the ledger."""

    claim: str  # a reference, see cards.ledger.values
    value: float
    text: str  # as a card writes it

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True)
class Estimate:
    """A value with its interval."""

    value: Number
    low: Number
    high: Number
    level: Number

    @property
    def reach(self) -> tuple[list[float], list[float]]:
        """How far the interval reaches below and above, as matplotlib's error bars want it."""
        middle = float(self.value)
        return [middle - float(self.low)], [float(self.high) - middle]


def number(ledger: Ledger, named: str | ClaimId) -> Number:
    """A value by its reference or the id of its claim. Raises CardError when the ledger lacks it."""
    reference = str(named)
    value = resolve(ledger, reference)
    if not isinstance(value, int | float):
        raise CardError(f"{reference} is {value!r}; a figure shows numbers")
    text = format_value(value, default_format(reference, operands(ledger, reference)))
    return Number(reference, value, text)


def estimate(ledger: Ledger, claim: ClaimId) -> Estimate:
    """A claim with its interval. Raises CardError when it has none."""
    low, high, level = (number(ledger, f"{claim}#interval.{part}") for part in ("low", "high", "level"))
    return Estimate(number(ledger, claim), low, high, level)


def all_files(ledger: Ledger, name: str) -> Iterator[File]:
    """The files of the model `name` and then of the others on its card."""
    for model in sorted(ledger.models, key=lambda model: model != name):
        yield from files(ledger, model, own=model == name)


def tested(ledger: Ledger, name: str, score: Score) -> dict[File, ClaimId]:
    """Files that have a score on the models' own test: the card's own model first, the others where they were
    measured on the same documents."""
    metric, group, topic = score
    found, data = {}, None
    for file in all_files(ledger, name):
        claim = ledger.get(file.claim(metric=metric, group=group, topic=topic, split=ledger.own_test(name)))
        if claim and claim.data and data in (None, claim.data):
            if data is None and not file.own:
                return {}
            found[file], data = claim.id, claim.data
    return found

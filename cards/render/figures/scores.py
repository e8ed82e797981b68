"""Numbers as figures have them: each with the reference of its claim; and the files that are compared."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...ledger import Ledger
from ...ledger.values import operands, resolve
from ..formats import default_format, format_value
from ..tasks import ranked


@dataclass(frozen=True)
class Number:
    claim: str  # a reference, see cards.ledger.values
    value: float
    text: str  # as a card writes it

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True)
class Score:
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


@dataclass(frozen=True)
class File:
    """One measured file of a model."""

    id: str  # "MODEL.VARIANT", as claim ids begin
    title: str  # "student INT8"
    own: bool  # of the card's own model, not of its teacher
    variant: str


def number(ledger: Ledger, reference: str) -> Number:
    """Raises CardError when the ledger lacks it."""
    value = resolve(ledger, reference)
    return Number(
        reference, value, format_value(value, default_format(reference, operands(ledger, reference)))
    )


def score(ledger: Ledger, claim: str) -> Score:
    parts = ("", "#interval.low", "#interval.high", "#interval.level")
    return Score(*(number(ledger, f"{claim}{part}") for part in parts))


def has(ledger: Ledger, *claims: str) -> bool:
    return {*claims} <= {claim.id.text for claim in ledger.claims}


def files(ledger: Ledger, name: str) -> Iterator[File]:
    """The files of the model `name` and then of the others on its card."""
    for model in sorted(ledger.models, key=lambda model: model != name):
        for variant in ranked(ledger.models[model]):
            title = f"{model} {variant.name.upper()}"
            yield File(f"{model}.{variant.name}", title, model == name, variant.name)


def tested(ledger: Ledger, name: str, what: str) -> dict[File, str]:
    """Files that have a claim `MODEL.VARIANT.SPLIT.what`, each with that id's part before `.what`: the
    card's own model first, the others where they were measured on the same documents.

    SPLIT is the first one that the model was measured on apart from the guard, on which it was chosen.
    """
    claims = {claim.id.text: claim for claim in ledger.claims if claim.data and claim.split != "guard"}
    found, data = {}, None
    for file in files(ledger, name):
        for claim in claims.values():
            if claim.id.text == f"{file.id}.{claim.split}.{what}" and data in (None, claim.data):
                if data is None and not file.own:
                    return {}
                found[file], data = claim.id.text.removesuffix(f".{what}"), claim.data
                break
    return found

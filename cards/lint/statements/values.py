"""One quantity of one thing has one value, wherever the card gives it."""

from collections.abc import Iterator

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import SCORES, Same, apart, model, of_quantity, same_terms, same_thing, told

_RATIOS = ("retention", "speed_up", "reduction", "change", "sparsity")
# Counts of parameters and bytes are often rounded to a word ("110M", "400 MB"): within this share, a
# second value is worth a question only.
_LOOSE = 0.05
_OWN = (None, "model")


@rule("value.parameters")
def parameters(card: Card) -> Iterator[Finding]:
    """A model has one number of parameters."""
    yield from _agree(card, "value.parameters", "parameters", loose=_LOOSE)


@rule("value.size")
def size(card: Card) -> Iterator[Finding]:
    """A file has one size."""
    yield from _agree(card, "value.size", "size", loose=_LOOSE)


@rule("value.latency")
def latency(card: Card) -> Iterator[Finding]:
    """A latency measured under the same conditions is the same wherever it stands."""
    yield from _agree(card, "value.latency", "latency", "throughput")


@rule("value.score")
def score(card: Card) -> Iterator[Finding]:
    """A score on the same data is the same wherever it stands."""
    yield from _agree(card, "value.score", *SCORES)


@rule("value.ratio")
def ratio(card: Card) -> Iterator[Finding]:
    """A ratio or a change of the same two models is the same wherever it stands."""
    yield from _agree(card, "value.ratio", *_RATIOS)


@rule("value.count")
def count(card: Card) -> Iterator[Finding]:
    """A number of texts, mentions or labels is the same wherever it stands."""
    yield from _agree(card, "value.count", "count")


def _agree(card: Card, rule_id: str, *quantities: str, loose: float = 0.0) -> Iterator[Finding]:
    """A finding for each statement that contradicts an earlier one, or that nothing bears out."""
    for quantity in quantities:
        statements = of_quantity(card.statements, quantity)
        one_model = not any(model(s.subject).names for s in statements if s.subject)
        alone = {s for s in statements if not any(_bears_out(t, s, one_model) for t in statements)}
        for index, later in enumerate(statements):
            relations = [(s, _same(s, later, one_model)) for s in statements[:index]]
            surely = next((s for s, same in relations if same is Same.YES and apart(s, later)), None)
            perhaps = [s for s, same in relations if same and {s, later} <= alone and _alike(s, later)]
            earlier = surely or min(perhaps, key=lambda s: abs(s.value - later.value), default=None)
            if earlier is None:
                continue
            found = f"{quantity.replace('_', '-')} {told(later)}, but {told(earlier)}"
            right = "one value, or what sets the two apart: the model, data, split, machine or length of text"
            gap = abs(later.value - earlier.value) / max(abs(earlier.value), 1e-12)
            yield (error if surely and gap > loose else warning)(rule_id, later.place, found, right)


def _same(one: Statement, other: Statement, one_model: bool) -> Same:
    if one.passage == other.passage:
        return Same.NO  # what stands together is told apart by words or heads that were not read
    if one_model and one.subject in _OWN and other.subject in _OWN:
        unsaid = None in (one.subject, other.subject) and "prose" in (one.where, other.where)
        return min(same_terms(one, other), Same.PERHAPS if unsaid else Same.YES)
    return same_thing(one, other)


def _alike(one: Statement, other: Statement) -> bool:
    return one.conditions == other.conditions


def _bears_out(one: Statement, other: Statement, one_model: bool) -> bool:
    """Whether a statement of what may be the same thing gives the same value elsewhere."""
    return one is not other and bool(_same(one, other, one_model)) and not apart(one, other)

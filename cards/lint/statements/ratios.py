"""Ratios and differences against the values that they are said to be of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import (
    SCORES,
    Same,
    in_one_unit,
    is_quantized,
    may_be_own,
    of_quantity,
    own_names,
    same_model,
    same_terms,
    told,
)

Span = tuple[float, float]


@dataclass(frozen=True)
class Pair:
    """What a ratio may have been computed from: the model's own value and the other's."""

    own: Statement
    other: Statement
    sure: bool  # both models are named as the ratio names them, and both values were measured alike


Ratio = Callable[[Statement, Statement], list[Span]]


@rule("ratio.retention")
def retention(card: Card) -> Iterator[Finding]:
    """A share kept of another model's score is the ratio of the two scores."""
    yield from _follow(card, "ratio.retention", "retention", dict.fromkeys(SCORES, _quotient))


@rule("ratio.speed-up")
def speed_up(card: Card) -> Iterator[Finding]:
    """A speed-up is the ratio of the two latencies, or of the two throughputs."""
    yield from _follow(card, "ratio.speed-up", "speed_up", {"latency": _inverse, "throughput": _quotient})


@rule("ratio.reduction")
def reduction(card: Card) -> Iterator[Finding]:
    """How many times (or by what share) smaller is the ratio of the two sizes or parameter counts."""
    kinds = {"size": _inverse, "parameters": _inverse}
    yield from _follow(card, "ratio.reduction", "reduction", kinds | {"latency": _inverse})


@rule("ratio.change")
def change(card: Card) -> Iterator[Finding]:
    """A change of a score is the difference of the two scores, in points or relative to the first."""
    yield from _follow(card, "ratio.change", "change", dict.fromkeys(SCORES, _differences))


def _follow(card: Card, rule_id: str, quantity: str, kinds: dict[str, Ratio]) -> Iterator[Finding]:
    """Findings for the ratios of one quantity that follow from no pair of values on the card."""
    for stated in of_quantity(card.statements, quantity):
        if stated.of is not None and stated.of not in kinds:
            continue
        stated = _with_the_two(card, stated)
        if stated.versus is None and stated.where == "table":
            versus = _reference(card, stated)
            if versus is None:
                continue  # the model that the column compares with may stand on no line of the card
            stated = replace(stated, versus=versus)
        own = own_names(card)
        candidates = {
            pair: spans
            for kind in ([stated.of] if stated.of and quantity != "speed_up" else kinds)
            for pair in _pairs(of_quantity(card.statements, kind), stated, own)
            if (spans := kinds[kind](pair.own, pair.other))
        }
        # "Smaller" of what only parameters are given for; quantizing leaves their number as it is.
        if stated.of == "size" and not candidates and not is_quantized(stated.subject):
            candidates = {
                pair: _inverse(pair.own, pair.other)
                for pair in _pairs(of_quantity(card.statements, "parameters"), stated, own)
            }
        if not candidates or any(_meets(stated, spans) for spans in candidates.values()):
            continue
        pair, spans = min(
            candidates.items(), key=lambda item: (*_unlikely(stated, item[0]), _distance(stated, item[1]))
        )
        found = f"{quantity.replace('_', '-')} {told(stated)}, but {told(pair.own)} and {told(pair.other)}"
        right = f"what the two give: {_shown(stated, spans[0])}"
        # A last digit that was cut instead of rounded is worth a question, no more.
        cut = _meets(stated, spans, slack=(stated.high - stated.low) / 2)
        yield (error if pair.sure and not cut else warning)(rule_id, stated.place, found, right)


_LIST = 16  # passages, two to an item: what stands together in a list
_USUAL = (None, "median", "mean")


def _unlikely(stated: Statement, pair: Pair) -> tuple:
    """How unlikely a ratio is of two values: doubtful models, other passages, a percentile."""
    near = sum(value.passage == stated.passage for value in (pair.own, pair.other))
    reversed_ = stated.quantity == "reduction" and pair.own.value > pair.other.value
    return not pair.sure, reversed_, -near, pair.own.statistic not in _USUAL


def _with_the_two(card: Card, stated: Statement) -> Statement:
    """A ratio in a table of a teacher and one other model, where its head names neither, is of these."""
    beside = {s.subject for s in card.statements if s.passage == stated.passage and s.subject}
    if stated.where != "table" or stated.subject or stated.versus or len(beside) != 2:
        return stated
    others = beside - {"teacher"}
    return replace(stated, subject=others.pop(), versus="teacher") if len(others) == 1 else stated


def _reference(card: Card, stated: Statement) -> str | None:
    """The model that a column of ratios compares with: the one all of whose ratios are 1 or 100%."""
    table = [s for s in card.statements if s.passage == stated.passage and s.quantity == stated.quantity]
    column = [s for s in table if s.of == stated.of and s.group == stated.group]
    whole = {s.subject for s in column} - {s.subject for s in column if s.value != 1.0}
    return whole.pop() if len(whole) == 1 and stated.subject not in whole else None


def _pairs(measured: list[Statement], stated: Statement, own_model: set[str]) -> Iterator[Pair]:
    """Values of the two models that a ratio compares, as far as the ratio and the values name them.

    own_model: words that call the card's own model, which is what values without a model are of.
    """
    owns = _of_model(measured, stated.subject, stated)
    others = _of_model(measured, stated.versus, stated)
    for own, sure_own in owns:
        for other, sure_other in others:
            if own is other or same_model(own.subject, other.subject) is Same.YES:
                continue
            alike = same_terms(own, other)
            if alike is Same.NO or own.subject == other.subject:
                continue
            asked = ((own, stated.subject), (other, stated.versus))
            if any(_strange(value, name, stated, own_model) for value, name in asked):
                continue
            own_tight, other_tight = in_one_unit(own, other)
            yield Pair(own_tight, other_tight, sure_own and sure_other and alike is Same.YES)
            if stated.versus is None:
                yield Pair(other_tight, own_tight, False)  # who is compared with whom goes unsaid


def _strange(value: Statement, name: str | None, stated: Statement, own_model: set[str]) -> bool:
    """Whether a value names no model, and the ratio neither stands beside it nor is of the card's own."""
    if value.subject is not None or value.passage == stated.passage:
        return False
    if name is None and value.where == stated.where == "list" and abs(value.passage - stated.passage) < _LIST:
        return False  # the items of one list are of one model
    return name is None or not may_be_own(name, own_model)


def _of_model(
    measured: list[Statement], subject: str | None, stated: Statement
) -> list[tuple[Statement, bool]]:
    """Values of a model, each with whether it surely is that model's; of any where none is named."""
    fitting = [s for s in measured if same_terms(s, stated, but=("statistic", "of", "versus", "counted"))]
    named = [s for s in fitting if same_model(s.subject, subject) is Same.YES]
    if named:
        return [(s, True) for s in named]
    return [(s, False) for s in fitting if same_model(s.subject, subject)]


def _quotient(own: Statement, other: Statement) -> list[Span]:
    return [(own.low / other.high, own.high / other.low)] if other.low > 0 else []


def _inverse(own: Statement, other: Statement) -> list[Span]:
    return [(other.low / own.high, other.high / own.low)] if own.low > 0 else []


def _differences(own: Statement, other: Statement) -> list[Span]:
    """In points, and relative to the other's score; of either sign, since words such as "drop" carry it."""
    low, high = own.low - other.high, own.high - other.low
    spans = [(low, high)]
    if other.low > 0:
        spans.append((low / other.low if low < 0 else low / other.high, high / other.high))
    return spans + [(-high, -low) for low, high in spans]


def _meets(stated: Statement, spans: list[Span], slack: float = 0.0) -> bool:
    return any(
        low - slack <= high_given + 1e-9 and low_given <= high + slack + 1e-9
        for low, high in _readings(stated)
        for low_given, high_given in spans
    )


def _readings(stated: Statement) -> list[Span]:
    """What a ratio may mean: "60% faster" is 1.6 times the speed, or 40% of the time (2.5 times)."""
    readings = [(stated.low, stated.high)]
    if stated.quantity == "speed_up" and "%" in stated.shown:
        more = (stated.low - 1, stated.high - 1)
        if more[0] > 0 and more[1] < 1:
            readings.append((1 / (1 - more[0]), 1 / (1 - more[1])))
        if stated.low > 1:
            readings.append((2 - 1 / stated.low, 2 - 1 / stated.high))
    return readings


def _distance(stated: Statement, spans: list[Span]) -> float:
    return min((abs(stated.value - (low + high) / 2) for low, high in spans), default=float("inf"))


def _shown(stated: Statement, span: Span) -> str:
    quantity, middle = stated.quantity, (span[0] + span[1]) / 2
    if quantity == "reduction" and "%" in stated.shown:
        return f"{1 - 1 / middle:.1%} less"
    if quantity == "retention":
        return f"{middle:.1%}"
    return f"{100 * middle:+.2f} points" if quantity == "change" else f"{middle:.2f} times"

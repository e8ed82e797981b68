"""Averages against what they are averages of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import AVERAGES, Same, of_quantity, same_terms, same_thing, stretches, told

_SCORES = ("f1", "precision", "recall")
# Words above a table or beside a score by which a card says that it does not show every type.
_NUMBER = r"(\d{1,2}|three|four|five|six|seven|eight|nine|ten|twelve)"
_PARTIAL = re.compile(
    r"\b(selected|most (frequent|common)|top[- ]?\d+|excerpt|among others|some of the|not shown|for example"
    rf"|remaining|of (the |all )?{_NUMBER} (types|classes|labels)|(types|classes|labels) of {_NUMBER})\b",
    re.IGNORECASE,
)
_ROUNDING = 1e-9
_PARAGRAPH = 2  # passages from the last sentence of a paragraph to the first of the next


@dataclass(frozen=True)
class Average:
    """An average and the scores that it should be of; sure where all are surely said of one thing."""

    value: Statement
    parts: tuple[Statement, ...]
    sure: bool


@rule("aggregate.macro")
def macro(card: Card) -> Iterator[Finding]:
    """A macro score is the mean of its types' scores."""
    for average in _averages(card, "macro"):
        value, parts = average.value, average.parts
        if _is_mean(value, parts) or any(_is_mean(value, others) for others in _elsewhere(card, value)):
            continue
        if value.quantity == "f1" and any(_fits(t) for t in _triples(card) if t.value == value):
            continue  # the other definition: F1 of macro precision and macro recall
        mean = _like(value, sum(part.value for part in parts) / len(parts))
        yield _report("aggregate.macro", average, f"the mean of its {len(parts)} types, {mean}")


@rule("aggregate.micro")
def micro(card: Card) -> Iterator[Finding]:
    """A micro or weighted score lies between the lowest and the highest of its types' scores."""
    for average in (*_averages(card, "micro"), *_averages(card, "weighted")):
        lowest = min(average.parts, key=lambda part: part.low)
        highest = max(average.parts, key=lambda part: part.high)
        if average.value.high < lowest.low - _ROUNDING or average.value.low > highest.high + _ROUNDING:
            right = f"a value from {lowest.shown} to {highest.shown}, since it weighs the types"
            yield _report("aggregate.micro", average, right)


@rule("aggregate.weighted")
def weighted(card: Card) -> Iterator[Finding]:
    """A weighted score is the mean of its types' scores, each as often as the type has mentions."""
    support = [s for s in of_quantity(card.statements, "count") if s.group]
    for average in _averages(card, "weighted"):
        counts = [next((s for s in support if _counts(s, part)), None) for part in average.parts]
        if not all(counts):
            continue
        total = sum(count.value for count in counts)
        parts = list(zip(average.parts, counts, strict=True))
        low, high, mean = (
            sum(getattr(part, bound) * count.value for part, count in parts) / total
            for bound in ("low", "high", "value")
        )
        if average.value.low > high + _ROUNDING or average.value.high < low - _ROUNDING:
            counted = ", ".join(count.shown for count in counts)
            right = f"the mean weighted by {counted}, {_like(average.value, mean)}"
            yield _report("aggregate.weighted", average, right)


@rule("score.harmonic")
def harmonic(card: Card) -> Iterator[Finding]:
    """An F1 is the harmonic mean of its precision and recall, and no average of F1s lies above that."""
    for triple in _triples(card):
        if _fits(triple):
            continue
        f1, (precision, recall) = triple.value, triple.parts
        mean = _harmonic(precision.value, recall.value)
        below = f1.value < mean
        if below and (f1.group in ("macro", "weighted") or f1.statistic is not None):
            continue  # a mean of F1s (over types, folds, seeds) may lie below, never above
        found = f"F1 {told(f1)} beside precision {precision.shown} and recall {recall.shown}"
        right = f"their harmonic mean, {_like(f1, mean)}"
        if below and f1.group is None:
            right += ", or the name of the average that it is"
            yield warning("score.harmonic", f1.place, found, right)
        else:
            yield (error if triple.sure else warning)("score.harmonic", f1.place, found, right)


def _is_mean(value: Statement, parts: Sequence[Statement]) -> bool:
    low = sum(part.low for part in parts) / len(parts)
    high = sum(part.high for part in parts) / len(parts)
    return value.low <= high + _ROUNDING and low <= value.high + _ROUNDING


def _elsewhere(card: Card, value: Statement) -> Iterator[list[Statement]]:
    """The scores of types in each table, list or paragraph that may be what an average is of."""
    for near in stretches(card, _of_types(card)).values():
        if parts := _one_each(value, near, at_least=Same.PERHAPS):
            yield parts


def _of_types(card: Card) -> list[Statement]:
    scores = of_quantity(card.statements, *_SCORES)
    return [s for s in scores if s.statistic in (None, "mean") and s.group not in (None, *AVERAGES)]


def _averages(card: Card, kind: str) -> Iterator[Average]:
    """Each average of one kind with the scores of its types: those that stand with it, or else any."""
    statements = [s for s in of_quantity(card.statements, *_SCORES) if s.statistic in (None, "mean")]
    types = _of_types(card)
    for near in stretches(card, statements).values():
        for value in near:
            if value.group != kind or (value.subject and any(_unnamed_of(value, s) for s in near)):
                continue  # "Teacher macro F1" below the model's own: the types are the model's
            parts = _one_each(value, [s for s in near if s in types], at_least=Same.PERHAPS)
            parts = parts or _one_each(value, types, at_least=Same.YES) or _only_table(value, types)
            parts = parts or _one_each(value, [s for s in types if _just_before(s, value)], Same.PERHAPS)
            if len(parts) > 1 and not _shows_some(card, [value, *parts]):
                together = all(_together(value, part, ("group",)) is Same.YES for part in parts)
                told_all = any(part.where != "prose" for part in parts)  # a sentence may leave types out
                yield Average(value, tuple(parts), together and told_all)


def _counts(support: Statement, part: Statement) -> bool:
    return support.group == part.group and support.passage == part.passage and support.value > 0


def _one_each(value: Statement, parts: list[Statement], at_least: Same) -> list[Statement]:
    """The scores of the types that are of the same thing as an average, one for each type."""
    found: dict[str, Statement] = {}
    for part in parts:
        if part.quantity == value.quantity and _together(value, part, ("group",)) >= at_least:
            found.setdefault(part.group, part)
    return list(found.values()) if len(found) > 1 else []


def _unnamed_of(value: Statement, other: Statement) -> bool:
    """Whether another average, in the same list, is the same one of no named model."""
    same = other.subject is None and (other.quantity, other.group) == (value.quantity, value.group)
    return same and value.where == other.where == "list"


def _just_before(part: Statement, value: Statement) -> bool:
    """Whether a type's score ends the paragraph above the one that an average begins."""
    return part.where == value.where == "prose" and 0 < value.passage - part.passage <= _PARAGRAPH


def _only_table(value: Statement, parts: list[Statement]) -> list[Statement]:
    """The types' scores in the only table that has some, where these and the average name no model."""
    parts = [s for s in parts if s.quantity == value.quantity]
    alone = len({s.passage for s in parts}) == 1 and len({s.group for s in parts}) == len(parts) > 1
    unnamed = all(s.subject is None and s.where == "table" for s in parts) and value.subject is None
    terms = all(same_terms(value, s, but=("group",)) is Same.YES for s in parts)
    return parts if alone and unnamed and terms else []


def _triples(card: Card) -> Iterator[Average]:
    """Each F1 with the one precision and the one recall of the same thing that stand with it."""
    statements = of_quantity(card.statements, *_SCORES)
    for near in stretches(card, statements).values():
        for f1 in near:
            if f1.quantity != "f1":
                continue
            # What stands beside another F1, as in an item of its own, is of that one.
            taken = {s.passage for s in near if s.quantity == "f1"} - {f1.passage}
            free = [s for s in near if s.passage not in taken]
            found = [_beside(f1, [s for s in free if s.quantity == what]) for what in ("precision", "recall")]
            if all(found):
                alike = all(_together(f1, part) is Same.YES or part.passage == f1.passage for part in found)
                yield Average(f1, tuple(found), alike and all(part.group == f1.group for part in found))


def _beside(f1: Statement, others: list[Statement]) -> Statement | None:
    """The precision or recall that belongs to an F1; none where several might.

    A type's F1 has those of the type: what names none is of all.
    """
    others = [s for s in others if f1.group in (s.group, None, *AVERAGES)]
    for degree in (Same.YES, Same.PERHAPS):
        found = [s for s in others if _together(f1, s) >= degree]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _together(one: Statement, other: Statement, but: tuple[str, ...] = ()) -> Same:
    """As `same_thing`, for what stands in one table, list or paragraph."""
    if one.where == other.where == "list" and one.subject is None and other.subject is None:
        return same_terms(one, other, but)
    return same_thing(one, other, but)


def _fits(triple: Average) -> bool:
    """Whether an F1 is the harmonic mean of values that round to its precision and recall."""
    precision, recall = triple.parts
    low, high = _harmonic(precision.low, recall.low), _harmonic(min(precision.high, 1), min(recall.high, 1))
    return low - _ROUNDING <= triple.value.high and triple.value.low <= high + _ROUNDING


def _report(rule_id: str, average: Average, right: str) -> Finding:
    found = f"{average.value.group} {average.value.quantity} {told(average.value)} over " + ", ".join(
        f"{part.group} {part.shown}" for part in average.parts
    )
    return (error if average.sure else warning)(rule_id, average.value.place, found, right)


def _shows_some(card: Card, statements: list[Statement]) -> bool:
    """Whether the lines of the scores, or the three above them, say that there are more types."""
    lines = [statement.place.line for statement in statements]
    text = card.document.text.splitlines()[max(min(lines) - 6, 0) : max(lines)]
    return bool(_PARTIAL.search(" ".join(text)))


def _harmonic(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total > 0 else 0.0


def _like(shown: Statement, value: float) -> str:
    """A score written as the card writes its own: in percent or as a share."""
    return f"{100 * value:.2f}" if not shown.shown.lstrip("+-~≈0").startswith(".") else f"{value:.4f}"

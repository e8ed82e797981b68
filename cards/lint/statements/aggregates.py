"""Averages against what they are averages of."""

import re
from collections.abc import Iterator

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import AVERAGES, Same, of_quantity, same_thing, told

_SCORES = ("f1", "precision", "recall")
# Words above a table or beside a score by which a card says that it does not show every type.
_NUMBER = r"(\d{1,2}|three|four|five|six|seven|eight|nine|ten|twelve)"
_PARTIAL = re.compile(
    r"\b(selected|most (frequent|common)|top[- ]?\d+|excerpt|among others|some of the|not shown|for example"
    rf"|remaining|of (the |all )?{_NUMBER} (types|classes|labels)|(types|classes|labels) of {_NUMBER})\b",
    re.IGNORECASE,
)
_ROUNDING = 1e-9


@rule("aggregate.macro")
def macro(card: Card) -> Iterator[Finding]:
    """A macro score is the mean of its types' scores."""
    for average, parts in _averages(card, "macro"):
        low = sum(part.low for part in parts) / len(parts)
        high = sum(part.high for part in parts) / len(parts)
        if average.low <= high + _ROUNDING and low <= average.high + _ROUNDING:
            continue
        if average.quantity == "f1" and _of_macro_parts(card, average):
            continue  # the other definition: F1 of macro precision and macro recall
        mean = sum(part.value for part in parts) / len(parts)
        yield _report(
            "aggregate.macro",
            average,
            parts,
            f"the mean of its {len(parts)} types, {_like(average, mean)}",
        )


@rule("aggregate.micro")
def micro(card: Card) -> Iterator[Finding]:
    """A micro or weighted score lies between the lowest and the highest of its types' scores."""
    for kind in ("micro", "weighted"):
        for average, parts in _averages(card, kind):
            lowest = min(parts, key=lambda part: part.low)
            highest = max(parts, key=lambda part: part.high)
            if average.high < lowest.low - _ROUNDING or average.low > highest.high + _ROUNDING:
                right = f"a value from {lowest.shown} to {highest.shown}, since it weighs the types"
                yield _report("aggregate.micro", average, parts, right)


@rule("score.harmonic")
def harmonic(card: Card) -> Iterator[Finding]:
    """An F1 is the harmonic mean of its precision and recall, and no average of F1s lies above that."""
    for f1, precision, recall in _triples(card):
        low = _harmonic(precision.low, recall.low)
        high = _harmonic(precision.high, recall.high)
        if low - _ROUNDING <= f1.high and f1.low <= high + _ROUNDING:
            continue
        found = f"F1 {told(f1)} beside precision {precision.shown} and recall {recall.shown}"
        right = f"their harmonic mean, {_like(f1, _harmonic(precision.value, recall.value))}"
        # A mean of F1s (over types, folds or seeds) may lie below the harmonic mean, never above it.
        averaged = f1.group in (None, "macro", "weighted") or f1.statistic is not None
        if averaged and f1.high < low:
            if f1.group is None and f1.statistic is None:
                yield warning(
                    "score.harmonic", f1.place, found, f"{right}, or the name of the average that it is"
                )
            continue
        yield error("score.harmonic", f1.place, found, right)


def _averages(card: Card, kind: str) -> Iterator[tuple[Statement, list[Statement]]]:
    """Each average of one kind with the scores of its types: one each, those that stand with it first."""
    statements = [s for s in of_quantity(card.statements, *_SCORES) if s.statistic in (None, "mean")]
    for average in statements:
        if average.group != kind:
            continue
        types: dict[str, Statement] = {}
        others = [
            s for s in statements if s.quantity == average.quantity and s.group not in (None, *AVERAGES)
        ]
        for part in sorted(others, key=lambda s: s.passage != average.passage):
            near = part.passage == average.passage
            same = same_thing(average, part, but=("group",))
            if same is Same.YES or (near and same):
                types.setdefault(part.group, part)
        if len(types) > 1 and not _shows_some(card, [average, *types.values()]):
            yield average, list(types.values())


def _triples(card: Card) -> Iterator[tuple[Statement, Statement, Statement]]:
    """Each F1 with the precision and recall of the same thing that stand with it."""
    statements = of_quantity(card.statements, *_SCORES)
    passages: dict[int, list[Statement]] = {}
    for statement in statements:
        passages.setdefault(statement.passage, []).append(statement)
    for f1 in statements:
        if f1.quantity != "f1":
            continue
        near = passages[f1.passage]
        beside = [
            [s for s in near if s.quantity == quantity and same_thing(f1, s) is Same.YES]
            for quantity in ("precision", "recall")
        ]
        if all(len(found) == 1 for found in beside):
            yield f1, beside[0][0], beside[1][0]


def _of_macro_parts(card: Card, average: Statement) -> bool:
    for f1, precision, recall in _triples(card):
        if f1 == average:
            low, high = _harmonic(precision.low, recall.low), _harmonic(precision.high, recall.high)
            return low <= average.high and average.low <= high
    return False


def _report(rule_id: str, average: Statement, parts: list[Statement], right: str) -> Finding:
    found = f"{average.group} {average.quantity} {told(average)} over " + ", ".join(
        f"{part.group} {part.shown}" for part in parts
    )
    together = all(part.passage == average.passage for part in parts)
    return (error if together else warning)(rule_id, average.place, found, right)


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

"""The statistics of one measurement in their order, and values within their bounds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from ...reading import Card, Statement
from ...reading.document import Span, columns
from ..finding import Finding, error, rule, warning
from .matching import SCORES, Same, above, of_quantity, pairs, same_terms, same_thing, stretches, told

_MEASURED = (*SCORES, "latency", "throughput", "size")
_SHARES = (*SCORES, "sparsity", "confidence", "share")
_RISING = ("min", "median", "p90", "p95", "p99", "max")


@rule("order.median-below-min")
def median_in_range(card: Card) -> Iterator[Finding]:
    """A median lies between the minimum and the maximum."""
    yield from _order(card, "order.median-below-min", (("min", "median"), ("median", "max")))


@rule("order.percentiles")
def percentiles(card: Card) -> Iterator[Finding]:
    """Percentiles rise: minimum, median, p90, p95, p99, maximum."""
    rising = [(below, up) for i, below in enumerate(_RISING) for up in _RISING[i + 1 :]]
    yield from _order(
        card,
        "order.percentiles",
        [pair for pair in rising if pair not in (("min", "median"), ("median", "max"))],
    )


@rule("order.mean-outside")
def mean_in_range(card: Card) -> Iterator[Finding]:
    """A mean lies between the minimum and the maximum."""
    yield from _order(card, "order.mean-outside", (("min", "mean"), ("mean", "max")))


@rule("order.below-min", "A value lies within the range that the card gives for it.", "warning")
def value_in_range(card: Card) -> Iterator[Finding]:
    """A value of no named statistic lies within the range that the card gives for it."""
    yield from _order(card, "order.below-min", (("min", None), (None, "max")))


@rule("order.top-k")
def top_k(card: Card) -> Iterator[Finding]:
    """A score among the first k is no lower for a greater k."""
    ranked = [(s, k) for s in of_quantity(card.statements, *SCORES) if (k := _top(s))]
    for (one, k), (other, more) in combinations(ranked, 2):
        (fewer, _), (all_of, _) = sorted(((one, k), (other, more)), key=lambda item: item[1])
        if (
            k == more
            or not above(fewer, all_of)
            or one.passage != other.passage
            or one.quantity == "precision"
        ):
            continue
        if one.quantity == other.quantity and same_thing(one, other, but=("conditions",)):
            found = f"top-{min(k, more)} {told(fewer)} above top-{max(k, more)} {told(all_of)}"
            yield error("order.top-k", all_of.place, found, "a score that does not fall as k grows")


def _top(score: Statement) -> int:
    """The k of "top-5 accuracy" and "recall@10"; 0 for other scores."""
    found = [int(match[1]) for c in score.conditions if (match := re.fullmatch(r"(?:@-?|top-?)(\d+)", c))]
    return found[0] if len(found) == 1 else 0


# "False positive rate: -2.4%", which is no quantity of ours, and no change of one.
_RATE = re.compile(
    r"^[ \t|*-]*(?P<name>[a-z][a-z -]*\b(?:rate|coverage|prevalence|share|proportion))\s*[:|=]\s*"
    r"(?P<value>-\d+(?:\.\d+)?|[1-9]\d{2,}(?:\.\d+)?)\s?%",
    re.IGNORECASE | re.MULTILINE,
)
# "recognised 112% of the drugs": no more can be found than there are.
_FOUND = re.compile(
    r"\b(?:recogni[sz]e[sd]?|finds?|found|detect(?:s|ed)?|identif(?:y|ies|ied)|extract(?:s|ed)?|tag(?:s|ged)?"
    r"|cover(?:s|ed)?|captured?|misse[sd]|label(?:s|l?ed)?)\s+(?P<value>[1-9]\d{2,}(?:\.\d+)?)\s?(?:%|percent)\s+of\b",
    re.IGNORECASE,
)
_OF_A_WHOLE = re.compile(
    r"\b(?:found|detected|recogni[sz]ed|identified|extracted|covered|coverage|captured|correct|missed)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"[\s*_]*(?P<value>-?\d+(?:\.\d+)?)\s?%[\s*_]*")
_OF_CHANGE = re.compile(
    r"\b(?:change|growth|difference|delta|reduction|relative|improvement)\b", re.IGNORECASE
)


@rule("range.share")
def shares(card: Card) -> Iterator[Finding]:
    """Scores, shares and percentages of a whole lie between 0 and 100%."""
    for statement in card.statements:
        if statement.quantity in _SHARES and (statement.low > 1 or statement.high < 0):
            found = f"{statement.quantity} {told(statement)}"
            yield error("range.share", statement.place, found, "a value from 0 to 100%")
    for rate in _RATE.finditer(card.document.masked):
        if not 0 <= float(rate["value"]) <= 100 and not _OF_CHANGE.search(rate["name"]):
            found = f"{rate['name'].strip()} {rate['value']}%"
            place = card.document.place(rate.start("value"))
            yield error("range.share", place, found, "a value from 0 to 100%")
    for head, cell in _of_wholes(card):
        percent = _PERCENT.fullmatch(cell.text)
        if percent and not 0 <= float(percent["value"]) <= 100:
            place = card.document.place(cell.start + percent.start("value"))
            found = f"{head.text.strip()} {percent['value']}%"
            yield error("range.share", place, found, "a value from 0 to 100%")
    for portion in _FOUND.finditer(card.document.masked):
        if float(portion["value"]) > 100:
            place = card.document.place(portion.start("value"))
            yield error("range.share", place, " ".join(portion[0].split()), "a value from 0 to 100%")


def _of_wholes(card: Card) -> Iterator[tuple[Span, Span]]:
    """Head and cell of the columns that say how much of a whole was found, covered or missed."""
    for block in card.document.blocks:
        for head, *cells in columns(block.table.rows) if block.table else ():
            if _OF_A_WHOLE.search(head.text) and not _OF_CHANGE.search(head.text):
                yield from ((head, cell) for cell in cells)


@rule("range.negative")
def positive(card: Card) -> Iterator[Finding]:
    """Times, sizes, counts and factors are not negative."""
    kinds = ("latency", "throughput", "size", "parameters", "count", "speed_up", "reduction", "retention")
    for statement in card.statements:
        if statement.quantity in kinds and statement.high < 0:
            found = f"{statement.quantity} {told(statement)}"
            yield error("range.negative", statement.place, found, "a value above 0")


@rule("interval.value")
def intervals(card: Card) -> Iterator[Finding]:
    """An interval contains its value, and its lower bound stands first."""
    for statement in card.statements:
        if statement.interval is None:
            continue
        low, high = statement.interval
        rounding = (statement.high - statement.low) / 2
        if "±" in statement.shown:  # a spread leaves the value where it is
            rounding = 0.0
            statement = replace(statement, low=statement.value, high=statement.value)
        if low > high:
            found = f"{told(statement)} with an interval whose lower bound is the greater"
            yield error("interval.value", statement.place, found, "the lower bound first")
        elif statement.high <= low - rounding + 1e-12 or statement.low >= high + rounding - 1e-12:
            found = f"{told(statement)} outside its interval of {low:g} to {high:g}"
            yield error("interval.value", statement.place, found, "an interval that contains its value")


def _order(
    card: Card, rule_id: str, rising: tuple[tuple[str | None, str | None], ...] | list
) -> Iterator[Finding]:
    measured = of_quantity(card.statements, *_MEASURED)
    lists = {s.place: at for at, near in stretches(card, measured).items() for s in near if s.where == "list"}
    for one, other in pairs(measured):
        if one.quantity != other.quantity or one.statistic == other.statistic:
            continue
        below, up = (one, other) if (one.statistic, other.statistic) in rising else (other, one)
        if (below.statistic, up.statistic) not in rising or not above(below, up):
            continue
        same = same_thing(below, up, but=("statistic",))
        if below.place.line == up.place.line and below.subject == up.subject:
            same = same_terms(below, up, but=("statistic",))  # "p50 6 ms · p95 9 ms"
        listed = below.subject == up.subject and lists.get(below.place, -1) == lists.get(up.place)
        if same is Same.NO or (same is Same.PERHAPS and not listed and not _near(below, up)):
            continue
        yield _unordered(rule_id, below, up, same)


def _near(one: Statement, other: Statement) -> bool:
    """What stands together, or is said of a model by name, is likely one measurement."""
    side_by_side = one.where == other.where == "prose" and abs(one.passage - other.passage) <= 1
    return (
        side_by_side
        or one.passage == other.passage
        or (one.subject is not None and one.subject == other.subject)
    )


def _unordered(rule_id: str, below: Statement, up: Statement, same: Same) -> Finding:
    later = max(below, up, key=lambda s: (s.place.line, s.place.column))
    found = f"{below.statistic or 'value'} {told(below)} above {up.statistic or 'value'} {told(up)}"
    right = f"{up.statistic or 'a value'} at or above {below.statistic or 'the value'}"
    surely = same is Same.YES and None not in (below.statistic, up.statistic)
    return (error if surely else warning)(rule_id, later.place, found, right)

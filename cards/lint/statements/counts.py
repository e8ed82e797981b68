"""Counts against the totals that they add up to."""

from collections.abc import Iterator

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import AVERAGES, of_quantity, told

_WHOLE = (None, "all", "total")


@rule("count.splits")
def splits(card: Card) -> Iterator[Finding]:
    """The splits of a corpus add up to its total."""
    yield from _add_up(card, "count.splits", "split", "group")


@rule("count.types")
def types(card: Card) -> Iterator[Finding]:
    """The mentions of the types add up to the mentions of all types."""
    yield from _add_up(card, "count.types", "group", "split")


def _add_up(card: Card, rule_id: str, along: str, across: str) -> Iterator[Finding]:
    for total, parts in sums(card, along, across):
        yield from _compare(rule_id, total, parts, along)


def sums(card: Card, along: str, across: str) -> Iterator[tuple[Statement, list[Statement]]]:
    """Each total with the parts that stand with it: of every split, or of every group, but of one other."""
    passages: dict[int, list[Statement]] = {}
    for statement in of_quantity(card.statements, "count"):
        passages.setdefault(statement.passage, []).append(statement)
    for near in passages.values():
        for total in near:
            averaged = along == "group" and total.group in AVERAGES  # the support beside an average
            named = total.statistic == "total" or averaged or getattr(total, along) in _WHOLE[1:]
            if not named and (total.where == "table" or getattr(total, along) not in _WHOLE):
                continue  # a table says which line is the total
            parts = _parts(near, total, along, across)
            if any(part.value > total.value for part in parts):
                continue
            if len(parts) > 1 and (along != "split" or "train" in {part.split for part in parts}):
                yield total, parts


def _parts(near: list[Statement], total: Statement, along: str, across: str) -> list[Statement]:
    """What stands with a total and counts the same along one part: one statement for each of its values."""
    found: dict[str, Statement] = {}
    for part in near:
        name = getattr(part, along)
        if (
            part is total
            or name in (*_WHOLE, *AVERAGES)
            or (part.statistic == "total" and part.value >= total.value)
        ):
            continue
        if getattr(part, across) != getattr(total, across):
            continue
        same = part.counted in (None, total.counted) or total.counted is None
        if same and part.subject == total.subject and part.dataset in (None, total.dataset):
            if name in found:
                return []  # two of one name: something else sets them apart
            found[name] = part
    return list(found.values())


def _compare(rule_id: str, total: Statement, parts: list[Statement], along: str) -> Iterator[Finding]:
    low, high = sum(part.low for part in parts), sum(part.high for part in parts)
    if low <= total.high and total.low <= high:
        return
    if total.group in AVERAGES and not 0.5 < low / max(total.high, 1) < 2:
        return  # no sum of these
    names = ", ".join(f"{getattr(part, along)} {part.shown}" for part in parts)
    found = f"{told(total)} of {names}"
    right = f"their sum, {sum(part.value for part in parts):,.0f}"
    # Parts that stay below the total may leave some out; a table's total or three splits leave none.
    whole = (
        total.statistic == "total"
        or total.group in AVERAGES
        or (along == "split" and (len(parts) > 2 or low > total.high))
    )
    yield (error if whole else warning)(rule_id, total.place, found, right)

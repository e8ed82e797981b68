"""Tables, reports and lists that a card repeats for other data: what tells them apart may stand anywhere."""

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import groupby, pairwise

from ...reading import Block, Card, Statement
from .matching import apart, stretches

_RELEASE = re.compile(r"\W*(?:[*_#\[]{1,3}|version |release |v)\s*v?(\d+\.\d+(?:\.\d+)*)\b", re.IGNORECASE)
_VERSION = re.compile(r"\bv(\d+(?:\.\d+)*)\b")
_FEWEST = 3  # values that two must have in common before it shows whether they are of one thing


@lru_cache(2)
def repeats(card: Card) -> dict[int, tuple[str, ...]]:
    """The layout of each stretch that has the heads of another and mostly other values.

    One English and one German table with the same rows contradict each other nowhere; a table that is
    there twice, with one digit changed, does.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    found = stretches(card, [s for s in card.statements if s.where != "front matter"])
    for at in found:
        if at >= 0 and (layout := _layout(card.document.blocks, at)):
            alike.setdefault(layout, []).append(at)
    return {
        at: layout
        for layout, places in alike.items()
        if len(places) > 1 and _differ([found[at] for at in places])
        for at in places
    }


def release(card: Card, statement: Statement) -> str | None:
    """The version that the subject of a statement, or else its line or section names."""
    blocks = card.document.blocks
    at = bisect_right(blocks, statement.place.line, key=lambda block: block.line) - 1
    line = card.document.lines[statement.place.line - 1]
    own = card.document.text[line : line + 40]
    above = [f"# {text}" for text in reversed(blocks[at].headings)] if at >= 0 else []
    found = [_VERSION.search(statement.subject or ""), *(_RELEASE.match(text) for text in (own, *above))]
    return next((re.sub(r"(?:\.0)+$", "", match[1]) for match in found if match), None)


def told_more(card: Card, one: Statement, other: Statement) -> bool:
    """Whether of two list items one has the other's name and more: "INT8 latency", "INT8 JIT latency"."""
    words = [_named(card, statement) for statement in (one, other)]
    return words[0] < words[1] or words[1] < words[0]


def _named(card: Card, statement: Statement) -> set[str]:
    line = card.document.lines[statement.place.line - 1]
    before = card.document.masked[line : line + statement.place.column - 1]
    return set(re.findall(r"[^\W_]+", before.rpartition(":")[0].lower()))


def _layout(blocks: tuple[Block, ...], at: int) -> tuple[str, ...]:
    """The heads of a table or report, or the names of a list's items; empty for prose."""
    block = blocks[at]
    if block.table:
        return ("table", *(" ".join(cell.text.lower().split()) for cell in block.table.rows[0]))
    if block.kind != "item":
        return ()
    items = next(items for _, items in groupby(blocks[at:], key=lambda block: block.kind))
    return ("list", *(" ".join(re.findall(r"[^\W\d_]+", item.span.text.lower())) for item in items))


def _differ(stretches: list[list[Statement]]) -> bool:
    """Whether most values that stand in one place of the layout are apart from one stretch to the next."""
    common = [
        (one, other)
        for before, after in pairwise(stretches)
        for keys in [{_key(s): s for s in before}]
        for other in after
        if (one := keys.get(_key(other)))
    ]
    # Counts of layers or texts may well be the same where nothing that was measured is.
    common = [(one, other) for one, other in common if one.quantity != "count"] or common
    differing = sum(apart(one, other) for one, other in common)
    return differing * 2 > len(common) if len(common) >= _FEWEST else differing == len(common) == 2


def _key(statement: Statement) -> tuple:
    said = ("quantity", "subject", "versus", "of", "statistic", "group", "split", "counted", "conditions")
    return tuple(getattr(statement, part) for part in said)

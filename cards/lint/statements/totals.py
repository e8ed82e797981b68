"""Tables whose last row or column adds up the others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...reading import Card, Place
from ...reading.document import Span, columns
from ..finding import Finding, error, rule, warning
from .counts import sums

_TOTAL = re.compile(r"\W*(total|sum|all|overall|altogether|gesamt|Σ)s?\b[\w\s]{0,24}\W*", re.IGNORECASE)
_COUNT = re.compile(r"[\s*_~]*(\d{1,3}(?:[,.\u202f' ]\d{3})+|\d+)[\s*_]*")
_WAYS = (("split", "group"), ("group", "split"))
_NEAR = 0.5  # further from the sum than this share, a row called "all" is something else


@dataclass(frozen=True)
class Line:
    """Counts that stand in one row or column, and the total that stands at their end."""

    name: str
    parts: tuple[Span, ...]
    total: Span

    @property
    def sum(self) -> int:
        return sum(_count(part) for part in self.parts)

    @property
    def largest(self) -> int:
        return max(_count(part) for part in self.parts)


@rule("count.total")
def totals(card: Card) -> Iterator[Finding]:
    """A table's row or column of totals is the sum of the others."""
    tables = [block.table.rows for block in card.document.blocks if block.table]
    found = [lines for rows in tables for lines in (_lines(rows), _lines(columns(rows))) if lines]
    if not found:
        return
    # An overall score is no total, and what was read as counts of splits or types has rules of its own.
    known = {s.place for s in card.statements if s.quantity != "count"}
    known |= {total.place for way in _WAYS for total, _ in sums(card, *way)}
    for lines in found:
        yield from _check(card, lines, known)


def _lines(rows: Sequence[tuple[Span, ...]]) -> list[Line]:
    """The lines across a table whose head calls one column the total, with the counts before it."""
    heads = rows[0] if rows else ()
    at = [index for index, cell in enumerate(heads) if index > 1 and _TOTAL.fullmatch(cell.text)]
    lines = []
    for row in rows[1:]:
        for index in at[:1]:
            if index < len(row) and all(_COUNT.fullmatch(cell.text) for cell in row[1 : index + 1]):
                lines.append(Line(row[0].text.strip(), row[1:index], row[index]))
    return [line for line in lines if len(line.parts) > 1]


def _check(card: Card, lines: list[Line], known: set[Place]) -> Iterator[Finding]:
    """Lines that do not add up: surely wrong where another line of the table does; known are left out."""
    right = sum(line.sum == _count(line.total) for line in lines)
    lines = [line for line in lines if _place(card, line.total) not in known]
    for line in lines:
        total = _count(line.total)
        if line.sum == total or abs(line.sum - total) > _NEAR * max(line.sum, total) or total < line.largest:
            continue
        found = f"{line.total.text.strip()} in total ({line.name}) of " + " + ".join(
            part.text.strip() for part in line.parts
        )
        kind = error if right else warning
        yield kind("count.total", _place(card, line.total), found, f"their sum, {line.sum:,}")


def _place(card: Card, cell: Span) -> Place:
    return card.document.place(cell.start + len(cell.text) - len(cell.text.lstrip(" *_")))


def _count(cell: Span) -> int:
    return int(re.sub(r"\D", "", cell.text))

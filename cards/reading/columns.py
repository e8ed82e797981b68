"""Columns that hold several: "P / R / F1" over "84.1 / 80.3 / 82.2"."""

import re

from .document import Span, Table
from .quantities import numbers

_SLASH = re.compile(r"\s*/\s*")
_UNIT = re.compile(r"[\[(][^\])]*[\])]\s*$")
_BLANK = re.compile(r"[\s\-–—]*")


def apart(table: Table) -> tuple[tuple[Span, ...], ...]:
    """The rows of a table, with each column of several numbers as columns of one."""
    rows = table.rows
    if len(rows) < 2:
        return rows
    parts = [_parts([row[at] for row in rows if at < len(row)]) for at in range(len(rows[0]))]
    if not any(count > 1 for count in parts):
        return rows
    return tuple(
        tuple(span for at, cell in enumerate(row) for span in _cut(cell, parts[at] if at < len(parts) else 1))
        for row in rows
    )


def _parts(column: list[Span]) -> int:
    """How many numbers each cell of a column holds, as its head does names; 1 where they differ."""
    head, *cells = column
    count = len(_SLASH.split(_UNIT.sub("", head.text)))
    filled = [cell.text for cell in cells if not _BLANK.fullmatch(cell.text)]
    alike = filled and all(len(_SLASH.split(t)) == count == len(numbers(t)) for t in filled)
    return count if count > 1 and alike else 1


def _cut(cell: Span, count: int) -> list[Span]:
    """A cell at its slashes; the unit behind the last name of a head holds for all."""
    if count == 1:
        return [cell]
    unit = _UNIT.search(cell.text)
    text = cell.text[: unit.start()] if unit else cell.text
    ends = [match.span() for match in _SLASH.finditer(text)]
    if len(ends) != count - 1:
        return [cell] + [Span("", cell.start)] * (count - 1)
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    behind = f" {unit[0]}" if unit else ""
    return [Span(text[a:b] + behind, cell.start + a) for a, b in zip(starts, stops, strict=True)]

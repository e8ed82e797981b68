"""Columns and rows that hold several: "P / R / F1" beside "84.1 / 80.3 / 82.2"."""

import re

from .document import Span, Table
from .quantities import numbers

_SLASH = re.compile(r"\s*/\s*")
_UNIT = re.compile(r"[\[(][^\])]*[\])]\s*$")
_UNIT_BEHIND = re.compile(r"(?<=\d)\s*(?:ms|s|%|[KMG]i?B)\s*$")
_BLANK = re.compile(r"[\s\-–—]*")


def apart(table: Table) -> tuple[tuple[Span, ...], ...]:
    """The rows of a table, with each column or row of several numbers as several of one."""
    if len(table.rows) < 2:
        return table.rows
    width = max(map(len, table.rows))
    rows = [[*row, *[Span("", row[-1].start if row else 0)] * (width - len(row))] for row in table.rows]
    columns = _cut_lines([list(column) for column in zip(*rows, strict=True)])
    if len(columns) > width:
        rows = [list(row) for row in zip(*columns, strict=True)]
    return tuple(tuple(row) for row in _cut_lines(rows))


def _cut_lines(lines: list[list[Span]]) -> list[list[Span]]:
    """Columns, or rows, each as many as its cells hold numbers; the first is a head."""
    found: list[list[Span]] = []
    for line in lines:
        count = _parts(line)
        found += zip(*(_cut(cell, count) for cell in line), strict=True) if count > 1 else [line]
    return [list(line) for line in found]


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
    if not behind and (last := _UNIT_BEHIND.search(text)):
        behind, text = last[0], text[: last.start()]  # "21 / 33 ms"
        stops[-1] = len(text)
    before = " ".join(text[: stops[0]].split()[:-1]) + " "  # "Drug P / R / F1" names the type once
    return [
        Span((before if a and before.strip() else "") + text[a:b] + behind, cell.start + a)
        for a, b in zip(starts, stops, strict=True)
    ]

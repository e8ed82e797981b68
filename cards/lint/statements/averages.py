"""Tables with a row or column of averages over the others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...reading import Card
from ...reading.document import Span, columns
from ..finding import Finding, error, rule, warning
from .text import step

_AVERAGE = re.compile(r"\W*(?:avg|average|mean)s?\b\.?[\w\s().]{0,24}\W*", re.IGNORECASE)
_NUMBER = re.compile(r"[\s*_~]*(\d{1,3}(?:\.\d+)?|\.\d+)\s?%?(?:\s*±\s*[\d.]+)?[\s*_]*")
_Rows = Sequence[tuple[Span, ...]]
_MOST = 400  # lines of a table that are looked at


@dataclass(frozen=True)
class Line:
    """The numbers of one row or column, and the average that the table gives for some of them."""

    name: str
    parts: tuple[Span, ...]
    average: Span

    @property
    def mean(self) -> float:
        return sum(_value(part) for part in self.parts) / len(self.parts)

    @property
    def holds(self) -> bool:
        return abs(self.mean - _value(self.average)) <= 0.5 * _unit(self.average) + 0.5 * max(
            map(_unit, self.parts)
        )


@rule("aggregate.average")
def averages(card: Card) -> Iterator[Finding]:
    """Each line of a table averages the numbers that the other lines of the table average."""
    for block in card.document.blocks:
        if not block.table:
            continue
        rows = block.table.rows[:_MOST]
        for across in (rows, columns(rows)):
            yield from _check(card, across)


def _check(card: Card, rows: _Rows) -> Iterator[Finding]:
    """Lines that do not average what the lines beside them do; where none does, it is no average of these."""
    heads = rows[0] if rows else ()
    at = next((i for i, cell in enumerate(heads) if i > 0 and _AVERAGE.fullmatch(cell.text)), None)
    if at is None:
        return
    ways = [
        _lines(rows, at, range(1, at)),
        _lines(rows, at, range(at + 1, len(heads))),
        _lines(rows, at, [i for i in range(1, len(heads)) if i != at]),
    ]
    lines = max(ways, key=lambda lines: sum(line.holds for line in lines))
    right = sum(line.holds for line in lines)
    for line in lines:
        if line.holds or not right:
            continue
        shown = ", ".join(part.text.strip() for part in line.parts)
        found = f"an average of {line.average.text.strip()} ({line.name}) over {shown}"
        report = error if right > 1 else warning
        place = card.document.place(line.average.start)
        yield report("aggregate.average", place, found, f"{line.mean:.4g}, as the lines beside it average")


def _lines(rows: _Rows, at: int, parts: range | list[int]) -> list[Line]:
    found = []
    for row in rows[1:]:
        cells = [row[i] for i in parts if i < len(row)]
        if (
            at < len(row)
            and len(cells) > 1
            and all(_NUMBER.fullmatch(cell.text) for cell in (*cells, row[at]))
        ):
            found.append(Line(row[0].text.strip(), tuple(cells), row[at]))
    return found


def _value(cell: Span) -> float:
    return float(_NUMBER.fullmatch(cell.text)[1])


def _unit(cell: Span) -> float:
    return step(_NUMBER.fullmatch(cell.text)[1])

"""Tables and lists of results whose every head and cell is understood; the others take no part."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from .blocks import Block
from .heads import CLASSES, COMPARES, Head, read_head
from .numbers import Number, is_nothing, read_number

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_MARKUP = re.compile(r"\*+|`+|(?<![^\W_])_+|_+(?![^\W_])|~~|\\(?=[\W_])")
_MARKED = re.compile(r"[*`_~\\\[<&]")
_ITEM = re.compile(r"([^:=]{1,60}?)(?:\s*[:=]|\s[-–])\s*([^:=]{1,60})")
# Names of rows that stand for several others.
AGGREGATE = re.compile(
    r"(?=.*[a-z])(?P<average>macro|micro|weighted|samples)?[ /_-]*"
    r"(?:avg|average|mean|total|overall|sum|all|accuracy)?\.?(?:[ /_-]*(?:f1|score))?",
    re.I,
)
_LARGEST = 20_000  # cells


@dataclass(frozen=True)
class Row:
    """A row of a table, its cells without markup."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """What a table says of one thing: a model, a class, a split.

    Attributes:
        names: What stands in its cells below heads of names.
        line: Where it stands; in a turned table, of which it is a column, the line of the heads.
        numbers: One for each metric; None where the cell is empty.
    """

    names: tuple[str, ...]
    line: int
    numbers: tuple[Number | None, ...]

    @property
    def name(self) -> str:
        return " ".join(name for name in self.names if name)


@dataclass(frozen=True)
class Results:
    """A table, or a list of "metric: number", that is understood as a whole.

    Attributes:
        line: Its first line.
        kinds: The heads of its columns of names: "class", "model".
        heads: Its metrics.
        records: Its rows; the columns of a table that has its metrics in the first column.
        lines: Where each metric stands, in such a turned table.
        whole: What a perfect score is in it, 1 or 100; None where it has no scores, or both scales.
    """

    line: int
    kinds: tuple[str, ...]
    heads: tuple[Head, ...]
    records: tuple[Record, ...]
    lines: tuple[int, ...] = ()

    @cached_property
    def whole(self) -> float | None:
        scales = {_scale(head, self.column(at)) for at, head in enumerate(self.heads) if head.kind == "share"}
        return scales.pop() if len(scales) == 1 else None

    @cached_property
    def of_classes(self) -> bool:
        """Whether its rows are classes, as in a classification report."""
        return bool({*self.kinds} & {*CLASSES}) or any(
            _REPORT.fullmatch(record.name) for record in self.records
        )

    def column(self, head: int) -> list[Number]:
        return [number for record in self.records if (number := record.numbers[head])]

    def line_of(self, record: Record, head: int) -> int:
        return self.lines[head] if self.lines else record.line


_REPORT = re.compile(r"(?:macro|weighted)[ _-]?(?:avg|average)", re.I)


def plain(text: str) -> str:
    """A text without its markup: the words of links, no emphasis, no HTML tags, single blanks."""
    if not _MARKED.search(text):
        return " ".join(text.split())
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    return " ".join(html.unescape(_MARKUP.sub("", text)).split())


def table_rows(block: Block) -> list[Row]:
    """The rows of a table, its heads first, all of one width; empty ones are left out."""
    lines: list[int] = []
    cells: list[list[str]] = []
    for token in block.tokens:
        if token.type == "tr_open" and token.map:
            lines.append(token.map[0] + 1)
            cells.append([])
        elif token.type == "inline" and cells:
            cells[-1].append(plain(token.content))
    width = len(cells[0]) if cells else 0
    rows = [Row(line, (*row, *[""] * width)[:width]) for line, row in zip(lines, cells, strict=True)]
    return [row for row in rows if row is rows[0] or any(row.cells)]


def read_results(blocks: Sequence[Block]) -> Iterator[Results]:
    """The tables and lists of results of a card that are understood as a whole."""
    for block in blocks:
        if block.kind == "table":
            rows = _without_comparisons(table_rows(block))
            if len(rows) > 1 and len(rows) * len(rows[0].cells) <= _LARGEST:
                found = _turned(rows) or _upright(rows)
                if found:
                    yield found
    for items in lists(blocks):
        if found := _listed(items):
            yield found


def _without_comparisons(rows: list[Row]) -> list[Row]:
    """The rows without columns such as "Change", whose numbers are of another kind."""
    kept = [
        at for at, head in enumerate(rows[0].cells if rows else ()) if not at or not COMPARES.search(head)
    ]
    return [Row(row.line, tuple(row.cells[at] for at in kept)) for row in rows]


def lists(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The items of each list, one below the other."""
    group: list[Block] = []
    for block in blocks:
        if group and (block.kind != "item" or block.line > group[-1].last_line + 2):
            yield group
            group = []
        if block.kind == "item":
            group.append(block)
    if group:
        yield group


def item_parts(item: Block) -> tuple[str, str] | None:
    """What stands before and behind the colon of an item such as "- F1: 0.93"."""
    text = plain(item.text)
    found = _ITEM.fullmatch(text) if len(text) < 150 else None
    return (found[1].strip(), found[2].strip()) if found else None


def _upright(rows: list[Row]) -> Results | None:
    """A table with its metrics in the first row."""
    heads = [read_head(cell) for cell in rows[0].cells]
    measured = [head for head in heads if head and head.kind]
    if None in heads or not measured or _is_ambiguous(measured):
        return None
    records = [_record(row, heads) for row in rows[1:]]
    if None in records:
        return None
    kinds = tuple(head.text for head in heads if head and not head.kind)
    return Results(rows[0].line, kinds, tuple(measured), tuple(filter(None, records)))


def _record(row: Row, heads: Sequence[Head | None]) -> Record | None:
    """A row; None where a cell below a metric is no number."""
    names, numbers = [], []
    for cell, head in zip(row.cells, heads, strict=True):
        if head and head.kind:
            number = read_number(cell)
            if not number and not is_nothing(cell):
                return None
            numbers.append(number)
        else:
            names.append(cell)
    return Record(tuple(names), row.line, tuple(numbers))


def _turned(rows: list[Row]) -> Results | None:
    """A table with its metrics in the first column."""
    corner = read_head(rows[0].cells[0])
    heads = [read_head(row.cells[0]) for row in rows[1:]]
    measured = [head for head in heads if head and head.kind]
    if len(measured) < len(heads) or not corner or (corner.kind and any(head.metric for head in measured)):
        return None
    if _is_ambiguous(measured):
        return None
    columns = []
    for at, name in enumerate(rows[0].cells[1:], start=1):
        cells = [row.cells[at] for row in rows[1:]]
        numbers = [read_number(cell) for cell in cells]
        if not all(number or is_nothing(cell) for number, cell in zip(numbers, cells, strict=True)):
            return None
        columns.append(Record((name,), rows[0].line, tuple(numbers)))
    lines = tuple(row.line for row in rows[1:])
    return Results(rows[0].line, (), tuple(measured), tuple(columns), lines) if columns else None


def _listed(items: list[Block]) -> Results | None:
    """A list in which each item is a metric and its number."""
    parts = [item_parts(item) for item in items]
    heads = [read_head(part[0]) if part else None for part in parts]
    numbers = [read_number(part[1]) if part else None for part in parts]
    if len(items) < 2 or not all(head and head.kind for head in heads) or not all(numbers):
        return None
    measured = tuple(head for head in heads if head)
    if _is_ambiguous(measured):
        return None
    record = Record(("",), items[0].line, tuple(numbers))
    return Results(items[0].line, (), measured, (record,), tuple(item.line for item in items))


def _is_ambiguous(heads: Sequence[Head]) -> bool:
    """Whether two heads say the same, so that neither is understood."""
    said = [(head.metric, *head.same) for head in heads]
    return len({*said}) < len(said)


def _scale(head: Head, numbers: list[Number]) -> float | None:
    """What a perfect score is in a column."""
    marked = [number for number in numbers if number.unit == "%"]
    if head.unit == "%" or (marked and len(marked) == len(numbers)):
        return 100
    if marked or not numbers:
        return None
    return 100 if median(number.value for number in numbers) > 1 else 1

"""Classification reports pasted as plain text: columns kept apart by blanks, in a code block."""

import re
from dataclasses import replace
from itertools import pairwise

from .document import Block, Document, Span, Table

_PLAIN = ("", "text", "txt", "plain", "plaintext", "console")
_HEADER = re.compile(
    r"^[ \t]*(?=[^\n]*precision)(?=[^\n]*recall)[a-z0-9 \t_-]+$", re.IGNORECASE | re.MULTILINE
)
_ROW = re.compile(r"^[ \t]*(?P<name>[^\W\d][\w \t./-]*?)[ \t]{2,}(?P<numbers>[\d.,% \t]+)$", re.MULTILINE)
_CELL = re.compile(r"\S+")


def with_reports(document: Document) -> Document:
    """The document with each code block that holds reports as one block, with its table, for each of them."""
    blocks = [part for block in document.blocks for part in (_reports(block, document) or [block])]
    return replace(document, blocks=tuple(blocks))


def _reports(block: Block, document: Document) -> list[Block]:
    """The block cut above each head "precision recall f1-score support"; none where no numbers follow."""
    text, start = block.span.text, block.span.start
    if block.kind != "code" or block.language.lower() not in _PLAIN:
        return []
    headers = list(_HEADER.finditer(text))
    edges = [0, *(header.start() for header in headers[1:]), len(text)]
    found = []
    for header, (begin, end) in zip(headers, pairwise(edges), strict=False):
        if rows := _rows(text, header, end, start):
            span = Span(text[begin:end], start + begin)
            line = document.place(span.start).line
            found.append(replace(block, span=span, line=line, table=Table(rows)))
    return found


def _rows(text: str, header: re.Match, end: int, start: int) -> tuple[tuple[Span, ...], ...]:
    """The head and the rows of numbers below it; empty when there are none."""
    heads = [Span(cell[0], start + cell.start()) for cell in _CELL.finditer(text, *header.span())]
    rows = [(Span("Class", start + header.start()), *heads)]
    for row in _ROW.finditer(text, header.end(), end):
        cells = [Span(cell[0], start + cell.start()) for cell in _CELL.finditer(text, *row.span("numbers"))]
        empty = (
            [Span("", cells[0].start)] * (len(heads) - len(cells)) if cells else []
        )  # "accuracy" has no P and R
        if cells and len(cells) <= len(heads):
            rows.append((Span(row["name"], start + row.start("name")), *empty, *cells))
    return tuple(rows) if len(rows) > 1 else ()

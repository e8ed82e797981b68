"""Classification reports pasted as plain text: columns kept apart by blanks, in a code block."""

import re
from dataclasses import replace

from .document import Block, Span, Table

_PLAIN = ("", "text", "txt", "plain", "plaintext", "console")
_HEADER = re.compile(
    r"^[ \t]*(?=[^\n]*precision)(?=[^\n]*recall)[a-z0-9 \t_-]+$", re.IGNORECASE | re.MULTILINE
)
_ROW = re.compile(r"^[ \t]*(?P<name>[^\W\d][\w \t./-]*?)[ \t]{2,}(?P<numbers>[\d.,% \t]+)$", re.MULTILINE)
_CELL = re.compile(r"\S+")


def report(block: Block) -> Block | None:
    """The block as a table, when it is a report: "precision recall f1-score support" above numbers."""
    text, start = block.span.text, block.span.start
    header = _HEADER.search(text) if block.language.lower() in _PLAIN else None
    if not header:
        return None
    heads = [Span(cell[0], start + cell.start()) for cell in _CELL.finditer(text, *header.span())]
    rows = [(Span("Class", start + header.start()), *heads)]
    for row in _ROW.finditer(text, header.end()):
        cells = [Span(cell[0], start + cell.start()) for cell in _CELL.finditer(text, *row.span("numbers"))]
        empty = (
            [Span("", cells[0].start)] * (len(heads) - len(cells)) if cells else []
        )  # "accuracy" has no P and R
        if cells and len(cells) <= len(heads):
            rows.append((Span(row["name"], start + row.start("name")), *empty, *cells))
    return replace(block, table=Table(tuple(rows))) if len(rows) > 1 else None

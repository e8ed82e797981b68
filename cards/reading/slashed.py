"""Lists that are tables: "F1: 0.66 / 0.61" below "Teacher versus student:", or the other way round."""

import re
from dataclasses import replace
from itertools import pairwise

from .document import Block, Document, Span, Table
from .quantities import numbers

_ITEM = re.compile(r"(?P<name>[^:\n]{2,50}):(?P<cells>[^\n]*)\s*")
_SLASH = re.compile(r"\s/\s|\s\|\s")
_LEAD = re.compile(r"(?:[^\n]*\()?(?P<names>[^()\n]{3,160}?)\)?\s*:\s*")
_BETWEEN = re.compile(r"\s/\s|\s\|\s|\s(?:versus|vs\.?)\s|\s?→\s?")


def slashed(document: Document) -> dict[int, Block | None]:
    """The first item of each such list as the table that it is, and None for its other items."""
    found: dict[int, Block | None] = {}
    blocks = document.blocks
    for first, block in enumerate(blocks):
        if block.kind != "item" or first == 0 or blocks[first - 1].kind != "paragraph":
            continue
        last = first
        while last < len(blocks) and blocks[last].kind == "item":
            last += 1
        rows = _rows(blocks[first - 1], blocks[first:last])
        if rows:
            found[first] = replace(block, kind="table", table=Table(rows))
            found |= dict.fromkeys(range(first + 1, last))
    return found


def _rows(lead: Block, items: tuple[Block, ...]) -> tuple[tuple[Span, ...], ...]:
    above = _LEAD.fullmatch(lead.span.text)
    if not above or len(items) < 2:
        return ()
    named = max(above["names"].split(","), key=lambda part: len(_BETWEEN.findall(part)))  # "on X, F1 / size"
    names = _cut(named, lead.span.start + lead.span.text.index(named), _BETWEEN)
    rows = [(Span("", lead.span.start), *names)]
    for item in items:
        match = _ITEM.fullmatch(item.span.text)
        cells = _cut(match["cells"], item.span.start + match.start("cells"), _SLASH) if match else ()
        if len(cells) != len(names) or len(cells) < 2 or not all(numbers(cell.text) for cell in cells):
            return ()
        rows.append((Span(match["name"], item.span.start + match.start("name")), *cells))
    return tuple(rows)


def _cut(text: str, start: int, border: re.Pattern) -> tuple[Span, ...]:
    edges = [(0, 0), *(match.span() for match in border.finditer(text)), (len(text), len(text))]
    return tuple(Span(text[a:b], start + a) for (_, a), (b, _) in pairwise(edges))

"""Percentages that are the parts of one whole."""

import re
from collections.abc import Iterator

from ...reading import Card
from ...reading.document import Block, Span
from ..finding import Finding, rule, warning

_PERCENT = re.compile(r"(?<![\d.,-])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|percent\b|per cent\b)")
_CELL = re.compile(r"\s*[*_]*(\d{1,3}(?:[.,]\d+)?)\s?%?[*_]*\s*")
_WHOLE = re.compile(
    r"\b(shares?|distribution|distributed|breakdown|composition|composed of|consists? of|made up of"
    r"|split(?=.*\btrain)(?=.*\btest)|comprises?"
    r"|proportions?|class balance|come from|comes from|split into|divided into|divide into)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\W*((class |label )?(shares?|proportions?|distribution)|(share|proportion|percent(age)?|%) of .{1,30})"
    r"\W*(\(%\)|in %|%)?\W*",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(total|all|sum|overall)\b", re.IGNORECASE)
_OVERLAP = re.compile(
    r"\b(overlap\w*|more than one|several|multiple|multi-?label|each|at least)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


@rule("count.shares", severity="warning")
def whole(card: Card) -> Iterator[Finding]:
    """The shares of a whole sum to 100%."""
    for block in card.document.blocks:
        shares = _column(block) if block.table else _sentence(block) if block.kind != "code" else []
        for numbers in shares:
            yield from _sum(card, numbers)


def _sentence(block: Block) -> Iterator[list[Span]]:
    """The percentages of each sentence that tells how a whole is divided."""
    start = 0
    for sentence in _SENTENCE.split(block.span.text):
        offset = block.span.start + block.span.text.index(sentence, start)
        start += len(sentence)
        found = [Span(match[1], offset + match.start()) for match in _PERCENT.finditer(sentence)]
        if len(found) > 2 and _WHOLE.search(sentence) and not _OVERLAP.search(sentence):
            yield found


def _column(block: Block) -> Iterator[list[Span]]:
    """The cells of each column whose head says that they are shares, without a total."""
    head, *rows = block.table.rows
    for index, cell in enumerate(head):
        if not _HEAD.fullmatch(cell.text) or _OVERLAP.search(cell.text):
            continue
        cells = [row[index] for row in rows if index < len(row) and not _TOTAL.search(row[0].text)]
        numbers = [Span(match[1], cell.start) for cell in cells if (match := _CELL.fullmatch(cell.text))]
        if len(numbers) > 1 and len(numbers) == len(cells):
            yield numbers


def _sum(card: Card, numbers: list[Span]) -> Iterator[Finding]:
    values = [float(number.text.replace(",", ".")) for number in numbers]
    decimals = max(len(number.text.replace(",", ".").partition(".")[2]) for number in numbers)
    total = sum(values)
    # Far from a whole, they are no parts of one.
    if 60 < total < 150 and abs(total - 100) > len(values) * 0.5 * 10**-decimals + 1e-9:
        found = " + ".join(number.text for number in numbers) + f" = {total:g}%"
        yield warning("count.shares", card.document.place(numbers[0].start), found, "shares that sum to 100%")

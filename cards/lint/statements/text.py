"""Sentences of a card for the rules that read a pattern of words and numbers rather than statements."""

import re
from functools import lru_cache

from ...reading import Card
from ...reading.document import Span

_ABBREVIATED = r"(?<!\bi\.e\.)(?<!\be\.g\.)(?<!\bvs\.)(?<!\bca\.)(?<!\bapprox\.)"
_END = re.compile(rf"(?<=[.!?]){_ABBREVIATED}\s+(?=\W*[^\sa-z\W]|\W*\d)|\n\s*\n")
_UNITS = r"%|percent\b|per cent\b|points?\b|ms\b|s\b|seconds?\b|[KMGT]i?B\b"
NUMBER = rf"(?P<{{0}}>\d{{{{1,3}}}}(?:,\d{{{{3}}}})+|\d*\.?\d+)(?P<{{0}}m>[MBk]\b)?\s?(?P<{{0}}u>{_UNITS})?"


@lru_cache(2)
def sentences(card: Card) -> list[Span]:
    """The sentences of headings, paragraphs and list items, each on one line."""
    found = []
    for block in card.document.blocks:
        if block.kind in ("table", "code"):
            continue
        text, start = block.span.text, 0
        for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
            if text[start:end].strip():
                found.append(Span(re.sub(r"\s", " ", text[start:end]), block.span.start + start))
            start = end
    return found


def value(written: str) -> float:
    return float(written.replace(",", ""))


def step(written: str) -> float:
    """One in the last digit of a number."""
    return 10.0 ** -len(written.partition(".")[2])

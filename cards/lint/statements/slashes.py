"""Splits with slashes, "8,000 / 1,000 / 1,000", against the total beside them or in the same section."""

import re
from collections.abc import Callable, Iterator

from ...reading import Card, Place, Statement
from ...reading.document import Block
from ..finding import Finding, error, rule, warning
from .matching import of_quantity
from .text import value

_INT = r"\d{1,3}(?:,\d{3})+|\d+"
_SLASHED = re.compile(rf"(?<![\w.,/])(?:{_INT})(?:\s*/\s*(?:{_INT})){{1,2}}(?![\w/%]|[.,]\d)")
_SPLITS = [re.compile(words, re.IGNORECASE) for words in (r"\btrain", r"\btest|\bheld[- ]out|\beval")]
_MIDDLE = re.compile(r"\b(?:dev|valid?|tun)", re.IGNORECASE)
_TOTAL = re.compile(
    rf"(?<![\w.,/-])(?P<n>{_INT})(?![\w/%-]|[.,]\d)\s*(?P<in_all>in total|in all|altogether|overall)?"
)
_CALLED = re.compile(r"\b(?:total|all|sum|of(?: the| our)?)\s*(?:of|:|=|is|are)?\s*$", re.IGNORECASE)
_NOUN = re.compile(r"\s*(?:\([^()]*\)\s*)?(?P<noun>[a-z]+s)\b", re.IGNORECASE)
_SMALL = 20  # fewer are no corpus: "3/1/1 layers"
_TEXTS = ("document", "abstract", "article", "sentence", "note", "text", "example")


@rule("count.slashes")
def slashes(card: Card) -> Iterator[Finding]:
    """Train, development and test counts that stand with slashes add up to the total."""
    for block in card.document.blocks:
        if block.kind == "code":
            continue
        rows = block.table.rows if block.table else [(block.span,)]
        heads = " ".join(cell.text for cell in rows[0]) + " " if block.table else ""
        for row in rows:
            text = card.document.masked[row[0].start : row[-1].start + len(row[-1].text)]
            for match in _SLASHED.finditer(text):
                counts = [value(number) for number in re.split(r"\s*/\s*", match[0])]
                if _of_splits(heads + text, counts):
                    place = card.document.place(row[0].start + match.start())
                    near = [] if block.table else _beside(text, match, sum(counts), place)
                    yield from near or _apart(card, block, match, sum(counts), place)


def _of_splits(text: str, counts: list[float]) -> bool:
    named = all(pattern.search(text) for pattern in _SPLITS) and (len(counts) == 2 or _MIDDLE.search(text))
    return bool(named) and counts[0] == max(counts) >= _SMALL and counts.count(counts[0]) == 1


def _beside(text: str, slashed: re.Match, added: float, place: Place) -> list[Finding]:
    """A finding for the one number beside the counts that is meant as their total."""
    noun = _NOUN.match(text, slashed.end())
    totals = []
    for match in _TOTAL.finditer(text):
        other = _NOUN.match(text, match.end("n"))
        of_texts = other and other["noun"].lower().startswith(_TEXTS)
        same = match["in_all"] or (
            of_texts if noun is None or other is None else noun["noun"] == other["noun"]
        )
        apart = match.end() <= slashed.start() or match.start() >= slashed.end()
        if apart and same and _near(value(match["n"]), added):
            called = match["in_all"] or _CALLED.search(text[: match.start()])
            totals.append((match["n"], called or (noun and other)))
    if len(totals) != 1 or value(totals[0][0]) == added:
        return []
    return [_report(error if totals[0][1] else warning, slashed, totals[0][0], added, place)]


def _apart(card: Card, block: Block, slashed: re.Match, added: float, place: Place) -> list[Finding]:
    """A finding for the only number of texts that the row, or else the same section, gives."""
    section = [b for b in card.document.blocks if b.headings == block.headings]
    last = section[-1].line + section[-1].span.text.count("\n")
    texts = [s for s in of_quantity(card.statements, "count") if s.counted in _TEXTS and not s.group]
    texts = [s for s in texts if section[0].line <= s.place.line <= last and _near(s.value, added)]
    beside = [s for s in texts if s.place.line == place.line] if block.table else []
    others = [s for s in texts if not s.split or s.split.startswith(s.counted)]
    found = beside or [s for s in others if s.place.line != place.line and not _is_part(card, s)]
    totals = {s.value: s for s in found}
    if len(totals) != 1 or added in totals:
        return []
    (total,) = totals.values()
    return [_report(warning, slashed, f"{total.shown} (line {total.place.line})", added, place)]


def _is_part(card: Card, count: Statement) -> bool:
    """Whether a count stands behind a slash itself."""
    at = card.document.lines[count.place.line - 1] + count.place.column - 1
    return card.document.masked[:at].rstrip().endswith("/")


def _near(number: float, added: float) -> bool:
    return 0.5 * added < number < 2 * added


def _report(
    kind: Callable[..., Finding], slashed: re.Match, whole: str, added: float, place: Place
) -> Finding:
    parts = " + ".join(re.split(r"\s*/\s*", slashed[0]))
    found = f"{whole} in all, but {parts} is {added:,.0f}"
    return kind("count.slashes", place, found, f"parts that sum to {whole}")

"""Edits of a document's text; its mentions move along."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from ..corpora.document import Document, Span


@dataclass(frozen=True)
class Edit:
    """Characters `start` to `end` (exclusive, at least one) become `text`."""

    start: int
    end: int
    text: str


def apply(document: Document, edits: Iterable[Edit]) -> Document:
    """Edit a document. Of two edits that overlap the first is done, one across a mention's border never."""
    borders = sorted({place for span in document.spans for place in (span.start, span.end)})
    done: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        next_border = bisect_right(borders, edit.start)
        crosses = next_border < len(borders) and borders[next_border] < edit.end
        if not crosses and (not done or done[-1].end <= edit.start):
            done.append(edit)
    ends = [edit.end for edit in done]
    growth = [0, *accumulate(len(edit.text) - (edit.end - edit.start) for edit in done)]

    def moved(place: int) -> int:
        return place + growth[bisect_right(ends, place)]

    parts = [
        document.text[before : edit.start] + edit.text for before, edit in zip([0, *ends], done, strict=False)
    ]
    text = "".join(parts) + document.text[ends[-1] if ends else 0 :]
    spans = [Span(start=moved(s.start), end=moved(s.end), label=s.label) for s in document.spans]
    return Document(id=document.id, text=text, spans=tuple(spans))

"""Overlap: texts that measured splits or the guard hold too, from which nothing may be learned.

Two texts overlap when

- their ids agree: they are equal, or name passages of one article (`Document.article`). Ids that a reader
  makes of a place (`FILE:LINE`, `SPLIT:ROW`) name nothing outside their file, and never agree;
- they share `RUN` letters and digits in a row;
- a whole sentence of one, of at least `SENTENCE` letters and digits, stands in the other.

Only letters and digits count, in the compatibility form of Unicode (NFKC) and with case folded, so that
neither case, spacing, line wraps, punctuation nor tokenisation hides a copy.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .document import Document

RUN = 120
SENTENCE = 60

# The measured texts are indexed by seeds, one every STEP characters: of the SENTENCE - SEED + 1 seeds that
# any stretch of SENTENCE characters holds, one is in the index, so that no overlap can be missed.
SEED = 40
STEP = SENTENCE - SEED + 1

Reason = Literal["id", "characters", "sentence"]

_MADE_BY_A_READER = re.compile(r".*:\d+", re.DOTALL)
_SENTENCE_ENDS = re.compile(r"""(?<=[.!?])["'”’)\]]*\s+|\n\s*\n""")
_NOT_COUNTED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Overlap:
    """That a document may not be learned from, for what it shares with a measured one. Documents are ids."""

    document: str
    reason: Reason
    split: str  # as `Measured` was given it
    measured: str


class Measured:
    """The texts of all measured splits and the guard, to hold others against.

    Memory is of the order of these texts; time, of theirs and of the texts held against them.
    """

    def __init__(self, splits: Mapping[str, Iterable[Document]]):
        """Index the documents of each split; its name is any that tells it apart, for `Overlap.split`."""
        self._names: list[tuple[str, str]] = []  # of each text: split, id of the document
        self._texts: list[_Text] = []
        self._ids: dict[str, int] = {}
        self._seeds: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)  # -> (text, place in it)
        for split, documents in splits.items():
            for document in documents:
                self._add(split, document)

    def _add(self, split: str, document: Document) -> None:
        number, text = len(self._texts), _normalise(document.text)
        self._names.append((split, document.id))
        self._texts.append(text)
        if _names_a_text(document):
            self._ids.setdefault(document.article, number)
        for place in range(0, len(text.characters) - SEED + 1, STEP):
            self._seeds[text.characters[place : place + SEED]].append((number, place))

    def overlap(self, document: Document) -> Overlap | None:
        """The first overlap of a document with a measured one; None where there is none."""
        if _names_a_text(document) and document.article in self._ids:
            return Overlap(document.id, "id", *self._names[self._ids[document.article]])
        text = _normalise(document.text)
        for place in range(len(text.characters) - SEED + 1):
            for number, there in self._seeds.get(text.characters[place : place + SEED], ()):
                if reason := _shared(text, place, self._texts[number], there):
                    return Overlap(document.id, reason, *self._names[number])
        return None

    def hold_apart(self, documents: Iterable[Document]) -> tuple[list[Document], list[Overlap]]:
        """Part the documents without an overlap, in their order, from the overlaps of the others."""
        kept, overlaps = [], []
        for document in documents:
            if overlap := self.overlap(document):
                overlaps.append(overlap)
            else:
                kept.append(document)
        return kept, overlaps


@dataclass(frozen=True)
class _Text:
    """The characters of a text that count, and where its sentences of at least SENTENCE begin and end."""

    characters: str
    sentences: list[tuple[int, int]]


def _normalise(text: str) -> _Text:
    parts, sentences, start = [], [], 0
    for sentence in _SENTENCE_ENDS.split(text):
        part = _NOT_COUNTED.sub("", unicodedata.normalize("NFKC", sentence).casefold())
        if len(part) >= SENTENCE:
            sentences.append((start, start + len(part)))
        parts.append(part)
        start += len(part)
    return _Text("".join(parts), sentences)


def _names_a_text(document: Document) -> bool:
    return not _MADE_BY_A_READER.fullmatch(document.id)


def _shared(one: _Text, place: int, other: _Text, there: int) -> Reason | None:
    """What two texts share around a seed that both have, in their characters at `place` and `there`."""
    before = _common(
        one.characters[max(place - RUN, 0) : place][::-1], other.characters[max(there - RUN, 0) : there][::-1]
    )
    after = _common(one.characters[place : place + RUN], other.characters[there : there + RUN])
    if before + after >= RUN:
        return "characters"
    for text, at in ((one, place), (other, there)):
        if any(at - before <= start and end <= at + after for start, end in text.sentences):
            return "sentence"
    return None


def _common(one: str, other: str) -> int:
    """How many characters two texts share from their beginnings on."""
    differ = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))

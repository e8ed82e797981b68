"""Abbreviations that a text defines, as in "chronic obstructive pulmonary disease (COPD)".

Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text",
Pacific Symposium on Biocomputing 2003. `space/private/abbreviations.js` does the same.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .entity import Entity

_PARENTHESIS = re.compile(r"\(([^()\n\r]{2,120})\)")
_LAST_WORD = re.compile(r"[^ \t\n\r()]+$")
_BEFORE = 200  # characters before a parenthesis in which a long form is looked for
_WORD_START = re.compile(r"(?<![^\W_])[^\W_]")


@dataclass(frozen=True)
class Abbreviation:
    """A short form, and where its long form stands in the text."""

    short: str
    start: int
    end: int


def abbreviations(text: str) -> Iterator[Abbreviation]:
    """The definitions in a text, in order: "long form (SF)" and "SF (long form)"."""
    for found in _PARENTHESIS.finditer(text):
        low = max(0, found.start() - _BEFORE)
        before = text[low : found.start()].rstrip(" \t\n\r")
        inside = re.split("[,;]", found[1])[0].strip(" \t")
        if _is_short_form(inside):
            start = _long_form(inside, before)
            if start is not None:
                yield Abbreviation(inside, low + start, low + len(before))
        elif (word := _LAST_WORD.search(before)) and _is_short_form(word[0]):
            start = _long_form(word[0], found[1])
            if start is not None:
                yield Abbreviation(word[0], found.start(1) + start, found.end(1))


def _is_short_form(text: str) -> bool:
    """Two to ten characters in one or two words, the first a letter or digit, a capital among them."""
    return (
        2 <= len(text) <= 10
        and text.count(" ") <= 1
        and _is_letter(text[0])
        and any(unicodedata.category(character) == "Lu" for character in text)
    )


def _long_form(short: str, before: str) -> int | None:
    """Where the long form of `short` begins in the text that ends with it; None where there is none.

    Each letter of the short form is found from the right, the first at the start of a word; the long form
    has at most min(length + 5, 2 * length) words and is longer than the short one.
    """
    place = len(before)
    for index in range(len(short) - 1, -1, -1):
        wanted = short[index].lower()
        if not _is_letter(wanted[0]):
            continue
        place -= 1
        while place >= 0 and (
            before[place].lower() != wanted or (index == 0 and place > 0 and _is_letter(before[place - 1]))
        ):
            place -= 1
        if place < 0:
            return None
    words = re.split(r"[ \t\n\r]+", before[place:])
    letters = sum(map(_is_letter, short))
    fits = len(words) <= min(letters + 5, 2 * letters) and len(before) - place > len(short)
    return place if fits and short not in words else None


def resolve(text: str, entities: list[Entity]) -> list[Entity]:
    """Give the short forms in a text the label of their long form, where an entity ends with that.

    A short form within a longer entity is left as it is.

    Args:
        text: The text.
        entities: Its entities, sorted, not overlapping.

    Returns:
        The same, with those short forms as entities of their long form's score; sorted, not overlapping.
    """
    by_end = {entity.end: entity for entity in entities}
    meant: dict[str, Entity] = {}
    for abbreviation in abbreviations(text):
        if abbreviation.end in by_end:
            meant.setdefault(abbreviation.short, by_end[abbreviation.end])
    if not meant:
        return entities
    resolved: list[Entity] = []
    waiting = iter(entities)
    entity = next(waiting, None)
    for start, short in _occurrences(text, meant):
        end = start + len(short)
        while entity and entity.end <= start:
            resolved.append(entity)
            entity = next(waiting, None)
        long = meant[short]
        if entity and (entity.start, entity.end) == (start, end):
            same = entity.label == long.label
            resolved.append(entity if same else Entity(start, end, long.label, long.score, short))
            entity = next(waiting, None)
        elif not entity or entity.start >= end:
            resolved.append(Entity(start, end, long.label, long.score, short))
    return [*resolved, *([entity] if entity else []), *waiting]


def _occurrences(text: str, shorts: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where short forms stand as whole words, not overlapping, the longest at each place."""
    lengths = sorted({len(short) for short in shorts}, reverse=True)
    last = 0
    for word in _WORD_START.finditer(text):
        start = word.start()
        for length in lengths if start >= last else ():
            short = text[start : start + length]
            if short in shorts and not _is_letter(text[start + length : start + length + 1]):
                yield start, short
                last = start + length
                break


def _is_letter(character: str) -> bool:
    """Whether it is a letter or digit; the empty text is none."""
    return character.isalnum()

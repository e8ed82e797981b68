"""Every number of a card is traceable: the map's numbers stand where it says, and no others do."""

import re
from collections.abc import Callable, Iterator

from ..errors import CardError
from ..ledger.values import is_derived, resolve
from ..reading import Place
from ..render.card_map import Entry
from ..render.exempt import covering, exempt_spans, words
from ..render.formats import format_value
from ..render.sections import digests, outside
from .finding import Finding, error, rule
from .subject import Subject


@rule("number.mapped")
def mapped_numbers(subject: Subject) -> Iterator[Finding]:
    """Each claim in the map, formatted anew, is what the card says at that place."""
    yield from _check(subject, derived=False, rule="number.mapped")


@rule("number.derived")
def derived_numbers(subject: Subject) -> Iterator[Finding]:
    """Each derived figure (ratio, size, length), computed anew, is what the card says."""
    yield from _check(subject, derived=True, rule="number.derived")


@rule("number.unmapped")
def unmapped_numbers(subject: Subject) -> Iterator[Finding]:
    """Every other number of our own parts is exempt for a reason that `cards.render.exempt` lists."""
    known = exempt_spans(subject.text, subject.ledger, subject.map.repos) + outside(subject.text)
    offset = _offsets(subject.text)
    for entry in subject.map.numbers:
        start = offset(entry)
        if start is not None:
            known.append((start, start + len(_expected(subject, entry) or "")))
    is_known = covering(known)
    for word in words(subject.text):
        if not is_known(word.span()):
            right = "a claim of the ledger, through `number(...)` in the template"
            yield error("number.unmapped", subject.at(word.start()), repr(word[0]), right)


@rule("card.region")
def regions(subject: Subject) -> Iterator[Finding]:
    """Every part of the card that we wrote stands there as it was written; people write between them."""
    found = digests(subject.text)
    for name, hashed in subject.map.regions.items():
        if found.get(name) != hashed:
            is_there = "an edited part" if name in found else "no such part"
            right = "the part as it was rendered; write between the parts, and render again"
            yield error("card.region", subject.card, is_there, right, name)


def _check(subject: Subject, derived: bool, rule: str) -> Iterator[Finding]:
    offset = _offsets(subject.text)
    for entry in subject.map.numbers:
        if is_derived(entry.claim) != derived:
            continue
        place = Place(subject.card, entry.line, entry.column)
        try:
            expected = format_value(resolve(subject.ledger, entry.claim), entry.format)
        except CardError as problem:
            yield error(rule, place, str(problem), "a reference that the ledger has; render the card again")
            continue
        start = offset(entry)
        found = "" if start is None else subject.text[start : start + len(expected)]
        if found != expected:
            yield error(rule, place, repr(found), f"{expected!r} ({entry.claim})")


def _expected(subject: Subject, entry: Entry) -> str | None:
    try:
        return format_value(resolve(subject.ledger, entry.claim), entry.format)
    except CardError:
        return None  # reported by the rules above


def _offsets(text: str) -> Callable[[Entry], int | None]:
    """Tells where an entry's number begins in the text; None when the card has no such place."""
    ends = [found.start() for found in re.finditer(r"\n|\Z", text)]

    def offset(entry: Entry) -> int | None:
        if not 1 <= entry.line <= len(ends):
            return None
        place = (ends[entry.line - 2] + 1 if entry.line > 1 else 0) + entry.column - 1
        return place if entry.column >= 1 and place < ends[entry.line - 1] else None

    return offset

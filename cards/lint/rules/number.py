"""Every number of a card of ours is traceable: the map's numbers stand where it says, and no others do."""

import re
from collections.abc import Callable

from ...errors import CardError
from ...ledger.values import resolve
from ...render.card_map import Entry
from ...render.exempt import covering, exempt_spans, words
from ...render.formats import format_value
from ...render.sections import outside
from ..input.parts import OwnCard
from ..registry import Faults, rule


@rule("number.mapped")
def mapped(own: OwnCard) -> Faults:
    """Each number in the map, resolved or computed anew, is what the card says at that place.

    Why: A number that was edited by hand, or outlived its measurement, leads nowhere.
    Fix: Render the card again with `python -m cards render RUN`.
    """
    offset = _offsets(own.card.text)
    for entry in own.map.numbers:
        place, expected = own.card.at_line(entry.line, entry.column), _expected(own, entry)
        if expected is None:
            yield place, f"{entry.claim} is no reference that the ledger has"
            continue
        start = offset(entry)
        found = "" if start is None else own.card.text[start : start + len(expected)]
        if found != expected:
            yield place, f"{found!r} stands where {entry.claim} is {expected!r}"


@rule("number.unmapped")
def unmapped(own: OwnCard) -> Faults:
    """Every other number of our own parts is exempt for a reason that `cards.render.exempt` lists.

    Why: Only what stands in the map is known to be measured.
    Fix: Write it as `number("CLAIM")` in the template, or between the parts of the card that are
        ours.
    """
    text = own.card.text
    known = exempt_spans(text, own.ledger, own.map.repos) + outside(text)
    offset = _offsets(text)
    for entry in own.map.numbers:
        start = offset(entry)
        if start is not None:
            known.append((start, start + len(_expected(own, entry) or "")))
    is_known = covering(known)
    for word in words(text):
        if not is_known(word.span()):
            yield own.card.at(word.start()), f"{word[0]!r} leads to no claim of the ledger"


def _expected(own: OwnCard, entry: Entry) -> str | None:
    try:
        return format_value(resolve(own.ledger, entry.claim), entry.format)
    except CardError:
        return None


def _offsets(text: str) -> Callable[[Entry], int | None]:
    """Tells where an entry's number begins in the text; None when the card has no such place."""
    ends = [found.start() for found in re.finditer(r"\n|\Z", text)]

    def offset(entry: Entry) -> int | None:
        if not 1 <= entry.line <= len(ends):
            return None
        place = (ends[entry.line - 2] + 1 if entry.line > 1 else 0) + entry.column - 1
        return place if entry.column >= 1 and place < ends[entry.line - 1] else None

    return offset

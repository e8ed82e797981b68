"""A percentage beside the two numbers that it is the ratio of: "89.5% (716 of 800)"."""

import re
from collections.abc import Iterator

from ...reading import Card
from ..finding import Finding, error, rule
from .text import sentences, step, value

_NUMBER = (
    r"(?<![\w.,$€-])(?P<{0}>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)"
    r"(?P<{0}m>\s?(?:[MBkK]|million|billion)\b)?(?![\w%])"
)
_PART, _WHOLE = _NUMBER.format("part"), _NUMBER.format("whole")
_SHARE = r"(?<![\d.])(?P<share>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b)"
_ALL = r"(?:(?:the|all|our|its|these|those)\s+){0,2}"
_RIGHT = r"(?:right|correct(?:ly)?|hits|found|solved)"
_THAT_IS = r"(?:i\.e\.,?|that is,?|or|which is|=|about|~|≈)"
_FRACTIONS = (
    # "89.5% (716 of 800)"
    rf"{_SHARE}\s*\(\s*{_PART}\s*(?:{_RIGHT}\s+)?(?:of|out of|/)\s*{_ALL}{_WHOLE}(?:\s+[a-z]+)?\s*\)",
    # "89.5% of the 800 questions (716 right)"
    rf"{_SHARE}\s+(?:of|on)\s+{_ALL}{_WHOLE}[^\d.;()]{{0,30}}\(\s*{_PART}\s+{_RIGHT}\b",
    # "716 of 800 questions (89.5%)"
    rf"{_PART}\s+(?:[a-z]+\s+)?(?:of|out of)\s+{_ALL}{_WHOLE}[^\d.;()]{{0,25}}"
    rf"\(\s*(?:{_THAT_IS}\s*)?{_SHARE}\s*[),;]",
    # "8M parameters, i.e. 7% of the 110M of the base"
    rf"{_PART}(?:\s+[a-z-]+){{0,3}}\s*[,(]\s*(?:{_THAT_IS}\s*){{0,2}}{_SHARE}"
    rf"\s+of\s+(?:[a-z'’-]+\s+){{0,3}}{_WHOLE}",
)
_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in _FRACTIONS]
_FACTORS = {"": 1.0, "k": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_FEWEST = 20  # of a whole: "3 of 5 runs (84%)" speaks of what the runs gave


@rule("count.fraction")
def fraction(card: Card) -> Iterator[Finding]:
    """A percentage beside a part and its whole is their ratio."""
    for sentence in sentences(card):
        for match in (match for pattern in _PATTERNS for match in pattern.finditer(sentence.text)):
            part, part_off = _read(match, "part")
            whole, whole_off = _read(match, "whole")
            if whole < _FEWEST or not 0 < part <= whole:
                continue
            share = 100 * part / whole
            # A last digit that was cut instead of rounded is no finding.
            slack = step(match["share"]) + share * (part_off / part + whole_off / whole)
            if abs(share - float(match["share"])) > slack + 1e-9:
                shown = [match[name] + (match[f"{name}m"] or "") for name in ("part", "whole")]
                found = f"{match['share']}% beside {shown[0]} of {shown[1]}"
                place = card.document.place(sentence.start + match.start("share"))
                yield error("count.fraction", place, found, f"{share:.1f}%")


def _read(match: re.Match, name: str) -> tuple[float, float]:
    """A number, and how far it may be off by its rounding: a count without a unit is exact."""
    factor = _FACTORS[(match[f"{name}m"] or "").strip().lower()]
    return value(match[name]) * factor, step(match[name]) * factor / 2 if factor > 1 else 0.0

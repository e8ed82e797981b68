"""One quantity given twice in one sentence: "has 22M parameters and 28M parameters"."""

import re
from collections.abc import Iterator

from ...reading import Card
from ...reading.quantities import numbers
from ..finding import Finding, rule, warning
from .text import sentences

_UNIT = r"(?:million|billion|thousand|[kKMB]\b|%|percent|ms\b|s\b|[KMGT]i?B\b)"
_VALUE = rf"(?:about |roughly |around |over |~\s?)?\d[\d,]*(?:\.\d+)?(?:\s?{_UNIT})?"
_JOIN = r"\s*(?:,|;|\()?\s*(?:and|but|i\.e\.,?|that is,?|also|yet)?\s*"
_END = r"(?=\s*(?:[.,;)]|$))"
# One subject, since the verb is of one; the noun or the name is said anew with each value.
_PATTERNS = [
    re.compile(words, re.IGNORECASE)
    for words in (
        rf"\b(?:has|holds|contains|comprises|counts|with)\s+(?P<a>{_VALUE})\s*(?P<noun>(?:[a-z]+\s)?[a-z]+s)\b{_JOIN}"
        rf"(?:(?:it )?has\s+)?(?P<b>{_VALUE})\s*(?P=noun)\b{_END}",
        rf"\b(?:the|its|an?)\s+(?P<noun>[a-z][\w -]{{1,30}}?)\s+(?:is|was|of)\s+(?P<a>{_VALUE}){_JOIN}"
        rf"(?:the|its|an?)\s+(?P=noun)\s+(?:is|was|of)\s+(?P<b>{_VALUE}){_END}",
    )
]
_SEVERAL = re.compile(r"\b(?:respectively|each|both|two|before|after|from|while|or)\b", re.IGNORECASE)


@rule("value.twice", severity="warning")
def twice(card: Card) -> Iterator[Finding]:
    """A sentence that gives one quantity of one thing twice gives it one value."""
    for sentence in sentences(card):
        if _SEVERAL.search(sentence.text):
            continue
        for match in (match for pattern in _PATTERNS for match in pattern.finditer(sentence.text)):
            one, other = numbers(match["a"])[:1], numbers(match["b"])[:1]
            if not one or not other or (one[0].low <= other[0].high and other[0].low <= one[0].high):
                continue
            if (one[0].unit, bool(one[0].multiple)) == (other[0].unit, bool(other[0].multiple)):
                place = card.document.place(sentence.start + match.start("b"))
                found = (
                    f"{match['noun']}: {match['a'].strip()}, and {match['b'].strip()} in the same sentence"
                )
                yield warning("value.twice", place, found, "one value, or what sets the two apart")

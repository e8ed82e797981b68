"""Numbers that a sentence moves from one value to another, and numbers that go together in one sentence."""

import re
from collections.abc import Iterator

from ...reading import Card
from ..finding import Finding, error, rule
from .text import NUMBER, sentences, step, value

_SMALL_WORDS = r"(?:(?:about|only|just|roughly|around|some|nearly|its|the|a|an|of|teacher's|original)\s+)*"
_FROM_TO = re.compile(
    rf"\bfrom\s+{_SMALL_WORDS}{NUMBER.format('a')}(?:\s[a-z]+/s)?\s+(?:down |up )?"
    rf"to\s+{_SMALL_WORDS}{NUMBER.format('b')}"
)
_UP = re.compile(
    r"\b(?:rose|rises?|risen|increas\w+|grew|grows?|climb\w*|improv\w+|went up|goes up|gain\w*|boost\w*)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:fell|falls?|fallen|drop\w*|decreas\w+|declin\w+|shr[iau]nks?|went down|goes down)\b", re.I
)
_WORSE_IS_MORE = re.compile(
    r"\b(?:latency|loss|error|time|size|memory|WER|CER|perplexity|cost|footprint|rate)\b", re.I
)
_POINTS = r"(?:percentage |F1 )?points?"
_DOWN_FROM = re.compile(
    rf"{NUMBER.format('a')}\s*,?\s*\(?(?P<way>down|up|falling|rising)\s+(?:by\s+)?(?P<by>\d*\.?\d+)\s*{_POINTS}\s+from\s+"
    rf"{_SMALL_WORDS}{NUMBER.format('b')}",
    re.I,
)
_AGAINST = re.compile(
    rf"\b(?P<by>\d*\.?\d+)\s*{_POINTS}\s+(?:more|less|better|worse|higher|lower|above|below|ahead|behind)\b[^\d;]*"
    rf"[:(,]\s*{NUMBER.format('a')}\s+(?:against|versus|vs\.?|instead of|compared (?:to|with))\s+"
    rf"{_SMALL_WORDS}{NUMBER.format('b')}"
)
_KAPPA = re.compile(
    r"\b(?P<name>kappa|κ|spearman\w*|pearson\w*|MCC|krippendorff\S*|correlation|ICC)\b[\w\s,()'’]{0,30}?"
    r"(?:=|:|\bof\b|\bis\b|\bwas\b)\s*(?P<a>\d*\.\d+)(?!\d|\s?%|\.\d)",
    re.I,
)
_ERROR = re.compile(
    r"(?<!word )\b(?:error(?: rate)?|misclassification(?: rate)?)\s*(?:is|was|of|:|=|at)?\s*(?P<a>\d*\.?\d+)"
    r"\s?(?:%|percent\b)",
    re.I,
)
_ACCURACY = re.compile(
    r"\baccuracy\s*(?:on (?:the )?\w+(?: set)?)?\s*(?:is|was|of|:|=|at|reaches)?\s*(?P<a>\d*\.?\d+)"
    r"\s?(?:%|percent\b)",
    re.I,
)


@rule("words.moved")
def moved(card: Card) -> Iterator[Finding]:
    """What rose from one value to another is higher than before, and what fell is lower."""
    for sentence in sentences(card):
        for match in _FROM_TO.finditer(sentence.text):
            before = re.split(r"[,;:]", sentence.text[: match.start()])[-1]
            up, down = _UP.search(before), _DOWN.search(before)
            if bool(up) == bool(down) or not _comparable(match) or re.search(r"\bby\b", before):
                continue
            if (
                up
                and re.match("improv|boost|gain", up[0], re.I)
                and (
                    _WORSE_IS_MORE.search(sentence.text[: match.start()])
                    or match["bu"] not in ("%", "percent", None)
                )
            ):
                continue  # an error that improves falls
            went_up = value(match["b"]) > value(match["a"])
            if value(match["a"]) != value(match["b"]) and went_up != bool(up):
                found = f'"{(up or down)[0]}" from {match["a"]} to {match["b"]}'
                right = "the other word, or the two values the other way round"
                yield error("words.moved", card.document.place(sentence.start + match.start()), found, right)


@rule("change.points")
def points(card: Card) -> Iterator[Finding]:
    """A value that is down or up by some points from another differs from it by as many."""
    for sentence in sentences(card):
        if not re.search("point", sentence.text, re.I):
            continue
        for match in _DOWN_FROM.finditer(sentence.text):
            if not _comparable(match):
                continue
            sign = -1 if match["way"].lower() in ("down", "falling") else 1
            gap = value(match["b"]) + sign * value(match["by"]) - value(match["a"])
            if abs(gap) > sum(step(match[name]) for name in ("a", "b", "by")) / 2 + 1e-9:
                found = f'"{" ".join(match[0].split())}"'
                right = f"a difference of {value(match['a']) - value(match['b']):+.4g} points"
                yield error(
                    "change.points", card.document.place(sentence.start + match.start()), found, right
                )

        for match in _AGAINST.finditer(sentence.text):
            gap = abs(value(match["a"]) - value(match["b"])) - value(match["by"])
            scale = 100 if max(value(match["a"]), value(match["b"])) <= 1 else 1
            slack = sum(step(match[name]) for name in ("a", "b", "by")) / 2
            if scale == 1 and _comparable(match) and abs(gap) > slack + 1e-9:
                found = f'"{" ".join(match[0].split())}"'
                right = f"a difference of {abs(value(match['a']) - value(match['b'])):.4g} points"
                yield error(
                    "change.points", card.document.place(sentence.start + match.start()), found, right
                )


@rule("range.agreement")
def agreement(card: Card) -> Iterator[Finding]:
    """An agreement or a correlation is at most 1."""
    for sentence in sentences(card):
        for match in _KAPPA.finditer(sentence.text):
            if 1 < value(match["a"]) < 2:
                found = f"{match['name']} of {match['a']}"
                yield error(
                    "range.agreement",
                    card.document.place(sentence.start + match.start()),
                    found,
                    "a value from -1 to 1",
                )


@rule("score.error-rate")
def error_rate(card: Card) -> Iterator[Finding]:
    """Accuracy and error rate add up to 100%."""
    for sentence in sentences(card):
        rates, accuracies = list(_ERROR.finditer(sentence.text)), list(_ACCURACY.finditer(sentence.text))
        if len(rates) != 1 or len(accuracies) != 1:
            continue
        rate, accuracy = rates[0], accuracies[0]
        total = value(rate["a"]) + value(accuracy["a"])
        if abs(total - 100) > (step(rate["a"]) + step(accuracy["a"])) / 2 + 1e-9:
            found = f"accuracy {accuracy['a']}% beside an error rate of {rate['a']}%, together {total:g}%"
            right = f"an error rate of {100 - value(accuracy['a']):g}%"
            yield error("score.error-rate", card.document.place(sentence.start + rate.start()), found, right)


def _comparable(match: re.Match) -> bool:
    """Whether two numbers are written in one unit; the first may leave it to the second."""
    return match["au"] in (None, match["bu"]) and match["am"] in (None, match["bm"])

"""Paragraphs to sentences, and each sentence to stretches with one number each.

A stretch runs to the first border after its number: a semicolon, a comma, a conjunction, a bracket. The
words of a stretch are those that speak of its number.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from .quantities import Number, numbers
from .vocabulary import Mention, Vocabulary

_END = re.compile(
    r"(?<=[.!?。])[\"')\]]*\s+(?=[\"'(\[]?\s*[^\sa-z])|\n\s*\n"
    r"|\n(?=(?:[^\na-z:.][^\n:.]{0,39}|[^\s:.]+(?:[ ][^\s:.]+)?):\s)"  # "F1: 0.8", no sentence that goes on
    r"|(?<=  )\n|\s[•·|]\s"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|approx|ca|fig|eq|no|resp|cf|et al|dr|mr|mrs|st|incl|max|min|avg|params?)\."
    r"|(?-i:\b[A-Z])\.)$",
    re.IGNORECASE,
)
_STRONG = (
    r";|,?\s(?:while|whereas|where|but|compared (?:to|with)|versus|vs\.?|against|instead of|rather than"
    r"|up from|down from)\s"
)
_BORDER = re.compile(
    rf"{_STRONG}|,\s(?:and|or|with|from|at|a|an|the)\s|,|\(|\)|\s(?:and|to|or|than|from)\s|→|->|=>|/|\|"
    r"|\s[–—-]\s|:\s",
    re.IGNORECASE,
)
# Numbers that say under which conditions something was measured; the words follow or precede the number.
_CONDITION = re.compile(
    r"\b(?P<batch>batch(?:[ -]size)?(?:\s+(?:of|is|=))?\s*[:=]?\s*(?P<b>\d+))\b"
    r"|\b(?P<n>\d{1,3}(?:,\d{3})+|\d+)[\s-]+(?:concurrent |parallel |cpu |word ?piece |sub-?)?"
    r"(?P<what>tokens?|threads?|cores?|v?CPUs?|requests|runs|repeats|repetitions|seeds|workers|users"
    r"|resamples|characters)\b"
    r"|(?P<at>@\s?\d+|\btop[- ]?\d+)"
    r"|\b(?P<length>(?:max(?:imum)?[ _])?(?:sequence |seq[ _]|context |input )?length(?:\s+(?:of|is|=))?"
    r"\s*[:=]?\s*(?P<l>\d+))\b",
    re.IGNORECASE,
)
_SPLIT_HEAD = re.compile(r"\b(train(?:ing)?|test(?:ing)?)\s*[:=(]\s*(?=\d)", re.IGNORECASE)
_RELEASE = re.compile(r"1?[1-9]\.\d")
_LARGEST_WINDOW = 16_384  # tokens; more are a corpus, not a text


@dataclass(frozen=True)
class Stretch:
    """One number and the words that speak of it: offsets into the sentence."""

    number: Number
    start: int
    end: int
    before: tuple[Mention, ...]  # mentions of this stretch before and after its number
    after: tuple[Mention, ...]

    @property
    def mentions(self) -> tuple[Mention, ...]:
        return self.before + self.after


@dataclass(frozen=True)
class Sentence:
    """A sentence at `start` in the card."""

    text: str
    start: int
    mentions: tuple[Mention, ...]
    stretches: tuple[Stretch, ...]


def sentences(text: str, start: int, words: Vocabulary) -> list[Sentence]:
    """The sentences of a paragraph that begins at `start` in the card."""
    borders = [0]
    for match in _END.finditer(text):
        if not _ABBREVIATION.search(text[max(0, match.start() - 12) : match.start()]):
            borders.append(match.end())
    borders.append(len(text))
    return [_sentence(text[a:b], start + a, words) for a, b in pairwise(borders) if text[a:b].strip()]


def _sentence(text: str, start: int, words: Vocabulary) -> Sentence:
    conditions = list(_conditions(text))
    mentions = [
        m for m in words.mentions(text) if not any(m.start < c.end and c.start < m.end for c in conditions)
    ]
    kept = []
    for number in numbers(text):
        inside = any(m.start <= number.start < m.end for m in mentions)
        share = (  # "2,100 (70%) in the training set"
            kept
            and number.unit == "%"
            and kept[-1].whole
            and not kept[-1].unit
            and text[kept[-1].stop : number.start].strip() == "("
            and text[number.stop :].startswith(")")
        )
        conditional = any(c.start <= number.start < c.end for c in conditions)
        if not (inside or share or conditional or _is_release(text, number, mentions)):
            kept.append(number)
    mentions = [m for m in mentions if not any(n.start < m.end and m.start < n.stop for n in kept)]
    for match in _SPLIT_HEAD.finditer(text):  # "Training: 500 documents"
        if not any(m.start < match.end(1) and match.start() < m.end for m in mentions):
            split = "train" if match[1].lower().startswith("train") else "test"
            mentions.append(Mention(*match.span(1), "split", split))
    mentions = sorted([*mentions, *conditions], key=lambda mention: mention.start)
    return Sentence(text, start, tuple(mentions), tuple(_stretches(text, kept, mentions)))


def _is_release(text: str, number: Number, mentions: list[Mention]) -> bool:
    """Whether a number is a data set's release, "the test split of TumourText 1.3": no score is that low."""
    behind = any(m.kind == "dataset" and text[m.end : number.start] == " " for m in mentions)
    return behind and _RELEASE.fullmatch(text, number.start, number.stop) is not None


def _conditions(text: str):
    for match in _CONDITION.finditer(text):
        if match["batch"]:
            value = f"batch {match['b']}"
        elif match["at"]:
            value = match["at"].lower().replace(" ", "-")
        elif match["length"]:
            value = f"{match['l']} tokens"
        else:
            count, what = match["n"].replace(",", ""), match["what"].lower().rstrip("s")
            if what in ("token", "character") and int(count) > _LARGEST_WINDOW:
                continue
            value = f"{count} {what.replace('vcpu', 'cpu')}" + ("s" if count != "1" else "")
        yield Mention(match.start(), match.end(), "condition", value)


def _stretches(text: str, found: list[Number], mentions: list[Mention]) -> list[Stretch]:
    made, start = [], 0
    for index, number in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else len(text)
        end = len(text) if index + 1 == len(found) else _border(text, number, start, following, mentions)
        before = tuple(m for m in mentions if start <= m.start and m.end <= number.start)
        after = tuple(m for m in mentions if number.stop <= m.start and m.end <= end)
        made.append(Stretch(number, start, end, before, after))
        start = end
    return made


def _border(text: str, number: Number, start: int, following: int, mentions: list[Mention]) -> int:
    """Where the words of one number end and those of the next begin."""
    border = _BORDER.search(text, number.stop, following)
    while border and border[0] in "()" and text[border.end() : following].strip().startswith("("):
        border = _BORDER.search(text, border.end(), following)  # "80.7 (teacher) (39 ms)"
    if border and border[0] == "(" and (closed := text.find(")", border.end(), following)) > 0:
        later = _BORDER.search(text, closed + 1, following)  # "80.7 (student), 86.6 (teacher)"
        return later.start() if later else closed + 1
    if border and border[0] == "(":  # "180 ms (median; the fastest took 150 ms)"
        for mention in mentions:
            if mention.start == border.end() and mention.kind == "statistic" and text[mention.end] in ",;":
                return mention.end
    if border:
        return border.start()
    named_before = any(start <= m.start and m.end <= number.start and m.kind == "quantity" for m in mentions)
    end = number.stop
    for mention in mentions:
        if mention.start >= end and mention.end <= following and not text[end : mention.start].strip(" -\n"):
            if mention.kind == "quantity" and named_before:
                break
            end = mention.end
    return end

"""Numbers in text: value, rounding, unit, what "about" and its like leave open, intervals.

A number stands for all values that round to it. Digits within names ("GPT-4", "BC5CDR", "v2"),
versions, dates and identifiers are no numbers.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

ABOUT = 0.05  # what "about" and its like leave open, as a share of the value


@dataclass(frozen=True)
class Number:
    """One number in a text; `value`, `low` and `high` in the unit as written, multiples ("66M") resolved."""

    start: int
    end: int  # unit included, interval not
    value: float
    low: float
    high: float
    unit: str = ""  # "%", "points", "ms", "s", "us", "min", "h", "b", "kb", "mib", ..., "x", "/s" or none
    multiple: str = ""  # "k", "m", "b" as in "66M"; "million" is "m"
    whole: bool = False  # written as an integer
    signed: bool = False
    interval: tuple[float, float] | None = None
    stop: int = 0  # where its interval or "±" ends, if any; else `end`


_DIGITS = (
    r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?![\d,]*\d)"  # 12,345
    r"|0,\d+"
    r"|\d{1,3}(?:[\u2009\u202f\u00a0']\d{3})+(?!\d)"
    r"|\d+,\d{1,2}(?=\s?(?:%|ms\b|[MG]i?B\b|s\b|x\b|×))"  # 93,2 %
    r"|\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,2})?|\.\d{1,15}"
)
_MULTIPLE = (
    r"\s?(?:million|billion|thousand|trillion|mio\.?|bn|mn)\b|[kKMBm](?![A-Za-z0-9])"
    r"|\s[MB](?=\s|-param|\)|$|,|;|\.|\|)"
)
_RATE = r"(?:[a-z]+s?\s*(?:/|per)\s*(?:s|sec|second)\b|/s(?:ec)?\b|per second\b|(?i:qps|rps)\b)"
_UNIT = (
    r"%(?:\s*-?(?:age\s+)?points?)?|(?:percentage|F1|absolute|accuracy|percent)[ -]points?\b"
    r"|percent\b|per\s?cent\b"
    r"|points?\b|pp\b|pts?\b|p\.p\."
    rf"|{_RATE}|ms\b|milli-?seconds?\b|msecs?\b|[µμu]s\b|micro-?seconds?\b|s\b(?!-)|secs?\b|seconds?\b"
    r"|min(?:ute)?s?\b|h(?:ou)?rs?\b|h\b"
    r"|(?:[KMGT]i?B|[kmg]i?b|[kK]B)s?\b|(?:kilo|mega|giga)?bytes?\b|B\b(?=\s|$|\))"
    r"|[xX](?![A-Za-z0-9]|\s*\d)|×(?!\s*\d)|times\b|-?\s?fold\b"
)
_NUMBER = re.compile(
    r"(?<![\w.,#$€£§])(?<![A-Za-z][-_/.@:&?])(?:(?<![a-z]=)|(?<=acc=)|(?<=uracy=)|(?<=call=)|(?<=sion=))(?<!\d[,:])(?:(?P<factor>[x×])\s?)?(?P<sign>(?<![\w)\]%])[-+–])?"
    rf"(?P<digits>{_DIGITS})(?![\d_])(?!\.\d)(?!,\d)(?P<multiple>{_MULTIPLE})?"
    rf"(?P<plus>\+)?(?:[\s-]{{0,2}}(?P<unit>{_UNIT}))?(?![A-Za-z])"
)
_NO_NUMBER = re.compile(
    r"\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b(?:19|20)\d\d\b(?=\s*[)\].]|\s+(?:challenge|shared))"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\.?\s+\d+(?:,?\s+\d{4})?"
    r"|\b(?:doi|arxiv|pmid|isbn|python|version|release|cuda|seed|figure|fig\.|table|section|chapter|step|stage|phase)"
    r"[\s:=]*v?\d[\w./:-]*|\b\d+(?:\.\d+){2,}\b|\b\d+(?:st|nd|rd)\b|\b\d+\s?%\s*(?:CI|confidence|interval|c\.i\.)"
    r"|\bPR\s+\d+\b(?!\.)|\b\d{1,2}:\d{2}\b"
    # p-values, but no "P 0.85, R 0.84"
    r"|\b(?!(?-i:P[\s=]+[\d.]+,?\s+R)\b)p\s*[<=>≤ ]\s*(?!\d\d\.\d)\.?\d[\d.]*(?:e-?\d+)?",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:(?P<about>about|around|approximately|approx\.?|roughly|~|≈|circa|ca\.|close to|some"
    r"|an estimated|nearly|almost|just (?:over|under|above|below))"
    r"|(?P<least>over|more than|at least|above|exceeding|≥|>=|>|greater than|upwards of"
    r"|no less than|not less than)"
    r"|(?P<most>under|less than|below|at most|up to|as much as|≤|<=|<|no more than"
    r"|fewer than|as many as|within|max\.?))"
    r"[\s\"'(]*(?:a\s+)?$",
    re.IGNORECASE,
)
_OPEN = r"\s*(?:%\s*)?(?:[,;]\s*)?"
_CI = r"(?:(?:\d\d\s?%\s*)?(?:CI|confidence interval|interval|C\.I\.)\s*[:=,]?\s*)"
_PLAIN = r"[-+]?\d{0,15}\.?\d{1,15}"
_INTERVAL = re.compile(
    rf"{_OPEN}(?:\[\s*{_CI}?(?P<a>{_PLAIN})\s*%?\s*(?:,|;|–|—|-|to|\.\.)\s*(?P<b>{_PLAIN})\s*%?\s*\]"
    rf"|\(\s*{_CI}\[?\s*(?P<c>{_PLAIN})\s*%?\s*(?:,|;|–|—|-|to)\s*(?P<d>{_PLAIN})\s*%?\s*\]?\s*\)"
    rf"|\(\s*(?P<e>{_PLAIN})\s*%?\s*[–—-]\s*(?P<f>{_PLAIN})\s*%?\s*\))",
    re.IGNORECASE,
)
_SPREAD = re.compile(rf"\s*(?:±|\+/-|\+-)\s*(?P<by>\d*\.?\d+)\s*(?P<unit>{_UNIT})?")
_RANGE = re.compile(r"\s*(?:–|—|-|to|and)\s*$")
_LINK = re.compile(r"\s*(?:/|and|or|to|vs\.?|versus|→|->)\s*")
_MULTIPLES = {
    "thousand": "k",
    "million": "m",
    "mio": "m",
    "mn": "m",
    "billion": "b",
    "bn": "b",
    "trillion": "t",
}
FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}

_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
COUNT_WORDS = {
    name: value
    for value, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_WORDS = re.compile(
    rf"\b(?:(?P<count>{'|'.join(COUNT_WORDS)}|an?)[\s-]+)?(?P<part>{'|'.join(_PARTS)})s?\b(?!\s*(?:precision|hour|float))"
    r"|\b(?P<twice>twice|double[ds]?|doubling|thrice|triple[ds]?|tripling|quadruple[ds]?)\b"
    rf"|\b(?P<times>{'|'.join(COUNT_WORDS)})(?:\s+times\b|[\s-]?fold\b)",
    re.IGNORECASE,
)
_ANY = re.compile(rf"\d|{'|'.join(_PARTS)}|twice|thrice|times|fold|doubl|tripl|quadrupl", re.IGNORECASE)
_MULTIPLIERS = {"twi": 2, "dou": 2, "thr": 3, "tri": 3, "qua": 4}


@lru_cache(maxsize=4096)  # the cells of a table are looked at more than once
def numbers(text: str) -> tuple[Number, ...]:
    """All numbers of a text in order, those in words ("half", "threefold") included."""
    if not _ANY.search(text):
        return ()
    skipped = [match.span() for match in _NO_NUMBER.finditer(text)]
    found: list[Number] = []
    stop = 0
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if start < stop or any(a < end and start < b for a, b in skipped):
            continue
        number = _with_interval(_number(match, text), text)
        if found and (merged := _range(found[-1], number, text)):
            found[-1] = number = merged
        else:
            found.append(number)
        stop = number.stop
    found = _sharing_units(found, text)
    return tuple(sorted([*found, *_in_words(text, found)], key=lambda number: number.start))


def _number(match: re.Match, text: str) -> Number:
    digits = match["digits"]
    decimal = digits
    if re.fullmatch(r"\d+,\d{1,2}|0,\d+", digits):
        decimal = digits.replace(",", ".")
    decimal = re.sub(r"[,'\u2009\u202f\u00a0](?=\d{3})", "", decimal)
    value = float(decimal)
    multiple = _multiple(match["multiple"])
    mantissa = decimal.lower().partition("e")[0]
    step = 10.0 ** -len(mantissa.partition(".")[2]) if "." in mantissa else 1.0
    if "e" in decimal.lower():
        step *= 10.0 ** int(decimal.lower().partition("e")[2])
    value, step = value * FACTORS.get(multiple, 1), step * FACTORS.get(multiple, 1)
    if match["sign"] and match["sign"] != "+":
        value = -value
    unit = "x" if match["factor"] else _unit(match["unit"] or "")
    whole = "." not in decimal and not multiple and "e" not in decimal.lower()
    start = match.start("sign") if match["sign"] else match.start("digits")
    start = match.start() if match["factor"] else start
    rounding = 0.0 if whole and not unit else step / 2
    number = Number(
        start,
        match.end(),
        value,
        value - rounding,
        value + rounding,
        unit,
        multiple,
        whole,
        bool(match["sign"]),
    )
    return _bounded(number, text[max(0, start - 20) : start], bool(match["plus"]))


def _multiple(written: str | None) -> str:
    word = (written or "").strip().rstrip(".").lower()
    return _MULTIPLES.get(word, word)


def _unit(written: str) -> str:
    word = " ".join(written.lower().split())
    if "point" in word or word in ("pp", "pt", "pts", "p.p."):
        return "points"
    if word in ("%", "percent", "per cent"):
        return "%"
    if word.startswith("milli") or word.startswith("ms"):
        return "ms"
    if (word[:1] in "µμ" and word) or word == "us" or word.startswith("micro"):
        return "us"
    if word in ("qps", "rps") or "/" in word or "per" in word.split():
        return (
            f"{word.split('/')[0].split(' per')[0].strip()}/s"
            if not word.startswith(("per", "qps", "rps"))
            else "/s"
        )
    for names, unit in (
        (("s", "sec", "secs", "second", "seconds"), "s"),
        (("min", "mins", "minute", "minutes"), "min"),
        (("h", "hr", "hrs", "hour", "hours"), "h"),
        (("x", "×", "times", "fold", "-fold", "- fold"), "x"),
    ):
        if word in names:
            return unit
    word = (
        word.replace("bytes", "b")
        .replace("byte", "b")
        .replace("kilo", "k")
        .replace("mega", "m")
        .replace("giga", "g")
    )
    return word.removesuffix("s")


def _bounded(number: Number, before: str, plus: bool) -> Number:
    bound = _BOUND.search(before)
    if plus or (bound and bound["least"]):
        return replace(number, high=math.inf)
    if not bound:
        return number
    if bound["most"]:
        return replace(number, low=-math.inf if number.value < 0 else 0.0)
    slack = max(abs(number.value) * ABOUT, number.high - number.value)
    return replace(number, low=number.value - slack, high=number.value + slack)


def _with_interval(number: Number, text: str) -> Number:
    """The number with what stands beside it: an interval, or a spread that widens it."""
    spread = _SPREAD.match(text, number.end)
    if spread:
        by = float(spread["by"])
        unit = number.unit or _unit(spread["unit"] or "")
        number = replace(
            number, low=number.low - by, high=number.high + by, unit=unit, end=spread.end(), stop=spread.end()
        )
    interval = _INTERVAL.match(text, number.end)
    if not interval:
        return replace(number, stop=max(number.end, number.stop))
    a, b = next((interval[x], interval[y]) for x, y in ("ab", "cd", "ef") if interval[x])
    bounds = (float(a), float(b.lstrip("+")))
    unit = number.unit or ("%" if re.search(rf"{re.escape(b)}\s*%", interval[0]) else "")
    return replace(number, interval=bounds, stop=interval.end(), unit=unit)


def _range(first: Number, second: Number, text: str) -> Number | None:
    """ "4 to 12x", "10-20 ms": one number that leaves open what lies between; not "from 39 to 11 ms"."""
    between = text[first.stop : second.start]
    unit = first.unit or second.unit
    if not _RANGE.fullmatch(between) or first.unit not in ("", second.unit) or not first.value < second.value:
        return None
    before = text[max(0, first.start - 12) : first.start].lower()
    moved = before.rstrip().endswith("from") and unit != "x"
    if moved or ("and" in between and not before.rstrip().endswith("between")):
        return None
    if "to" in between and first.unit and unit != "x":  # "39 ms to 45 ms" may be a change
        return None
    if not unit and between.strip() not in "–—-":
        return None
    middle = (first.value + second.value) / 2
    return replace(second, start=first.start, value=middle, low=first.low, high=second.high)


def _sharing_units(found: list[Number], text: str) -> list[Number]:
    """ "10.8/14.2 ms", "from 39 to 11 ms": the unit behind the last number is that of all."""
    for index in range(len(found) - 2, -1, -1):
        number, following = found[index], found[index + 1]
        linked = _LINK.fullmatch(text, number.stop, following.start)
        if linked and following.unit and not number.unit and not number.multiple and not following.multiple:
            slack = 0.5 if number.low == number.high else 0.0
            found[index] = replace(
                number, unit=following.unit, low=number.low - slack, high=number.high + slack
            )
    return found


def _in_words(text: str, taken: list[Number]) -> Iterator[Number]:
    for match in _WORDS.finditer(text):
        if any(number.start < match.end() and match.start() < number.end for number in taken):
            continue
        start, end = match.span()
        if match["part"]:
            part = 1 / _PARTS[match["part"].lower()]
            count = COUNT_WORDS.get((match["count"] or "one").lower(), 1)
            number = Number(
                start, end, count * part, count * part * 0.95, count * part * 1.05, "part", stop=end
            )
        else:
            word = (match["twice"] or "")[:3].lower()
            factor = _MULTIPLIERS[word] if word else COUNT_WORDS[match["times"].lower()]
            number = Number(start, end, factor, factor - 0.5, factor + 0.5, "x", stop=end)
        yield _bounded(number, text[max(0, start - 20) : start], plus=False)

"""A factor or a share beside the two values of one step: "rises from 21 to 48, 3x faster"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ...reading import Card, Place
from ...reading.meaning import canonical
from ...reading.quantities import Number, numbers
from ..finding import Finding, error, rule, warning
from .text import sentences

_CUT = 0.02  # of a ratio: what a digit that was cut instead of rounded leaves open
_LOOSE = 0.1  # of a ratio: within it, a factor that does not follow is worth a question only
_FROM = re.compile(r"\bfrom\s+(?:[^\W\d]\S*\s+){0,3}\W*$", re.IGNORECASE)
_TO = re.compile(r"(?:\s+[a-z]+(?:/[a-z]+)?)?,?\s*(?:(?:up |down )?to\b|→|->)\s*(?:[^\W\d]\S*\s+){0,2}\W*")
# Between the second value and the factor stand what was counted, a pause and an article.
_BEHIND = re.compile(
    r"(?:\s+(?!than\b|and\b|but\b|or\b)[a-z]+(?:/[a-z]+)?){0,3}\s*[,(:;–—-]+\s*"
    r"(?:(?:i\.e\.,?|that is,?|which is|it is|now|an?|about|roughly|nearly|almost|over|more than|by)\s+)*\W?",
    re.IGNORECASE,
)
_SPEED = r"faster|quicker|slower|speed-?\s?ups?|as (?:fast|slow)|shorter|longer"
_SIZE = r"smaller|larger|bigger|lighter|heavier|compression|fewer|as (?:large|big|small)"
_CHANGE = (
    rf"{_SPEED}|{_SIZE}|lower|higher|less|more|increases?|decreases?|reductions?|gains?|drops?|falls?|rises?|cuts?"
    r"|improvements?|growth|savings?|as (?:many|much|high|low)"
)
_LESS = re.compile(
    r"less|fewer|smaller|lighter|lower|shorter|decrease|reduc|drop|fall|fell|cut|saving|down|declin",
    re.IGNORECASE,
)
_MORE = re.compile(r"more|higher|increase|gain|rise|growth|improvement", re.IGNORECASE)
# Behind the factor the clause ends: what goes on may tell of another step.
_AFTER = re.compile(rf"\s*(?:{_CHANGE})?(?:\s+(?:than|as) before)?\s*(?=[).,;:–—]|$|\sand\b)", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(?:rose|ris\w+|increas\w+|gr[eo]w\w*|climb\w*|up|fell|falls?|drop\w*|decreas\w+|declin\w+|shr[iau]nk\w*"
    r"|down|cuts?|reduc\w+|lower\w*|improv\w+|sped|speeds?)\b[\w\s'’-]*$",
    re.IGNORECASE,
)
_DOUBLES = re.compile(r"doubl|tripl|quadrupl", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:errors?|gap|points?|compared|relative)\b", re.IGNORECASE)
_TIMED = re.compile(r"\b(?:latenc\w+|throughput|qps|rps|time|speed|delay|p\d\d|median|per second)\b", re.I)
_WEIGHED = re.compile(
    r"\b(?:size|weights?|weighs|files?|disk|memory|footprint|params?|parameters?|model|checkpoint)\b", re.I
)


@rule("ratio.step")
def step(card: Card) -> Iterator[Finding]:
    """A factor or a share that stands beside "from A to B" is what the two values give."""
    for sentence in sentences(card):
        found = numbers(sentence.text)
        for index, pair in enumerate(pairwise(found)):
            one, other = _alike(*pair)
            if not _moves(sentence.text, one, other):
                continue
            for factor in (*found[index + 2 : index + 3], *found[max(0, index - 1) : index]):
                words = _words(sentence.text, one, other, factor)
                if words is None or not _of_one_kind(sentence.text[: one.start], other, words):
                    continue
                if not _follows(one, other, factor, words, _CUT):
                    clear = not _follows(one, other, factor, words, _LOOSE)
                    place = card.document.place(sentence.start + factor.start)
                    yield _report(place, sentence.text, (one, other, factor), clear)


def _alike(one: Number, other: Number) -> tuple[Number, Number]:
    """Two sizes or two times of different units in bytes or milliseconds."""
    for quantity in ("size", "latency") if one.unit != other.unit and one.unit else ():
        pair = [canonical(number, quantity) for number in (one, other)]
        if all(pair):
            return tuple(replace(number, unit=pair[1].unit) for number in pair)
    return one, other


def _report(place: Place, text: str, values: tuple[Number, Number, Number], clear: bool) -> Finding:
    a, b, shown = (" ".join(text[number.start : number.stop].split()) for number in values)
    times = values[1].value / values[0].value
    right = f"{max(times, 1 / times):.3g} times, which is {100 * (times - 1):+.3g}%"
    return (error if clear else warning)(
        "ratio.step", place, f'"{shown}" beside a step from {a} to {b}', right
    )


def _moves(text: str, one: Number, other: Number) -> bool:
    """Whether two numbers are the ends of "from A to B", in one unit."""
    return bool(
        _FROM.search(text[: one.start])
        and _TO.fullmatch(text, one.stop, other.start)
        and one.unit in ("", other.unit)
        and (one.unit or one.multiple == other.multiple)
        and other.unit not in ("x", "part", "points")
        and min(one.low, other.low) > 0
        and not (one.whole and other.whole and 1900 < min(one.value, other.value) < 2100)  # years
    )


def _words(text: str, one: Number, other: Number, factor: Number) -> str | None:
    """The words that tell what a factor of this very step says; None where it is of something else."""
    times = factor.unit == "x" or text[: factor.start].endswith("factor of ")
    if not (times or factor.unit == "%") or factor.value <= 0 or factor.unit == other.unit:
        return None
    if factor.start > other.start:
        after = _AFTER.match(text, factor.stop)
        between = _BEHIND.fullmatch(text, other.stop, factor.start)
        return after[0] if after and between and not _OTHER.search(after[0]) else None
    lead = re.sub(r"[\s,(:–—-]*from\b.*$", "", text[factor.stop : one.start], flags=re.IGNORECASE)
    before = text[: factor.start]
    said = _CHANGES.search(before) or re.search(_CHANGE, lead) or _DOUBLES.match(text, factor.start)
    fits = said and _AFTER.fullmatch(lead) and not _OTHER.search(before)
    return before[-60:] + lead if fits else None


def _of_one_kind(before: str, value: Number, words: str) -> bool:
    """Whether what the factor is called can be the change of such values: no layers make a model "faster"."""
    timed = value.unit in ("ms", "s", "us", "min", "h") or value.unit.endswith("/s") or _TIMED.search(before)
    weighed = re.fullmatch("[kmgt]?i?b", value.unit) or value.multiple or _WEIGHED.search(before)
    if re.search(_SPEED, words, re.IGNORECASE):
        return bool(timed)
    return bool(weighed) if re.search(_SIZE, words, re.IGNORECASE) else True


def _follows(one: Number, other: Number, factor: Number, words: str, slack: float) -> bool:
    """Whether a factor, in any of the ways that people write one, is that of the two values."""
    least, most = _low(other) / _high(one), _high(other) / _low(one)
    shares = [(least, most), (1 / most, 1 / least)]
    spans = shares
    if factor.unit == "%":
        less = [tuple(sorted((abs(1 - low), abs(1 - high)))) for low, high in shares]
        fell = _LESS.search(words) and other.value < one.value
        spans = less[:1] if fell else less if _MORE.search(words) else less + shares
        if not other.unit and not other.multiple:  # of scores: "from 81.2 to 79.9 (1.3%)"
            points = abs(other.value - one.value)
            spans = [*spans, (points, points), (points / 100, points / 100)]
    elif _MORE.search(words):
        spans = shares + [(low - 1, high - 1) for low, high in shares]  # "1.3x more" for 2.3 times as much
    scale = 100.0 if factor.unit == "%" else 1.0
    return any(
        scale * low * (1 - slack) <= _high(factor) + 1e-9
        and _low(factor) - 1e-9 <= scale * high * (1 + slack)
        for low, high in spans
    )


def _low(number: Number) -> float:
    """The least value that a number stands for; a whole one is rounded, too."""
    return number.low - 0.5 if number.low == number.high and number.value > 1 else number.low


def _high(number: Number) -> float:
    return number.high + 0.5 if number.low == number.high else number.high

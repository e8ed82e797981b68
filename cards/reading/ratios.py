"""Numbers in prose that compare: how much faster or smaller, what share is kept, what is lost."""

import re
from dataclasses import dataclass, replace

from .meaning import SCORES, Meaning
from .quantities import Number
from .sentences import Sentence, Stretch
from .vocabulary import Mention

_LESS = (
    r"reduc\w*|cut\w*|lower\w*|decreas\w*|shr[iau]nk\w*|drop\w*|fall\w*|fell|compress\w*|slash\w*|trim\w*"
    r"|sav\w+|declin\w*|slip\w*|down"
)
_LOSS = (
    r"los[et]s?\b|losing|loss|drop\w*|decreas\w*|decline\w*|degrad\w*|below|behind|lower|worse|less|fewer"
    r"|fall\w*|fell|down|short|cost\w*|sacrific\w*|reduc\w*|trail\w*"
)
_GAIN = (
    r"gain\w*|improv\w*|above|better|higher|ahead|more|rise\w*|rose|increas\w*|plus|up\b|adds?\b|boost\w*"
    r"|outperform\w*|exceed\w*|beats?\b"
)
_BY = re.compile(
    rf"\b(?P<verb>{_LESS}|speed\w*|sped|accelerat\w*|improv\w*|increas\w*|boost\w*|ris\w+|rose|gain\w*"
    r"|climb\w*|gr[eo]w\w*|up)\b"
    r"(?P<what>[^.;]*?)\bby\s+(?:a\s+factor\s+of\s+)?(?:(?!(?:to|from|at)\b)[^\W\d]+\s+|[~≈]\s*){0,2}$",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\b(?:los[et]s?|losing|lost|drops?|gains?|adds?|costs?|sacrific\w+)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_KEPT = re.compile(
    r"\b(?:keep|keeps|kept|keeping|retain\w*|preserv\w*|maintain\w*|recover\w*|conserv\w*)\b(?:[^.;,\d]{0,50})$",
    re.IGNORECASE,
)
_KEPT_AFTER = re.compile(
    r"\s*(?:of\s+(?:the\s+|its\s+)?[\w' -]{0,40}?)?(?:is|are|was|were)?\s*"
    r"(?:retained|kept|preserved|maintained|retention)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\s*(?:of|the)\s+(?:(?:the|its|their|our|that of|that|what|those of)\s+)*(?P<rest>.{0,80})",
    re.IGNORECASE | re.DOTALL,
)
_AS = re.compile(r"\s*as\s+(?P<how>fast|quick|large|big|small|heavy|many parameters|slow)\b", re.IGNORECASE)
_POINTS_DIRECTION = re.compile(rf"\b(?:(?P<loss>{_LOSS})|(?P<gain>{_GAIN}))\b", re.IGNORECASE)
_FILLER = re.compile(
    r"[\s,]*(?:(?:the|in|of|a|an|times|model|size|file|overall|total|score|more|relative|absolute)[\s,]+)*",
    re.IGNORECASE,
)
_FURTHER = re.compile(r"\b(?:another|further|additional|extra)\s+$", re.IGNORECASE)
_LESS_THAN = re.compile(r"\s*(?:less|lower|fewer)\s+than\b", re.IGNORECASE)
_SPARSE = re.compile(r"\bprun\w*|\bspars\w*|\bzero\w*", re.IGNORECASE)
_PERFORMANCE = re.compile(r"\b(?:performance|quality|effectiveness)\b", re.IGNORECASE)
_MEASURED = ("size", "parameters", "latency", *SCORES)


@dataclass(frozen=True)
class Ratio:
    """A number with what it compares; the number's unit says how ("part": a share of the other's value)."""

    number: Number
    meaning: Meaning


def ratio(sentence: Sentence, stretch: Stretch, last: str | None) -> Ratio | None:
    """What a number compares, or None when it compares nothing that the words tell.

    last: the quantity of the number before it in the sentence.
    """
    number = stretch.number
    before, after = sentence.text[: number.start], sentence.text[number.stop :]
    if number.unit not in ("%", "x", "part", "points", ""):
        return None
    for attempt in (_direction, _by, _noun, _as, _kept, _points, _sparsity, _bare_factor):
        found = attempt(_Words(sentence, stretch, before, after, last))
        if found:
            return found
    return None


@dataclass(frozen=True)
class _Words:
    sentence: Sentence
    stretch: Stretch
    before: str
    after: str
    last: str | None

    @property
    def number(self) -> Number:
        return self.stretch.number

    def following(self, kind: str, within: int = 40) -> Mention | None:
        """The first mention of a kind right after the number, with only filling words between."""
        end = self.number.stop
        for mention in self.sentence.mentions:
            if mention.start < end:
                continue
            if mention.start - end > within or not _FILLER.fullmatch(self.sentence.text, end, mention.start):
                return None
            if mention.kind == kind:
                return mention
            end = mention.end
        return None

    def measured(self, *ranges: tuple[int, int]) -> str | None:
        """The measured quantity named in the first of these ranges that names one."""
        for start, end in ranges:
            for mention in self.sentence.mentions:
                if mention.kind == "quantity" and mention.value in _MEASURED and start <= mention.start < end:
                    return mention.value
        return None

    @property
    def around(self) -> tuple[tuple[int, int], ...]:
        stretch = self.stretch
        return (self.number.stop, stretch.end), (stretch.start, self.number.start), (0, stretch.start)


def _compared(number: Number, of: str | None, **parts) -> Ratio | None:
    """How a measured quantity shrank: a reduction, or for latency a speed-up."""
    return (
        Ratio(number, Meaning(quantity="reduction", of=of, **parts))
        if of in ("size", "parameters", "latency")
        else None
    )


def _direction(words: _Words) -> Ratio | None:
    """ "40% smaller", "3.6x faster", "two points better"."""
    if words.number.unit not in ("%", "x", "part"):
        return None
    direction = words.following("direction")
    if not direction:
        return None
    phrase = words.sentence.text[direction.start : direction.end].lower()
    tail = words.sentence.text[direction.end : direction.end + 25].lower()
    if direction.value == "faster":
        if "time" in phrase or "latency" in phrase:
            return _compared(words.number, "latency")
        slowed = words.number.unit == "part"  # "half as fast"
        return None if slowed else Ratio(words.number, Meaning(quantity="speed_up", of="latency"))
    if direction.value == "smaller":
        of = "parameters" if "param" in phrase + tail else "size"
        if phrase == "fewer" and of == "size":
            of = words.last if words.last == "parameters" else None
        return _compared(words.number, of)
    if direction.value in ("better", "worse") and re.match(r"\s*latenc", tail):
        return _compared(words.number, "latency") if direction.value == "worse" else None
    if direction.value in ("better", "worse") and words.number.unit == "%":
        return _change(words, -1 if direction.value == "worse" else 1)
    return None


def _by(words: _Words) -> Ratio | None:
    """ "cuts latency by 72%", "falls by two thirds", "shrinks the file by a factor of 4"."""
    match = _BY.search(words.before[-200:])
    if not match:
        return None
    offset = max(0, len(words.before) - 200)
    verb = match["verb"].lower()
    of = words.measured(
        (offset + match.start("what"), offset + match.end("what")), (0, offset + match.start())
    )
    number = words.number
    if re.match("speed|sped|accelerat", verb):
        return Ratio(number, Meaning(quantity="speed_up", of="latency"))
    less = re.fullmatch(_LESS, verb)
    if of in SCORES and number.unit in ("points", "%", ""):  # "falls by 0.4 to 80.6"
        return _change(words, -1 if less else 1, of)
    if not less:
        return None
    if number.unit == "part":  # "falls by two thirds" leaves one
        number = replace(number, value=1 - number.value, low=1 - number.high, high=1 - number.low)
    return _compared(number, of) if number.unit in ("%", "x", "part") else None


def _noun(words: _Words) -> Ratio | None:
    """ "a 3.6x speedup", "compression of 4x", "75% size reduction", "F1 retention: 98%"."""
    near = [m for m in words.stretch.mentions if m.kind == "quantity"]
    if words.following("quantity") and words.following("quantity") not in near:
        near.append(words.following("quantity"))
    named = {m.value for m in near}
    unit = words.number.unit
    timed = unit == "x" and words.last in (
        "latency",
        "throughput",
    )  # "40 texts/s against 10, a fourfold gain"
    if ("speed_up" in named and unit in ("x", "%")) or (timed and "change" in named):
        return Ratio(words.number, Meaning(quantity="speed_up", of="latency"))
    if "reduction" in named and unit in ("x", "%"):
        phrase = " ".join(words.sentence.text[m.start : m.end].lower() for m in near)
        of = (
            "size"
            if "size" in phrase
            else "parameters"
            if "param" in phrase
            else words.measured(*words.around)
        )
        of = of or ("size" if re.search(r"compress", words.sentence.text, re.I) else words.last)
        if of in SCORES:
            errors = re.search(
                r"\berrors?\b", words.after[:30]
            )  # "a 47% error reduction" is of 1 minus the score
            return None if errors else _change(words, -1, of)
        return _compared(words.number, of)
    if "retention" in named and unit == "%":
        return Ratio(words.number, Meaning(quantity="retention", of=_kept_of(words)))
    return None


def _as(words: _Words) -> Ratio | None:
    """ "twice as fast", "a quarter as large"."""
    match = _AS.match(words.after)
    if not match or words.number.unit not in ("x", "part", "%"):
        return None
    how = match["how"].lower()
    if how in ("fast", "quick"):
        return (
            Ratio(words.number, Meaning(quantity="speed_up", of="latency"))
            if words.number.unit == "x"
            else None
        )
    if how in ("slow", "small", "heavy") and words.number.unit == "x":
        return None
    number = words.number
    if number.unit == "%":
        number = _part(number)
    return _compared(number, "parameters" if "param" in how else "size") if number.unit == "part" else None


def _kept(words: _Words) -> Ratio | None:
    """ "keeps 97% of the teacher's F1", "93% of its teacher's 86.57", "a quarter of the size"."""
    number = words.number
    if number.unit not in ("%", "part", "x") or (number.unit == "x" and number.value >= 1):
        return None
    kept = _KEPT.search(words.before[-80:]) or _KEPT_AFTER.match(words.after)
    of = _OF.match(words.after)
    if not of and not kept:
        return None
    end = number.stop + (of.start("rest") if of else 0)
    named = [
        m
        for m in words.sentence.mentions
        if end <= m.start < end + 40 and m.kind in ("model", "variant", "quantity")
    ]
    what = next((m.value for m in named if m.kind == "quantity" and m.value in _MEASURED), None)
    models = [m for m in named if m.kind in ("model", "variant") and m.start - end < 4] if of else []
    close = bool(models) or bool(named and named[0].kind == "quantity" and named[0].start - end < 12)
    performance = bool(of and _PERFORMANCE.search(of["rest"][:40]))
    if not close and not performance and (of or not kept):
        return None  # "keep 93% of the documents"
    what = what or (words.last if words.last in SCORES and not performance else None)
    versus = models[0].value if models else None
    share = number if number.unit == "part" else _part(number)
    if what in ("size", "parameters", "latency"):
        return _compared(share, what, versus=versus)
    if what is None and not kept and not performance:
        return None
    return Ratio(share, Meaning(quantity="retention", of=what, versus=versus))


def _kept_of(words: _Words) -> str | None:
    of = words.measured(*words.around)
    return of if of in SCORES else None


def _points(words: _Words) -> Ratio | None:
    """ "loses 1.2 points", "0.8 F1 points below the teacher", "a drop of 0.5%"."""
    number = words.number
    if _FURTHER.search(words.before):
        return None  # "another 0.4 points" come on top of what was told before
    named = {m.value for m in words.stretch.mentions if m.kind == "quantity"}
    lost = number.unit in ("%", "") and _LOST.search(words.before[-40:]) and words.following("quantity")
    if number.unit != "points" and not lost and not ("change" in named and number.unit in ("%", "")):
        return None
    if number.signed:
        return _change(words, 1)
    text = words.sentence.text
    near = _POINTS_DIRECTION.search(text[number.stop : number.stop + 30].split(",")[0])
    directions = list(_POINTS_DIRECTION.finditer(text[max(0, number.start - 60) : number.start]))
    near = near or (directions[-1] if directions else None)
    if not near or re.search(r"\bwithin\b[^,.;]{0,15}$", words.before):
        return None
    return _change(words, -1 if near["loss"] else 1)


def _change(words: _Words, sign: int, of: str | None = None) -> Ratio | None:
    shown = words.sentence.text[words.number.start : words.number.stop]
    named = "f1" if "F1" in shown else "accuracy" if "accuracy" in shown else None
    of = of or named or words.measured(*words.around) or words.last
    if of not in SCORES:
        return None
    number = words.number
    if sign < 0 and number.value > 0:
        number = replace(number, value=-number.value, low=-number.high, high=-number.low)
    return Ratio(number, Meaning(quantity="change", of=of))


def _sparsity(words: _Words) -> Ratio | None:
    """ "prunes 40% of the weights", "40% sparsity"."""
    if words.number.unit != "%":
        return None
    text = words.sentence.text[max(words.stretch.start, words.number.start - 60) : words.number.stop + 60]
    weights = re.match(
        r"\s*(?:of\s+(?:all\s+|the\s+|its\s+)*(?:linear\s+)?(?:weights|parameters|connections)|sparsity|sparse|prun|unstructured|magnitude|global)",
        words.after,
        re.I,
    )
    named = any(m.value == "sparsity" for m in words.stretch.mentions)
    score = any(m.kind == "quantity" and m.value in SCORES for m in words.stretch.mentions)
    if _SPARSE.search(text) and (weights or named) and not score:
        return Ratio(words.number, Meaning(quantity="sparsity"))
    return None


def _bare_factor(words: _Words) -> Ratio | None:
    """ "(4x)" right behind two sizes, and "4 times less than" behind one."""
    bracketed = re.search(r"[(\[,=]\s*[~≈-]?\s*$", words.before) and re.match(
        r"\s*[)\],.;]|\s*$", words.after
    )
    bracketed = bracketed or _LESS_THAN.match(words.after)
    if words.number.unit == "x" and bracketed and words.last in ("size", "parameters", "latency"):
        return _compared(words.number, words.last)
    return None


def _part(number: Number) -> Number:
    scale = 0.01 if number.unit == "%" else 1.0
    return replace(
        number, value=number.value * scale, low=number.low * scale, high=number.high * scale, unit="part"
    )

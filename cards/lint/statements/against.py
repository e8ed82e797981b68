"""Two values that one sentence sets against each other, and what it says of them: "faster: 31 ms, not 24 ms".

The sentence alone tells which value is whose, so this holds for metrics that no statement knows as well.
"""

import re
from collections.abc import Iterator

from ...reading import Card, Phrase
from ...reading.document import Span
from ..finding import Finding, error, rule, warning
from .text import sentences, value

_TIMES = r"ms|s|sec|seconds?|min|minutes?|hours?|h"
_WHAT = r"tok(?:ens?)?|texts?|notes?|reports?|documents?|sentences?|samples?|requests?|queries|images?"
_RATES = rf"QPS|rps|(?:{_WHAT})\s?(?:/\s?s|(?:per|a) second)"
_UNITS = rf"%|(?:percent|{_RATES}|{_TIMES}|[KMGT]i?B)\b(?!/)"
_NUMBER = (
    r"(?<![\w.,@-])(?P<{0}>\d{{1,3}}(?:,\d{{3}})+|\d*\.?\d+)(?P<{0}m>[MBk]\b)?"
    rf"\s?(?P<{{0}}u>{_UNITS})?"
)
_OWN, _OTHER = _NUMBER.format("a"), _NUMBER.format("b")
# "0.47 s per 1,000 notes" names what was timed; other digits stand for a third value.
_TIMED = r"(?:\s+(?:per|for|a|an|each|every)\s+(?:\d[\d,]*\s)?[^\d\s;]+)?[^\d;.]{0,30}?"
_SETS = (
    r"(?:\bagainst|\bversus|\bvs\.?|\binstead of|\brather than|\bnot|\bcompared (?:to|with)"
    r"|\b(?:where|when|while)\b[^\d;.,]{1,40}?\b(?:needs?|takes?|took|needed|has|had|is|was|gets?|got|makes?))"
)
_AGAINST = re.compile(rf"{_OWN}{_TIMED}[\s,(]*{_SETS}\s[^\d;.]{{0,25}}?{_OTHER}", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?:\b(?:was|were|from)\s(?:[a-z]+\s){{0,2}}|[(:]\s*){_OTHER}"
    rf"\s*(?:before\b[^\d;.]{{0,25}}?\b(?:is|are|now)\b|(?:down )?to\b|→|->)[^\d;.]{{0,20}}?{_OWN}",
    re.IGNORECASE,
)
# Behind these words the sentence speaks of something else than the claim, or of the other of the two.
_TURNS = re.compile(
    r"\b(?:but|except|although|though|however|while|whereas|yet|only|which|whose|who|also|not|nor)\b|[;?]",
    re.IGNORECASE,
)
_LESS_IS_MORE = re.compile(
    r"\b(?:latency|errors?|time|memory|WER|CER|PPL|perplexity|MAE|RMSE|MSE|cost|rate|epochs?|CO2\w*"
    r"|hallucinat\w*|false (?:positives|negatives|alarms)|(?:training|validation|eval|cross-entropy) loss)\b",
    re.IGNORECASE,
)
_MATERIAL = 0.005  # of a score: half a point, below which "no loss" is loose talk rather than wrong
_RISES = {"better": True, "no loss": True, "worse": False, "larger": True, "smaller": False}


@rule("words.against")
def against(card: Card) -> Iterator[Finding]:
    """Of two values that a sentence sets against each other, the first is what the sentence calls it."""
    for sentence in sentences(card):
        for phrase, end in _claims(card, sentence):
            match = _AGAINST.search(sentence.text, end)
            moved = _BEFORE.search(sentence.text, end) if phrase.kind == "no loss" else None
            found = min(filter(None, (match, moved)), key=re.Match.start, default=None)
            if found and not _TURNS.search(sentence.text[end : found.start()]):
                yield from _check(card, phrase, sentence, end, found)


def sets_two(card: Card, phrase: Phrase) -> bool:
    """Whether the sentence of a claim goes on with two values: "slower (9.8 ms against 7.1 ms)"."""
    at = card.document.lines[phrase.place.line - 1] + phrase.place.column - 1
    sentence = next((s for s in sentences(card) if 0 <= at - s.start < len(s.text)), None)
    return bool(sentence and _AGAINST.search(sentence.text, at - sentence.start))


def _claims(card: Card, sentence: Span) -> Iterator[tuple[Phrase, int]]:
    """The comparing claims of a sentence that claims one thing alone, each with the offset of its end."""
    lines = card.document.lines
    inside = []
    for phrase in card.phrases:
        at = lines[phrase.place.line - 1] + phrase.place.column - 1 - sentence.start
        if 0 <= at < len(sentence.text) and phrase.kind in ("faster", "slower", *_RISES):
            inside.append((phrase, at + len(phrase.shown)))
    if len({phrase.kind for phrase, _ in inside}) == 1:
        yield inside[-1]


def _check(card: Card, phrase: Phrase, sentence: Span, end: int, match: re.Match) -> Iterator[Finding]:
    own, other = value(match["a"]), value(match["b"])
    rises = _should_rise(phrase.kind, match, sentence.text)
    if rises is None or own == other or (own > other) == rises:
        return
    scale = 1 if max(own, other) <= 1 else 100
    if phrase.kind == "no loss" and other - own <= _MATERIAL * scale:
        return
    before = sentence.text[end : match.start()]
    # "faster than Wren (31 ms vs. 24 ms)" may give Wren's first; behind a colon the sentence goes on.
    unclear = re.search(r"\bthan\b[^:]*\($", before) or not before.strip()
    shown = " ".join(match[0].strip(" (:").split())
    place = card.document.place(sentence.start + match.start("a"))
    report = warning if unclear else error
    yield report("words.against", place, f'"{phrase.shown}", but "{shown}"', "the word that fits the values")


def _should_rise(kind: str, match: re.Match, text: str) -> bool | None:
    """Whether the first value is to be the greater; None where the two say nothing of the claim."""
    units = {unit.lower() for unit in (match["au"], match["bu"]) if unit}
    if len(units) > 1 or match["am"] != match["bm"]:
        return None
    unit = next(iter(units), "")  # "62 ms where the old one needs 48"
    if kind in ("faster", "slower"):
        timed, rated = (re.fullmatch(pattern, unit, re.IGNORECASE) for pattern in (_TIMES, _RATES))
        return kind == ("slower" if timed else "faster") if timed or rated else None
    if kind in ("smaller", "larger"):
        return _RISES[kind] if unit.endswith("b") or (match["am"] and not unit) else None
    decimal = "." in match["a"] and "." in match["b"]
    if unit not in ("", "%", "percent") or match["am"] or not (decimal or unit) or _LESS_IS_MORE.search(text):
        return None
    return _RISES[kind]

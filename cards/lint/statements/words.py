"""What a card says in words against what it says in numbers."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ...reading import Card, Phrase, Statement
from ..finding import Finding, error, rule, warning
from .against import sets_two
from .matching import (
    AVERAGES,
    SCORES,
    Same,
    above,
    in_one_unit,
    is_quantized,
    made_of,
    may_be_own,
    model,
    of_a_model,
    of_quantity,
    own_names,
    same_model,
    same_terms,
    told,
)

_MATERIAL = 0.005  # of a score: half a point, below which "no loss" is loose talk rather than wrong


@rule("words.no-loss")
def no_loss(card: Card) -> Iterator[Finding]:
    """Where a card says that nothing was lost, its scores did not fall."""
    for phrase in _phrases(card, "no loss"):
        pairs = _compared(card, phrase, SCORES) or _distilled(card, phrase)
        fell = [(own, other) for own, other in pairs if above(other, own)]
        if phrase.versus is None and not is_quantized(phrase.subject) and len(fell) < len(pairs):
            fell = []  # of several models, the one that it does not fall behind may be meant
        if fell:
            own, other = max(fell, key=lambda pair: _likely(phrase, pair))
            found = f'"{phrase.shown}", but {told(own)} and before it {told(other)}'
            right = f"the loss of {100 * (other.value - own.value):.2f} points, stated"
            sure = own.subject is not None and (phrase.subject is not None or len(fell) == len(pairs))
            sure = sure and other.low - own.high > _MATERIAL
            yield (error if sure else warning)("words.no-loss", phrase.place, found, right)
            continue
        for change in of_quantity(card.statements, "change", "retention"):
            lost = change.high < 0 if change.quantity == "change" else change.high < 0.99
            if lost and change.passage == phrase.passage:
                found = f'"{phrase.shown}", but {told(change)}'
                yield warning(
                    "words.no-loss", phrase.place, found, "what was lost, stated without the phrase"
                )


@rule("words.faster")
def faster(card: Card) -> Iterator[Finding]:
    """What is called faster has the lower latency, and what is called slower the higher."""
    yield from _against(card, "words.faster", ("faster", "slower"), ("latency",), less="faster")
    yield from _against(card, "words.faster", ("faster", "slower"), ("throughput",), less="slower")


@rule("words.smaller")
def smaller(card: Card) -> Iterator[Finding]:
    """What is called smaller has the smaller size and no more parameters, and the larger the larger."""
    yield from _against(card, "words.smaller", ("smaller", "larger"), ("size", "parameters"), less="smaller")


@rule("words.extreme")
def extreme(card: Card) -> Iterator[Finding]:
    """What is called the smallest or the fastest has nothing smaller or faster beside it."""
    for phrase in _phrases(card, "smallest", "fastest"):
        measured = of_quantity(card.statements, *_EXTREME[phrase.kind])
        owns = _spoken_of(card, phrase, measured) if of_a_model(card) else []
        beside = [(own, others) for own in owns if (others := [s for s in measured if _beside(own, s)])]
        less = [(own, [s for s in others if above(*in_one_unit(own, s))]) for own, others in beside]
        if less and all(lesser for _, lesser in less):  # where it is the least of one table, that is meant
            own, lesser = less[0]
            found = f'"{phrase.shown}", but {told(own)} and {told(min(lesser, key=lambda s: s.value))}'
            report = warning if phrase.subject == "model" else error
            yield report("words.extreme", phrase.place, found, "the words that fit the numbers")


_EXTREME = {"smallest": ("size",), "fastest": ("latency",)}


@rule("words.better")
def better(card: Card) -> Iterator[Finding]:
    """What is called better has the higher score, and what is called worse the lower."""
    yield from _against(card, "words.better", ("better", "worse"), SCORES, less="worse")
    for phrase in _phrases(card, "better", "worse"):
        if phrase.versus is None or _NARROWS.search(_clause(card, phrase)) or _compared(card, phrase, SCORES):
            continue
        changes = [s for s in of_quantity(card.statements, "change") if _tells_of(phrase, s)]
        sign = 1 if phrase.kind == "better" else -1
        if changes and all(s.value * sign < 0 and not _STEP.search(_clause(card, s)) for s in changes):
            found = f'"{phrase.shown}", but {told(changes[0])}'
            yield warning("words.better", phrase.place, found, "the word that fits the change")


# What limits a claim to some texts or scores, and what makes a change one of something else.
_NARROWS = re.compile(
    r"\b(?:on|in|for|at|under|when|with|among|per|by|if|speed|size|latency)\b", re.IGNORECASE
)
_STEP = re.compile(
    r"\b(?:after|when|without|if|only|once|quanti\w+|prun\w+|int8|int4|remov\w+)\b", re.IGNORECASE
)


def _clause(card: Card, said: Phrase | Statement) -> str:
    """The clause that a phrase opens, or the sentence that a number stands in."""
    at = card.document.lines[said.place.line - 1] + said.place.column - 1
    masked = card.document.masked
    if isinstance(said, Phrase):
        return re.split(r"[.;,:(]|\b(?:but|though|although|while)\b|\n\s*\n", masked[at : at + 200])[0]
    before, after = masked[max(0, at - 200) : at], masked[at : at + 200]
    return re.split(r"[.;]\s|\n\s*\n", before)[-1] + re.split(r"[.;]\s|\n\s*\n", after)[0]


def _tells_of(phrase: Phrase, change: Statement) -> bool:
    """Whether a change of a score is of the two models that a phrase compares, and stands beside it."""
    return (
        abs(change.passage - phrase.passage) <= 1
        and change.group in (None, *AVERAGES)
        and phrase.of in (None, change.of)
        and same_model(change.subject, phrase.subject) is not Same.NO
        and (change.versus is None or same_model(change.versus, phrase.versus) is not Same.NO)
    )


@rule("words.best")
def best(card: Card) -> Iterator[Finding]:
    """What is called the best has no better score beside it."""
    scores = of_quantity(card.statements, *SCORES)
    for phrase in _phrases(card, "best"):
        for own in _spoken_of(card, phrase, scores):
            if phrase.of not in (None, own.quantity) or (own.group not in (None, *AVERAGES)):
                continue
            above_it = [s for s in scores if _beside(own, s) and above(s, own)]
            if above_it:
                top = max(above_it, key=lambda s: s.value)
                found = f'"{phrase.shown}", but {told(own)} and {told(top)}'
                report = warning if phrase.subject == "model" else error
                yield report("words.best", phrase.place, found, "the better one named, or the claim narrowed")
                break


def _spoken_of(card: Card, phrase: Phrase, measured: list[Statement]) -> list[Statement]:
    """The values of the model that a phrase speaks of; "ours" is called so or by the title."""
    if phrase.subject != "model":
        named = [s for s in measured if phrase.subject is not None and s.subject is not None]
        return [s for s in named if _called(s.subject, phrase.subject)]
    ours = [s for s in measured if s.subject == "model"]
    titled = [s for s in measured if s.subject and model(s.subject).names & own_names(card)]
    return ours or (titled if len({s.subject for s in titled}) == 1 else [])


def _against(
    card: Card, rule_id: str, kinds: tuple[str, str], quantities: tuple[str, ...], less: str
) -> Iterator[Finding]:
    """Findings for comparatives that the numbers turn round; of the two kinds `less` has the lower value."""
    for phrase in _phrases(card, *kinds):
        pairs = _compared(card, phrase, quantities)
        if sets_two(card, phrase):  # "slower on a GPU (9.8 ms against 7.1 ms)" speaks of these
            pairs = [pair for pair in pairs if phrase.passage in (pair[0].passage, pair[1].passage)]
        turned = [pair if phrase.kind == less else pair[::-1] for pair in pairs]
        wrong = [pair for pair, turn in zip(pairs, turned, strict=True) if above(*in_one_unit(*turn))]
        if not wrong or any(above(*in_one_unit(*turn[::-1])) for turn in turned):
            continue  # right somewhere: the card may speak of that
        own, other = max(wrong, key=lambda pair: _likely(phrase, pair))
        found = f'"{phrase.shown}", but {told(own)} and {told(other)}'
        right = "the words that fit the numbers, or the conditions under which the words hold"
        sure = None not in (phrase.subject, phrase.versus) and _called(other.subject, phrase.versus)
        yield (error if sure else warning)(rule_id, phrase.place, found, right)


def _compared(card: Card, phrase: Phrase, quantities: tuple[str, ...]) -> list[tuple[Statement, Statement]]:
    """Values of the two models that a phrase compares, measured alike: the model's own first."""
    statements = of_quantity(card.statements, *quantities)
    if phrase.of in SCORES and any(s.quantity == phrase.of for s in statements):
        statements = [s for s in statements if s.quantity == phrase.of]
    pairs = [
        (own, other)
        for own in statements
        if own.subject and (phrase.subject in _UNSAID or _called(own.subject, phrase.subject))
        for other in statements
        if other.subject
        and other.quantity == own.quantity
        and _is_versus(phrase, own, other)
        and same_terms(own, other)
    ]
    if not pairs and phrase.kind == "no loss" and phrase.of is not None:
        return _compared(card, replace(phrase, of=None), quantities)  # "accuracy" for whatever was scored
    exact = [(a, b) for a, b in pairs if model(a.subject).names == model(b.subject).names]
    return exact if exact and phrase.versus is None else pairs


_UNSAID = (None, "model")
_SOURCES = {"teacher", "baseline", "original"}


def _distilled(card: Card, phrase: Phrase) -> list[tuple[Statement, Statement]]:
    """The card's own model beside the one that it was made from, for a phrase that names neither."""
    if phrase.subject not in (*_UNSAID, "distilled") or phrase.versus is not None:
        return []
    scores, own_words = of_quantity(card.statements, *SCORES), own_names(card)
    sources = [s for s in scores if s.subject and model(s.subject).names & _SOURCES]
    owns = [s for s in scores if s not in sources and may_be_own(s.subject, own_words)]
    return [(own, other) for own in owns for other in sources if _beside(own, other) or _follows(own, other)]


def _follows(own: Statement, other: Statement) -> bool:
    """Whether a score that names no model stands in the table or right beside another's, measured alike."""
    apart = {"table": 0, "prose": 1, "list": 2}.get(own.where, 0)  # items are two passages apart
    near = own.where == other.where and abs(own.passage - other.passage) <= apart
    alike = own.quantity == other.quantity and same_terms(own, other) is Same.YES
    return own.subject in _UNSAID and near and alike


def _is_versus(phrase: Phrase, own: Statement, other: Statement) -> bool:
    """Whether a value is of what a phrase compares with; if that goes unsaid, what the file was made of."""
    if phrase.versus is not None:
        named = _called(other.subject, phrase.versus) or _is_plain(phrase.versus, own, other)
        return named and not _called(own.subject, phrase.versus)
    if made_of(own.subject, other.subject) or other.subject == f"before {own.subject}":
        return True
    return (
        phrase.kind == "no loss"
        and phrase.subject not in _UNSAID
        and not is_quantized(own.subject)
        and other.passage == own.passage
        and same_model(own.subject, other.subject) is Same.NO
    )


def _is_plain(versus: str, own: Statement, other: Statement) -> bool:
    """Whether "FP32" is the model that a quantized file was made of, whose format goes unsaid."""
    named, one, source = model(versus), model(own.subject), model(other.subject)
    return (
        (named.names, named.format, source.format) == (frozenset(), "fp32", None)
        and one.names == source.names
        and is_quantized(own.subject)
    )


def _called(subject: str, name: str) -> bool:
    """Whether a phrase's name for a model fits a subject: "the student" may be "student v2", no INT8 file."""
    if same_model(subject, name) is Same.NO:
        return False
    one, other = model(subject), model(name)
    # "the FP32 file" is what the card calls so, not every model whose format goes unsaid
    return other.names <= one.names and (bool(other.names) or one.format is not None)


def _beside(own: Statement, other: Statement) -> bool:
    """Whether a score can be held against another: the same score of another model in the same passage."""
    if other.quantity != own.quantity or other.passage != own.passage or other.subject is None:
        return False
    ours = own.where == "table" and own.subject == "model" != other.subject  # no other row is "ours"
    another = ours or same_model(own.subject, other.subject) is Same.NO
    return another and same_terms(own, other) is Same.YES


def _likely(phrase: Phrase, pair: tuple[Statement, Statement]) -> tuple[int, bool, float]:
    """How likely a phrase speaks of two values: those beside it, then those that stand together."""
    near = sum(statement.passage == phrase.passage for statement in pair)
    return near, pair[0].passage == pair[1].passage, abs(pair[0].value - pair[1].value)


def _phrases(card: Card, *kinds: str) -> Iterator[Phrase]:
    return (phrase for phrase in card.phrases if phrase.kind in kinds)

"""Decoding of label scores per word to entities with offsets (IOB2), under the rules of a model."""

import math
import re
import unicodedata
from collections.abc import Collection
from itertools import pairwise

import numpy as np

from .abbreviations import resolve
from .entity import Entity
from .layout import Span, placeholders, read_layout
from .tokens import Tokens

# What holds outside the weights; `load(..., rules=...)` chooses among them.
RULES = {
    "transitions": "a tag inside an entity follows a tag of the same type",
    "layout": "lists, empty lines and ruled lines end an entity",
    "placeholders": "placeholders of de-identified notes are no entities",
    "symbols": "an entity neither begins nor ends with a symbol, such as an arrow or a trade mark",
    "brackets": "an entity closes the brackets that it opens",
    "abbreviations": "a short form has the label of the long form that the text gives it",
}
PAIRS = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]")


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, in float64 so that scores do not depend on the array's shape."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    exponents = np.exp(shifted)
    found: np.ndarray = exponents / exponents.sum(axis=-1, keepdims=True)
    return found


def decode(
    text: str,
    tokens: Tokens,
    logits: np.ndarray,
    labels: list[str],
    rules: Collection[str] = (),
    temperature: float = 1.0,
) -> list[Entity]:
    """Decode one text.

    A word's tag is that of its first sub-token. "I-X" continues an entity of type X and otherwise starts one,
    which happens only without the rule "transitions". An entity's score is the lowest probability of its tag
    over its words.

    Args:
        text: The text.
        tokens: Its sub-tokens.
        logits: Scores before softmax, (tokens, labels).
        labels: Tag of each column: "O", "B-X" or "I-X".
        rules: Those of `RULES` that hold.
        temperature: What the scores before softmax are divided by, so that an entity's score is the share of
            such entities that are right.

    Returns:
        Entities sorted by offset, not overlapping.
    """
    if len(tokens) == 0:
        return []
    by_word = logits[tokens.first]
    spans = tokens.word_spans
    tags, anew = _tag(text, spans, by_word, labels, rules)
    first, last, types = _runs(tags, labels, anew)
    if len(first) == 0:
        return []
    within = np.flatnonzero(tags != labels.index("O"))  # the few words whose scores count
    scores = np.ones(len(tags) + 1)
    scores[within] = probabilities(by_word[within].astype(np.float64) / temperature)[
        np.arange(len(within)), tags[within]
    ]
    # reduceat takes the lowest score between each two bounds: within an entity, then up to the next.
    bounds = np.stack([first, last + 1], axis=1).ravel()
    lowest = np.minimum.reduceat(scores, bounds)[::2]
    entities = []
    for low, high, label, score in zip(spans[first, 0], spans[last, 1], types, lowest, strict=True):
        start, end = _visible(text, int(low), int(high))
        if "symbols" in rules:
            start, end = _without_symbols(text, start, end)
        if "brackets" in rules:
            start, end = _balanced(text, start, end)
        if start < end:
            entities.append(Entity(start, end, label, float(score), text[start:end]))
    return resolve(text, entities) if "abbreviations" in rules else entities


def _tag(
    text: str, spans: np.ndarray, by_word: np.ndarray, labels: list[str], rules: Collection[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The tag of each word, and whether it begins anew: no entity goes on into it from the word before.

    spans: (words, 2); by_word: scores before softmax, (words, labels). Returns two arrays of (words,).
    """
    anew = np.zeros(len(spans), dtype=bool)
    nothing: list[Span] = []
    if "layout" in rules:
        breaks, ruled = read_layout(text)
        passed = np.searchsorted(breaks, spans[:, 0], side="right")
        anew[1:] = passed[1:] > passed[:-1]
        nothing += ruled
    if "placeholders" in rules:
        nothing += placeholders(text)
    allowed = by_word.copy() if nothing else by_word
    entity = np.array([label != "O" for label in labels])
    for start, end in nothing:
        low = np.searchsorted(spans[:, 1], start, side="right")
        high = np.searchsorted(spans[:, 0], end, side="left")
        allowed[low:high, entity] = -np.inf
    if "transitions" in rules:
        return _best_path(allowed, labels, anew), anew
    return allowed.argmax(axis=1), anew


def _best_path(scores: np.ndarray, labels: list[str], anew: np.ndarray) -> np.ndarray:
    """The tags of the highest sum of scores in which "I-X" follows "B-X" or "I-X".

    That is each word's best tag, but for stretches around words where this breaks the rule. scores: (words,
    labels); anew: (words,) where "I-X" follows nothing. Returns (words,).
    """
    tags: np.ndarray = scores.argmax(axis=1)
    # Which "B-X" an "I-X" needs; -1: none. A type that has no "B-X" begins with "I-X".
    begins = [
        labels.index(f"B-{label[2:]}") if label[:2] == "I-" and f"B-{label[2:]}" in labels else -1
        for label in labels
    ]
    begin = np.array(begins)[tags]
    follows = np.zeros(len(tags), dtype=bool)
    follows[1:] = ((tags[:-1] == tags[1:]) | (tags[:-1] == begin[1:])) & ~anew[1:]
    inside = begin >= 0
    broken = np.flatnonzero(inside & ~follows)
    if len(broken) == 0:
        return tags
    best, other = (scores[broken, column[broken]].astype(np.float64) for column in (tags, begin))
    before = labels.index("O")
    for start, stop in _stretches(scores, inside, broken.tolist(), (best - other).tolist()):
        last = int(tags[start - 1]) if start else before
        tags[start:stop] = _viterbi(scores[start:stop], begins, anew[start:stop], last)
    return tags


def _stretches(
    scores: np.ndarray, inside: np.ndarray, broken: list[int], losses: list[float]
) -> list[tuple[int, int]]:
    """Where the best path may leave the words' best tags, as [start, stop).

    To make a broken "I-X" a "B-X" is always allowed and costs its `loss`. A path that changes words before it
    as well must not cost more, and each costs the gap to its second tag. A word whose best tag may follow
    anything keeps it.
    """
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T.astype(np.float64)
    gaps = first - second
    ends = np.append(np.flatnonzero(~inside), len(inside))
    found: list[tuple[int, int, float]] = []  # start, stop, what is left to spend
    for start, loss in zip(broken, losses, strict=True):
        stop = int(ends[np.searchsorted(ends, start)])
        while True:
            floor = found[-1][1] if found else 0
            while start > floor and loss >= gaps[start - 1]:
                start -= 1
                loss -= gaps[start]
            if not found or start > floor:
                break
            start, earlier, left = found.pop()
            stop, loss = max(stop, earlier), loss + left
        found.append((start, stop, loss))
    return [(start, stop) for start, stop, _ in found]


def _viterbi(scores: np.ndarray, begins: list[int], anew: np.ndarray, before: int) -> np.ndarray:
    """The best path through some words after one that has the tag `before`; see `_best_path`."""
    # What each tag may follow; None: anything.
    follows = [(begin, column) if begin >= 0 else None for column, begin in enumerate(begins)]
    best = [-math.inf] * len(begins)
    best[before] = 0.0
    steps: list[list[int]] = []
    for row, alone in zip(scores.tolist(), anew.tolist(), strict=True):
        top = max(range(len(best)), key=best.__getitem__)
        step = [top if allowed is None else max(allowed, key=best.__getitem__) for allowed in follows]
        best = [
            -math.inf if alone and allowed is not None else best[last] + score
            for allowed, last, score in zip(follows, step, row, strict=True)
        ]
        steps.append(step)
    tags = [max(range(len(best)), key=best.__getitem__)]
    for step in reversed(steps[1:]):
        tags.append(step[tags[-1]])
    return np.array(tags[::-1])


def _runs(tags: np.ndarray, labels: list[str], anew: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """First and last word of each entity, and its type.

    tags: (words,) column of each word's tag; anew: (words,) whether no entity goes on into it
    """
    names = [label.partition("-")[2] for label in labels]  # "" for "O"
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    kinds = np.array([numbers[name] for name in names])[tags]
    inside = np.array([label.startswith("I-") for label in labels])[tags]
    entity = kinds != numbers[""]

    continues = np.zeros(len(tags), dtype=bool)
    continues[1:] = inside[1:] & (kinds[1:] == kinds[:-1]) & ~anew[1:]
    first = np.flatnonzero(entity & ~continues)
    last = np.flatnonzero(entity & ~np.append(continues[1:], False))
    return first, last, [names[tag] for tag in tags[first]]


def _without_symbols(text: str, start: int, end: int) -> tuple[int, int]:
    """An entity's place without the symbols at its ends; "+" and others of ASCII are parts of names."""
    low, high = start, end
    while low < high and _is_symbol(text[low]):
        low += 1
    while high > low and _is_symbol(text[high - 1]):
        high -= 1
    return (start, end) if (low, high) == (start, end) else _visible(text, low, high)


def _is_symbol(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in ("So", "Sm", "Sk", "No")


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """An entity's place without a bracket that it opens and does not close, or closes and does not open.

    What closes such a bracket directly behind the entity is taken in; else the entity is cut at odd brackets,
    and its longest piece is kept.
    """
    odd = _odd_brackets(text, start, end)
    if not odd:
        return start, end
    if len(odd) == 1 and text[end : end + 1] == PAIRS.get(text[odd[0]]):
        return start, end + 1
    pieces = [(before + 1, after) for before, after in pairwise([start - 1, *odd, end])]
    return _visible(text, *max(pieces, key=lambda piece: piece[1] - piece[0]))


def _odd_brackets(text: str, start: int, end: int) -> list[int]:
    """The brackets from `start` to `end` that have no partner there, and those around one that has none."""
    odd: list[int] = []
    opened: list[int] = []
    for bracket in _BRACKET.finditer(text, start, end):
        if bracket[0] in PAIRS:
            opened.append(bracket.start())
        elif opened and PAIRS[text[opened[-1]]] == bracket[0]:
            opened.pop()
        else:
            odd += [*opened, bracket.start()]
            opened.clear()
    return odd + opened


def _visible(text: str, start: int, end: int) -> tuple[int, int]:
    """Drop the outer white space that byte-level tokenizers count to a word, and keep each combining
    mark with the character before it, so that no character is cut in two: marks after the last
    letter are taken in (a normaliser may have removed them), marks at the start are left to what
    stands before. Two entities side by side so never share a mark.
    """
    while start < end and (text[start].isspace() or _is_mark(text[start])):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end < len(text) and _is_mark(text[end]):
        end += 1
    return start, end


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")

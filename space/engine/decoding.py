"""Decoding of label scores per word to entities with offsets (IOB2, read leniently)."""

import unicodedata

import numpy as np

from .entity import Entity
from .tokens import Tokens


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, in float64 so that scores do not depend on the array's shape."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    exponents = np.exp(shifted)
    found: np.ndarray = exponents / exponents.sum(axis=-1, keepdims=True)
    return found


def decode(text: str, tokens: Tokens, logits: np.ndarray, labels: list[str]) -> list[Entity]:
    """Decode one text.

    A word's tag is that of its first sub-token. "I-X" continues an entity of type X and otherwise
    starts one: a recogniser that misses a "B-" still found the mention. An entity's score is the
    lowest probability of its tag over its words.

    Args:
        text: The text.
        tokens: Its sub-tokens.
        logits: Scores before softmax, (tokens, labels).
        labels: Tag of each column: "O", "B-X" or "I-X".

    Returns:
        Entities sorted by offset, not overlapping.
    """
    if len(tokens) == 0:
        return []
    by_word = probabilities(logits[tokens.first])
    tags = by_word.argmax(axis=1)
    scores = by_word[np.arange(len(tags)), tags]
    first, last, types = _runs(tags, labels)
    if len(first) == 0:
        return []
    # reduceat takes the lowest score between each two bounds: within an entity, then up to the next.
    bounds = np.stack([first, last + 1], axis=1).ravel()
    lowest = np.minimum.reduceat(np.append(scores, 1.0), bounds)[::2]
    spans = tokens.word_spans
    entities = []
    for low, high, label, score in zip(spans[first, 0], spans[last, 1], types, lowest, strict=True):
        start, end = _visible(text, int(low), int(high))
        if start < end:
            entities.append(Entity(start, end, label, float(score), text[start:end]))
    return entities


def _runs(tags: np.ndarray, labels: list[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """First and last word of each entity, and its type.

    tags: (words,) column of each word's tag
    """
    names = [label.partition("-")[2] for label in labels]  # "" for "O"
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    kinds = np.array([numbers[name] for name in names])[tags]
    inside = np.array([label.startswith("I-") for label in labels])[tags]
    entity = kinds != numbers[""]

    continues = np.zeros(len(tags), dtype=bool)
    continues[1:] = inside[1:] & (kinds[1:] == kinds[:-1])
    first = np.flatnonzero(entity & ~continues)
    last = np.flatnonzero(entity & ~np.append(continues[1:], False))
    return first, last, [names[tag] for tag in tags[first]]


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

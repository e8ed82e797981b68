"""Latency: the time from text to entities, for texts of exactly one window of a stated length.

What is timed is one call of the engine with one text: tokenising, one run of the model, decoding.
The systems take turns on every text, in an order that changes each time, so that heat, clock rate and
other processes touch all of them alike; that makes the times of two systems pairs.
"""

import time
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from space.engine import Tagger, special_tokens, tokenise

from .corpora.document import Document
from .errors import StageError

WARM_UP = 5  # rounds before the first that counts: caches fill, the allocator settles, clocks rise
FILLER = " a"  # one token in every vocabulary that has the single characters

Key = TypeVar("Key", bound=Hashable)


def measure(
    taggers: Mapping[Key, Tagger], documents: Sequence[Document], length: int, repeats: int
) -> dict[Key, np.ndarray]:
    """(repeats,) milliseconds of each tagger on texts of `length` tokens, special tokens included.

    The i-th text of every tagger starts at the i-th document; it is the same text for taggers with the
    same tokenizer. Raises StageError when a length does not fit a window or threads differ.
    """
    if len({tagger.threads for tagger in taggers.values()}) > 1:
        raise StageError("latencies are compared at the same number of threads; load all taggers with one")
    texts = {key: texts_of(tagger, documents, length, repeats) for key, tagger in taggers.items()}
    times = {key: np.empty(repeats) for key in taggers}
    keys = list(taggers)
    for turn in range(-WARM_UP, repeats):
        first = turn % len(keys)
        for key in keys[first:] + keys[:first]:
            text = texts[key][turn % repeats]
            started = time.perf_counter()
            taggers[key]([text])
            elapsed = time.perf_counter() - started
            if turn >= 0:
                times[key][turn] = 1000 * elapsed
    return times


def texts_of(tagger: Tagger, documents: Sequence[Document], length: int, count: int) -> list[str]:
    """`count` texts of exactly `length` tokens, special tokens included: whole words from the start of
    a document on (running over into the next ones), filled up with one-token words.

    Raises StageError when `length` is more than a window or the filler is no single token.
    """
    prefix, suffix = special_tokens(tagger.tokenizer)
    tokens = length - len(prefix) - len(suffix)
    if tokens < 1 or length > tagger.window:
        raise StageError(
            f"evaluation.lengths: a text of {length} tokens is not one window of {tagger.file} "
            f"({tagger.window} tokens, special tokens included); state lengths up to the window"
        )
    return [_text_from(tagger, documents, index % len(documents), tokens) for index in range(count)]


def _text_from(tagger: Tagger, documents: Sequence[Document], first: int, count: int) -> str:
    text = documents[first].text
    following = first + 1
    while len(tokenise(tagger.tokenizer, text)) < count:
        text += " " + documents[following % len(documents)].text
        following += 1
    found = tokenise(tagger.tokenizer, text)
    whole = int(found.first[found.first <= count][-1])  # tokens up to the last word that fits
    cut = text[: found.offsets[whole - 1, 1]] if whole else ""
    cut += FILLER * (count - whole)
    if len(tokenise(tagger.tokenizer, cut)) != count:
        raise StageError(f"{tagger.file}: the tokenizer does not read {FILLER!r} as one token")
    return cut

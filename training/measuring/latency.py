"""Latency: the time from text to entities, for texts of exactly one window of a stated length.

One call of the engine with one text is timed: tokenising, one run of the model, decoding.
The systems take turns on every text, in an order that changes each time, so that heat, clock rate and
other processes touch all of them alike; that makes the times of two systems pairs.

Where other programs want the processors too, times are no longer the model's, and not even their ratio is:
threads that compute together wait for the one of them that has no processor. So it is measured how long the
threads had to wait, and the timing is repeated until they hardly did, a few times at most.
"""

import time
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from space.engine import Tagger, special_tokens, tokenise

from ..corpora.document import Document
from ..errors import StageError

WARM_UP = 5  # rounds before the first that counts: caches fill, the allocator settles, clocks rise
FILLER = " a"  # one token in every vocabulary that has the single characters
ATTEMPTS = 4
# Seconds waited in a second: 0.0 where nothing else wants a processor. Up to 0.4 a ratio of 2.2 came out
# between 2.0 and 2.5, from 0.9 on anywhere between 1.4 and 7.8 (LOG.md).
QUIET = 0.25

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Timing(Generic[Key]):
    """Times at one length.

    Attributes:
        milliseconds: (repeats,) of each system.
        waited: seconds that threads of this process waited for a processor, for each second of the timing.
    """

    milliseconds: dict[Key, np.ndarray]
    waited: float

    @property
    def disturbed(self) -> bool:
        """Whether other programs took so much that times and their ratios say nothing of the systems."""
        return self.waited > QUIET


def measure(
    taggers: Mapping[Key, Tagger], documents: Sequence[Document], length: int, repeats: int
) -> Timing[Key]:
    """Time each tagger on texts of one length.

    Where other programs disturb it, it is timed again, up to ATTEMPTS times, and the quietest counts. The
    i-th text of every tagger starts at the i-th document; it is the same text for taggers with the same
    tokenizer.

    Args:
        taggers: the systems, all with one number of threads.
        documents: what the texts are cut from.
        length: tokens of a text, special tokens included.
        repeats: how many texts.

    Raises:
        StageError: the length does not fit a window, or threads differ.
    """
    if len({tagger.threads for tagger in taggers.values()}) > 1:
        raise StageError("latencies are compared at the same number of threads; load all taggers with one")
    texts = {key: texts_of(tagger, documents, length, repeats) for key, tagger in taggers.items()}
    timings: list[Timing[Key]] = []
    while len(timings) < ATTEMPTS and all(timing.disturbed for timing in timings):
        timings.append(_measure_once(taggers, texts, repeats))
    return min(timings, key=lambda timing: timing.waited)


def _measure_once(
    taggers: Mapping[Key, Tagger], texts: Mapping[Key, Sequence[str]], repeats: int
) -> Timing[Key]:
    times = {key: np.empty(repeats) for key in taggers}
    keys = list(taggers)
    for turn in range(-WARM_UP, repeats):
        if turn == 0:
            waited, worked, began = _waiting(), time.thread_time(), time.perf_counter()
        first = turn % len(keys)
        for key in keys[first:] + keys[:first]:
            text = texts[key][turn % repeats]
            started = time.perf_counter()
            taggers[key]([text])
            elapsed = time.perf_counter() - started
            if turn >= 0:
                times[key][turn] = 1000 * elapsed
    took = time.perf_counter() - began
    # The calling thread computes all the time; where it did not, it waited. That is seen on any system.
    own = took - (time.thread_time() - worked)
    return Timing(times, max(own, _waiting() - waited) / took)


def _waiting() -> float:
    """Seconds for which threads of this process have been ready to run but had no processor.

    0 on systems that do not tell.
    """
    nanoseconds = 0
    for thread in Path("/proc/self/task").glob("*/schedstat"):  # ns on a processor, ns waiting for one, turns
        with suppress(OSError):  # it has ended
            nanoseconds += int(thread.read_text().split()[1])
    return nanoseconds / 1e9


def texts_of(tagger: Tagger, documents: Sequence[Document], length: int, count: int) -> list[str]:
    """Cut texts of exactly `length` tokens, special tokens included.

    A text has whole words from the start of a document on (running over into the next ones), filled up with
    one-token words.

    Raises:
        StageError: `length` is more than a window, or the filler is no single token.
    """
    prefix, suffix = special_tokens(tagger.tokenizer)
    tokens = length - len(prefix) - len(suffix)
    if tokens < 1 or length > tagger.window:
        raise StageError(
            f"evaluation.lengths: a text of {length} tokens is not one window of {tagger.file} "
            f"({tagger.window} tokens, special tokens included); state lengths up to the window"
        )
    return [text_from(tagger, documents, index % len(documents), tokens) for index in range(count)]


def text_from(tagger: Tagger, documents: Sequence[Document], first: int, count: int) -> str:
    """Cut one text of exactly `count` tokens, special tokens not counted, from document `first` on.

    Raises:
        StageError: the filler is no single token.
    """
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

"""Latency texts are exactly as long as stated, and the systems take turns."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny_bert import OVERLAP, TEXTS, WINDOW, documents

from space.engine import load, load_tokenizer, special_tokens, tokenise
from training.errors import StageError
from training.measuring import latency


@pytest.fixture
def tagger(exported):
    return load(exported, threads=1)


@pytest.mark.parametrize("length", [3, 10, 17, WINDOW])
def test_texts_have_the_stated_number_of_tokens(tagger, length):
    texts = latency.texts_of(tagger, documents(5), length, 7)
    special = sum(map(len, special_tokens(tagger.tokenizer)))
    assert [len(tokenise(tagger.tokenizer, text)) + special for text in texts] == [length] * 7
    assert texts[0] == texts[5] != texts[1]


def test_texts_are_whole_words_from_the_start_of_a_document(tagger):
    text, *_ = latency.texts_of(tagger, documents(5), WINDOW, 1)
    own = text.removesuffix(latency.FILLER * text.count(latency.FILLER))
    assert len(own) > 20
    assert (TEXTS[0] + " ").startswith(own + " ") or own.startswith(TEXTS[0])


def test_a_length_that_is_no_window_is_an_error(tagger):
    for length in (2, WINDOW + 1):
        with pytest.raises(StageError, match=f"a text of {length} tokens is not one window"):
            latency.texts_of(tagger, documents(2), length, 1)


def fake(name: str, calls: list[tuple[str, str]], exported: Path, threads: int = 1) -> Any:
    """A tagger that notes when it was called, and with what."""

    class Fake(SimpleNamespace):
        def __call__(self, texts):
            calls.append((name, *texts))

    tokenizer = load_tokenizer(exported / "tokenizer.json")
    return Fake(tokenizer=tokenizer, window=WINDOW, overlap=OVERLAP, threads=threads, file=name)


def test_all_take_turns_on_the_same_text_after_the_warm_up(exported, monkeypatch):
    monkeypatch.setattr(latency, "ATTEMPTS", 1)
    calls: list[tuple[str, str]] = []
    taggers = {name: fake(name, calls, exported) for name in ("a", "b", "c")}
    times = latency.measure(taggers, documents(4), 12, 6).milliseconds
    assert {name: values.shape for name, values in times.items()} == dict.fromkeys("abc", (6,))
    assert all((values > 0).all() for values in times.values())
    rounds = [calls[start : start + 3] for start in range(0, len(calls), 3)]
    assert len(rounds) == latency.WARM_UP + 6
    for turn in rounds:
        assert sorted(name for name, _ in turn) == ["a", "b", "c"]
        assert len({text for _, text in turn}) == 1
    assert {turn[0][0] for turn in rounds[latency.WARM_UP :]} == {"a", "b", "c"}


def test_different_threads_are_not_compared(exported):
    taggers = {"a": fake("a", [], exported, 1), "b": fake("b", [], exported, 2)}
    with pytest.raises(StageError, match="same number of threads"):
        latency.measure(taggers, documents(2), 12, 1)


@pytest.mark.parametrize(
    ("waits", "attempts", "kept"),
    [([0.1], 1, 0.1), ([0.9, 0.2], 2, 0.2), ([0.9, 0.8, 1.7, 0.9], latency.ATTEMPTS, 0.8)],
    ids=["quiet", "quiet again", "never quiet"],
)
def test_a_disturbed_timing_is_repeated_and_the_quietest_kept(waits, attempts, kept, exported, monkeypatch):
    coming = iter(waits)

    def once(taggers, texts, repeats):
        return latency.Timing({}, next(coming))

    monkeypatch.setattr(latency, "_measure_once", once)
    timing = latency.measure({"a": fake("a", [], exported)}, documents(2), 12, 1)

    assert len(waits) - len(list(coming)) == attempts
    assert (timing.waited, timing.disturbed) == (kept, kept > latency.QUIET)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="threads cannot be bound to a processor here"
)
def test_a_busy_program_on_the_same_processor_is_seen(exported):
    """However quiet or busy this machine is otherwise: two that compute share one processor."""
    allowed = os.sched_getaffinity(0)
    one = {min(allowed)}
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        os.sched_setaffinity(busy.pid, one)
        os.sched_setaffinity(0, one)  # this thread
        timing = latency.measure({"a": computing(exported)}, documents(4), 12, 20)
    finally:
        os.sched_setaffinity(0, allowed)
        busy.kill()
        busy.wait()
    assert timing.disturbed
    assert timing.waited < 20


def computing(exported):
    """A tagger that takes some milliseconds of this thread's processor time."""

    class Computing(SimpleNamespace):
        def __call__(self, texts):
            until = time.thread_time() + 0.005
            while time.thread_time() < until:
                pass

    tokenizer = load_tokenizer(exported / "tokenizer.json")
    return Computing(tokenizer=tokenizer, window=WINDOW, overlap=OVERLAP, threads=1, file="computing")

"""The queue: bounded, in turn, and nothing is run that nobody waits for."""

import threading
import time
from concurrent.futures import CancelledError, wait
from types import SimpleNamespace

import pytest
from tiny_model import make_model

from space.contract import Served
from space.engine import load
from space.service import scheduler as scheduling
from space.service.scheduler import OPEN_PER_WORKER, Busy, Panic, Scheduler

LONG_S = 30


@pytest.fixture
def make(model):
    """make(workers=1, queue=100, queue_s=100.0, told=...) -> Scheduler"""
    made = []

    def start(workers=1, queue=100, queue_s=100.0, **told) -> Scheduler:
        made.append(Scheduler(workers, queue, queue_s, **told))
        return made[-1]

    yield start
    model.release(1000)
    for scheduler in made:
        scheduler.close()


def work(model, *texts: str) -> list[tuple[Served, str]]:
    served = model.served()
    return [(served, text) for text in texts]


def occupy(scheduler, model, text: str = "first"):
    """Submit a text and wait until the one worker has it in hand."""
    model.hold()
    future = scheduler.submit(work(model, text))
    assert model.next_started() == text.partition("*")[0]
    return future


def words(future) -> list[str]:
    return [done.entities[0].text for done in future.result(LONG_S)]


def test_results_come_in_the_order_of_the_texts(make, model):
    told = []
    scheduler = make(workers=3, told=lambda *text: told.append(text))
    future = scheduler.submit(work(model, *"abcdefghij"))
    assert words(future) == list("abcdefghij")
    results = future.result()
    assert all(done.queued_s >= 0 and done.model_s > 0 for done in results)
    assert sorted(told) == sorted(("student", done.queued_s, done.model_s) for done in results)


def test_before_any_text_was_tagged_long_ones_do_not_all_get_in(make, model):
    """Nothing is known of the model's pace then, and what waits lies in memory."""
    scheduler = make(queue=1000, queue_s=2.0)
    occupy(scheduler, model)
    scheduler.submit(work(model, "a" * 150_000))
    with pytest.raises(Busy):
        scheduler.submit(work(model, "b" * 150_000))
    scheduler.submit(work(model, "c"))


def test_nothing_asked_is_answered_at_once(make):
    assert make().submit([]).result(0) == []


def test_a_long_text_does_not_hold_up_a_short_one(make, model):
    scheduler = make()
    long = occupy(scheduler, model, "long*50")
    short = scheduler.submit(work(model, "short"))
    model.release(3)
    assert words(short) == ["short"]
    assert model.ran[:3].count("long") == 2
    assert not long.done()


def test_a_long_text_goes_on_though_short_ones_wait(make, model):
    scheduler = make()
    long = occupy(scheduler, model, "long*4")
    shorts = scheduler.submit(work(model, *["short"] * 50))
    model.release(30)
    assert words(long) == ["long"]
    assert not shorts.done()


def test_only_so_many_texts_are_open(make, model):
    scheduler = make()
    occupy(scheduler, model, "text 0*2")
    scheduler.submit(work(model, *(f"text {n}*2" for n in range(1, 9))))
    begun = ["text 0"]
    while begun.count("text 0") < 2:
        model.release()
        begun.append(model.next_started())
    model.release(10)
    while len(set(begun)) <= OPEN_PER_WORKER:
        begun.append(model.next_started())
    # The fifth began only when another had had its last window.
    ended = [text for text in set(begun) if begun.count(text) == 2]
    assert len(set(begun)) - len(ended) <= OPEN_PER_WORKER


def test_workers_run_at_the_same_time(make, model):
    model.hold()
    make(workers=3).submit(work(model, "a", "b", "c"))
    assert {model.next_started() for _ in range(3)} == {"a", "b", "c"}


def test_what_does_not_fit_is_refused_as_a_whole(make, model):
    scheduler = make(queue=3)
    occupy(scheduler, model)
    waiting = scheduler.submit(work(model, "a", "b"))
    with pytest.raises(Busy):
        scheduler.submit(work(model, "c", "d"))
    assert scheduler.waiting == 2
    fitting = scheduler.submit(work(model, "e"))
    model.release(10)
    assert words(waiting) + words(fitting) == ["a", "b", "e"]
    assert model.ran == ["first", "a", "b", "e"]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_would_have_to_wait_too_long_is_refused(make, model, monkeypatch, workers):
    """A text of 10 characters has taken 5 s, so each character is expected to take half a second."""
    clock = iter(range(0, 10_000, 5))
    scheduler = make(workers=workers, queue_s=20.0)
    monkeypatch.setattr(
        "space.service.scheduler.time",
        SimpleNamespace(perf_counter=lambda: next(clock), monotonic=time.monotonic),
    )
    scheduler.submit(work(model, "characters")).result(LONG_S)
    assert model.next_started() == "characters"
    model.hold()
    occupied = [scheduler.submit(work(model, "a")) for _ in range(workers)]
    for _ in occupied:
        model.next_started()
    waiting = [scheduler.submit(work(model, "b" * 20)) for _ in range(workers)]
    assert not scheduler.full
    with pytest.raises(Busy):  # half of the 20 s are taken
        scheduler.submit(work(model, "c" * (20 * workers + 1)))
    scheduler.submit(work(model, "c" * 20 * workers))
    assert scheduler.full
    assert waiting[0].cancel()
    assert not scheduler.full


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits(make, model):
    assert words(make(queue=2).submit(work(model, *"abcdefgh"))) == list("abcdefgh")


def test_full_says_that_the_next_text_is_refused(make, model):
    scheduler = make(queue=2)
    occupy(scheduler, model)
    assert not scheduler.full
    scheduler.submit(work(model, "a", "b"))
    assert scheduler.full


def test_what_waits_is_never_run_once_cancelled_and_leaves_its_place_at_once(make, model):
    scheduler = make(queue=3)
    first = occupy(scheduler, model)
    cancelled = scheduler.submit(work(model, "a", "b", "c"))
    assert cancelled.cancel()
    assert scheduler.waiting == 0
    other = scheduler.submit(work(model, "d", "e", "f"))
    model.release(10)
    assert words(first) + words(other) == ["first", "d", "e", "f"]
    assert model.ran == ["first", "d", "e", "f"]


def test_an_open_text_ends_with_its_window_once_cancelled(make, model):
    scheduler = make()
    long = occupy(scheduler, model, "long*50")
    assert long.cancel()
    model.release(10)
    assert words(scheduler.submit(work(model, "next"))) == ["next"]
    assert model.ran == ["long", "next"]
    with pytest.raises(CancelledError):
        long.result(0)


def test_a_model_that_raises_fails_its_own_request_only(make, model):
    scheduler = make()
    occupy(scheduler, model)
    failing = scheduler.submit(work(model, "a", "fail", "never"))
    other = scheduler.submit(work(model, "b"))
    model.release(10)
    with pytest.raises(RuntimeError):
        failing.result(LONG_S)
    assert words(other) == ["b"]
    assert model.ran == ["first", "a", "b"]


def test_a_panic_of_native_code_fails_its_own_request_only(make, model):
    """It is no Exception, and would end the thread that every other text waits for."""
    broke = []
    scheduler = make(broke=broke.append)
    occupy(scheduler, model)
    failing = scheduler.submit(work(model, "a", "panic"))
    other = scheduler.submit(work(model, "b"))
    model.release(10)
    with pytest.raises(Panic, match=r"^PanicException$"):
        failing.result(LONG_S)
    assert words(other) == ["b"]
    assert broke == ["student"] and scheduler.dead == 0 and scheduler.idle


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_ends_is_counted(make, model, monkeypatch):
    scheduler = make(workers=2)
    monkeypatch.setattr(scheduler, "_end", None)  # no such thing happens; if it did, this is how it is told
    scheduler.submit(work(model, "a"))
    deadline = time.monotonic() + LONG_S
    while scheduler.dead == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert scheduler.dead == 1


def test_it_is_idle_when_everything_is_answered(make, model):
    scheduler = make()
    assert scheduler.idle
    future = occupy(scheduler, model)
    waiting = scheduler.submit(work(model, "a", "fail", "c"))
    assert not scheduler.idle
    model.release(10)
    wait([future, waiting], timeout=LONG_S)
    scheduler.submit(work(model, "b")).result(LONG_S)
    assert scheduler.idle and scheduler.waiting == 0


def test_a_text_is_alone_while_no_other_is_open_or_waits_or_was_of_late(make, model, monkeypatch):
    monkeypatch.setattr(scheduling, "CROWDED_S", LONG_S)
    scheduler = make()
    model.hold()
    first = scheduler.submit(work(model, "a*3"))
    model.next_started()
    second = scheduler.submit(work(model, "b*2"))
    model.release(10)
    wait([first, second], timeout=LONG_S)
    assert model.ran == ["a", "a", "b", "a", "b"]
    assert model.alone == [True, False, False, False, False]
    monkeypatch.setattr(scheduling, "CROWDED_S", 0.0)
    scheduler.submit(work(model, "c")).result(LONG_S)
    assert model.alone[-1]


def test_close_ends_the_workers(make, model):
    scheduler = make()
    before = threading.active_count()
    scheduler.close()
    assert threading.active_count() == before - 1


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    return load(make_model(tmp_path_factory.mktemp("model") / "tiny", variants=("int8",)), threads=1)


def test_answers_are_the_engines_whoever_asks_at_the_same_time(make, tagger):
    """INT8 takes its scales over a whole input, so a neighbour in it would show in the scores."""
    served = Served("student", "m", "r", "f", "0", 1, tagger.labels, 1, tagger.steps)
    texts = ["aspirin caused renal failure " * n for n in (1, 300, 2, 0, 40, 3, 120)] + [
        "",
        "😀 nausea \ud800",
    ]
    scheduler = make(workers=3)
    futures = [
        scheduler.submit([(served, text) for text in texts[n:] + texts[:n]]) for n in range(len(texts))
    ]
    expected = tagger(texts)
    for n, future in enumerate(futures):
        assert [done.entities for done in future.result(LONG_S)] == expected[n:] + expected[:n]

"""Scheduler: one bounded queue before the models, and the workers that empty it.

A worker is a thread that runs one window at a time, on one processor, or on all of them while there is no
other text and was none of late: two texts side by side are done sooner than one after the other. It takes
texts in turn: up to `OPEN_PER_WORKER` texts a worker are open at once (the micro-batch), each gets one
window, and then the next text has its turn. So a long note does not hold short ones up, and what was
cancelled is dropped between two windows. The queue is bounded by the time that its work will take, so that
whoever gets a place is answered soon on any machine. Windows are not put into one
tensor: dynamic INT8 takes its scales over the whole input, so that an answer would depend on who else asked
(see engine/session.py).
"""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass

from ..contract import Entity, Served

OPEN_PER_WORKER = 4
CROWDED_S = 1.0  # so long after texts came together, others are expected to
STEP_BACK = 5  # steps of niceness
MEMORY = 0.98  # how much of what it knows of a model's pace a text leaves standing
# Seconds and characters, before a model has tagged anything: that of a fast processor. With none at all, as
# many long texts as there are places would get in at the start, and lie in memory.
FIRST_PACE = 1.0, 100_000.0


class Busy(Exception):  # noqa: N818 — it is a state
    """The queue has no room for a request."""


class Panic(Exception):  # noqa: N818 — what native code calls it
    """A model raised what is no Exception, such as a panic of Rust; the message is its type's name."""


@dataclass(frozen=True, slots=True)
class Done:
    """A tagged text."""

    entities: list[Entity]
    queued_s: float  # until a worker took it
    model_s: float  # of work on it, waits between windows not counted


class _Pace:
    """A model's pace: seconds of work a character, by role, as a mean that forgets."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}  # role -> seconds, characters

    def learn(self, role: str, seconds: float, characters: int) -> None:
        before = self._seen.get(role, (0.0, 0.0))
        self._seen[role] = MEMORY * before[0] + seconds, MEMORY * before[1] + characters

    def expect(self, role: str, characters: int) -> float:
        """Estimate the seconds that a text will take."""
        seconds, seen = self._seen.get(role, FIRST_PACE)
        return characters * seconds / seen if seen else 0.0


class _Request:
    """Texts submitted together; `waiting` of them, `waiting_s` of work, no worker has taken."""

    def __init__(self, texts: int):
        self.future: Future[list[Done]] = Future()
        self.submitted = time.perf_counter()
        self.results: dict[int, Done] = {}
        self.texts = self.waiting = texts
        self.waiting_s = 0.0


@dataclass(eq=False, slots=True)
class _Text:
    request: _Request
    index: int
    model: Served
    text: str
    expected_s: float
    queued_s: float = 0.0
    model_s: float = 0.0
    steps: Generator[None, None, list[Entity]] | None = None


class Scheduler:
    """Runs texts through models on `workers` threads.

    Args:
        workers: How many threads.
        queue: Texts that may wait. A request that is larger is taken when nothing waits.
        queue_s: Seconds that a text may have to wait.
        told: Called by workers for each tagged text, with its model's role, queued_s and model_s.
        broke: Called by a worker with the role of a model that has raised something.
    """

    def __init__(
        self,
        workers: int,
        queue: int,
        queue_s: float,
        told: Callable[[str, float, float], None] = lambda *_: None,
        broke: Callable[[str], None] = lambda _: None,
    ):
        self._queue, self._queue_work_s = queue, queue_s * workers
        self._told, self._broke = told, broke
        self._pace = _Pace()
        self._changed = threading.Condition()
        self._waiting: deque[_Text] = deque()  # those of requests that have ended are skipped
        self._waiting_texts, self._waiting_s = 0, 0.0
        self._turns: deque[_Text] = deque()  # open texts that no worker has in hand
        self._open, self._most_open = 0, workers * OPEN_PER_WORKER
        self._crowded = -CROWDED_S  # when there was last more than one text
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"worker {n}", daemon=True) for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Texts that no worker has taken."""
        return self._waiting_texts

    @property
    def full(self) -> bool:
        """Whether even one more text would be refused."""
        return self._waiting_texts >= self._queue or self._waiting_s >= self._queue_work_s

    @property
    def dead(self) -> int:
        """Workers that have ended, which none should."""
        return 0 if self._closed else sum(not thread.is_alive() for thread in self._threads)

    @property
    def idle(self) -> bool:
        return not self._waiting_texts and not self._open

    def submit(self, work: Sequence[tuple[Served, str]]) -> Future[list[Done]]:
        """Queue texts, each for a model: all of them or none.

        Returns:
            Their results in this order, or the exception that a model has raised. Cancelling it takes back
            what is not done: nothing that waits is run, and a text that is open ends with its window.

        Raises:
            Busy: They do not fit.
        """
        request = _Request(len(work))
        if not work:
            request.future.set_result([])
            return request.future
        with self._changed:
            texts = [
                _Text(request, index, model, text, self._pace.expect(model.role, len(text)))
                for index, (model, text) in enumerate(work)
            ]
            seconds = sum(text.expected_s for text in texts)
            fits = self._waiting_texts + len(texts) <= self._queue
            if self._waiting_texts and not (fits and self._waiting_s + seconds <= self._queue_work_s):
                raise Busy
            request.waiting_s = seconds
            self._waiting_texts += len(texts)
            self._waiting_s += seconds
            self._waiting.extend(texts)
            if self._open + self._waiting_texts > 1:
                self._crowded = time.monotonic()
            self._changed.notify(len(texts))
        request.future.add_done_callback(lambda _: self._make_room(request))
        return request.future

    def close(self) -> None:
        """End the workers after the windows that they run; what waits is never run."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _make_room(self, request: _Request) -> None:
        """Stop counting what still waits of a request that has ended."""
        with self._changed:
            self._leave(request, request.waiting, request.waiting_s)

    def _leave(self, request: _Request, texts: int, seconds: float) -> None:
        """Count so many texts of a request as waiting no more. Needs the lock."""
        request.waiting -= texts
        request.waiting_s -= seconds
        self._waiting_texts -= texts
        self._waiting_s = self._waiting_s - seconds if self._waiting_texts else 0.0  # no rounding is left

    def _work(self) -> None:
        _step_back()
        while (text := self._next()) is not None:
            self._run(text)
            del text  # not to hold it while there is nothing to do

    def _next(self) -> _Text | None:
        """Wait for the text whose turn it is. Returns None when closed."""
        with self._changed:
            while not self._closed:
                self._take()
                if (text := self._turn()) is not None:
                    return text
                if not self._waiting:
                    self._changed.wait()
            return None

    def _turn(self) -> _Text | None:
        """Take the next open text; those of requests that have ended are closed. Needs the lock."""
        while self._turns:
            text = self._turns.popleft()
            if not text.request.future.done():
                return text
            self._open -= 1
        return None

    def _take(self) -> None:
        """Open the next waiting text, if there is one and room for it. Needs the lock."""
        while self._waiting and self._open < self._most_open:
            text = self._waiting.popleft()
            if text.request.future.done():
                continue
            self._leave(text.request, 1, text.expected_s)
            self._open += 1
            self._turns.append(text)
            return

    def _run(self, text: _Text) -> None:
        """Give an open text its window."""
        try:
            outcome = self._window(text)
        except BaseException as error:  # whatever it is, whoever asked must be told, and others wait
            if not isinstance(error, Exception):
                error = Panic(type(error).__name__).with_traceback(error.__traceback__)
            self._end(text, error)
            self._broke(text.model.role)
            return
        if outcome is not None:
            self._end(text, outcome)
            return
        with self._changed:
            self._turns.append(text)
            self._changed.notify()

    def _window(self, text: _Text) -> Done | None:
        """Run the next window. Returns the result when it was the last; raises what the model does."""
        began = time.perf_counter()
        if text.steps is None:
            text.queued_s = began - text.request.submitted
            text.steps = text.model.steps(text.text, self._alone)
        try:
            next(text.steps)
        except StopIteration as end:
            text.model_s += time.perf_counter() - began
            self._told(text.model.role, text.queued_s, text.model_s)
            return Done(end.value, text.queued_s, text.model_s)
        text.model_s += time.perf_counter() - began
        return None

    def _alone(self) -> bool:
        """Whether the one open text is all there is, and no other is to be expected."""
        crowded = time.monotonic() - self._crowded < CROWDED_S
        return self._open == 1 and not self._waiting_texts and not crowded

    def _end(self, text: _Text, outcome: Done | Exception) -> None:
        request = text.request
        with self._changed:
            self._open -= 1
            self._changed.notify()
            if isinstance(outcome, Done):
                self._pace.learn(text.model.role, outcome.model_s, len(text.text))
                request.results[text.index] = outcome
            complete = len(request.results) == request.texts
        with suppress(InvalidStateError):  # cancelled, or another text of it failed
            if isinstance(outcome, Exception):
                request.future.set_exception(outcome)
            elif complete:
                request.future.set_result([request.results[index] for index in range(request.texts)])


def _step_back() -> None:
    """Let this thread give way to the one that answers requests, which needs little but needs it now."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        own = threading.get_native_id()
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + STEP_BACK)

"""What the engine does alone on single texts, with the threads that the server has: the yardstick."""

import threading
import time
from dataclasses import dataclass
from itertools import count

from space.engine import Tagger, load
from space.engine.cpu import usable_cpus


@dataclass(frozen=True)
class Rate:
    """Texts a second, one text a call."""

    one_session: float  # one caller; each call is spread over all threads
    one_thread_each: float  # as many callers as threads, each call on one thread

    @property
    def best(self) -> float:
        return max(self.one_session, self.one_thread_each)


class Alone:
    """The engine without a server; `threads` of it in either way of using them."""

    def __init__(self, model: str):
        self.threads = usable_cpus()
        self.single = load(model, threads=1)
        self._spread = load(model, threads=self.threads)

    def measure(self, texts: list[str], seconds: float) -> Rate:
        """Run both ways in turn, each for `seconds`."""
        return Rate(
            one_session=_texts_a_second(self._spread, texts, seconds, callers=1),
            one_thread_each=_texts_a_second(self.single, texts, seconds, callers=self.threads),
        )


def _texts_a_second(tagger: Tagger, texts: list[str], seconds: float, callers: int) -> float:
    numbers, done = count(), count()

    def call() -> None:
        while time.perf_counter() < end:
            tagger([texts[next(numbers) % len(texts)]])
            next(done)

    tagger(texts[:2])  # warm
    threads = [threading.Thread(target=call) for _ in range(callers)]
    started = time.perf_counter()
    end = started + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(done) / (time.perf_counter() - started)

"""Contention: whether other programs keep a run on several threads from its processors.

At every operator the threads of a run wait for the slowest of them. Where another program takes a processor
from one, all of them wait, and the run takes longer than on a single thread.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

CROWDED = 0.75  # share of its processors' time that a run got; alone it gets nine tenths, beside another half
PAUSE = 8, 256  # runs on one thread before all are tried again: at first, and after many tries in vain


class Contention:
    """Learns from the runs on `threads` threads whether the next one should be another."""

    def __init__(self, threads: int):
        self._threads = threads
        self._waiting, self._pause = 0, PAUSE[0]

    def expected(self) -> bool:
        """Whether the next run should take one thread; to be asked once for each run, as it counts them."""
        self._waiting -= self._waiting > 0
        return self._waiting > 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Learn from the run on all threads that this holds. Other work of this process counts as its own."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        if processor >= CROWDED * self._threads * wall:
            self._pause = PAUSE[0]
        else:
            self._waiting, self._pause = self._pause, min(2 * self._pause, PAUSE[1])

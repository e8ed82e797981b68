"""Latency of several taggers, timed fairly: warm-up, then repeats in turn, in one process."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WARM_UP = 3
REPEATS = 20
BUDGET_S = 5.0


class Stopped(Exception):  # noqa: N818 — nothing went wrong
    """Nobody waits for the measurement any more."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds of single calls, whole calls: tokenise, run, decode."""

    samples_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        return float(np.median(self.samples_ms))

    @property
    def p95_ms(self) -> float:
        """95th percentile, linear between samples."""
        return float(np.percentile(self.samples_ms, 95))


def measure(
    calls: Sequence[Callable[[], object]],
    stopped: Callable[[], bool] = lambda: False,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Latency]:
    """Time each call; all get the same number of samples.

    The calls take turns, and the order is reversed from round to round, so that a machine that
    warms up, throttles or is shared slows all alike. Rounds end after REPEATS, or when BUDGET_S
    seconds are spent, but never before the first.

    Raises Stopped soon after `stopped` turns true.
    """
    start = clock()
    for call in calls:
        for _ in range(WARM_UP):
            _unless(stopped)
            call()
    samples: list[list[float]] = [[] for _ in calls]
    order = list(range(len(calls)))
    for _ in range(REPEATS):
        for index in order:
            _unless(stopped)
            before = clock()
            calls[index]()
            samples[index].append((clock() - before) * 1000)
        order.reverse()
        if clock() - start > BUDGET_S:
            break
    return [Latency(tuple(values)) for values in samples]


def _unless(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Stopped


def cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as the system gives it."""
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

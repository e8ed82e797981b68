"""One phase of load: a rate held for a time, and what became of it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from load_texts import Ask
from running_space import RunningSpace

GENERATOR = Path(__file__).with_name("open_loop.py")
FAST_MS = 50.0
TIMEOUT_S = 60.0  # the client's own; the server's deadline is far below
REJECTED = (429, 503)
MEMORY_EVERY_S = 0.5


@dataclass(frozen=True)
class Phase:
    """What came of `sent` requests at `rate` a second. Times in ms, from the intended time of sending."""

    rate: float
    seconds: float
    sent: int
    accepted: int
    rejected: int
    failed: int  # no answer, or one that is neither 200 nor a rejection
    wrong: int  # answered 200 with other entities than the engine's
    p50: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    slowest: float | None
    under_50_ms: float | None  # share of all that were sent: answered 200 in time
    rejection_p99: float | None
    rejection_slowest: float | None
    without_retry_after: int  # rejections
    sent_late_p99: float  # how far the client itself was behind its plan
    client_processors: float  # processor time of the client a second
    server_processors: float
    memory_mb: list[float] = field(repr=False)  # of the server, resident, every half second
    answers: list[list[list[dict]]] = field(repr=False)  # the different entity lists got for each text

    @property
    def held(self) -> bool:
        return self.accepted == self.sent and not self.wrong

    @property
    def memory_growth_mb(self) -> float:
        """Median of the last quarter less that of the second: the first quarter fills pools."""
        quarter = max(1, len(self.memory_mb) // 4)
        return float(
            np.median(self.memory_mb[-quarter:]) - np.median(self.memory_mb[quarter : 2 * quarter] or [0])
        )


def arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Times of a Poisson process: users who know nothing of each other, bursts included. At least one."""
    random = np.random.default_rng(seed)
    gaps = random.exponential(1 / rate, size=int(rate * seconds * 1.5) + 50)
    times = np.cumsum(gaps)
    return times[: max(1, np.searchsorted(times, seconds))].tolist()


def run_phase(space: RunningSpace, asks: Sequence[Ask], rate: float, seconds: float, seed: int = 0) -> Phase:
    """Send texts from a process of its own at this rate, while the server's memory is watched."""
    times = arrivals(rate, seconds, seed)
    outcome, memory, processors = _send(space, asks, times)
    return summarise(asks, rate, seconds, outcome, memory, processors)


def plan(space: RunningSpace, asks: Sequence[Ask], times: Sequence[float]) -> dict:
    """What open_loop.py is to do: these texts in turn, at these times."""
    return {
        "port": int(space.url.rpartition(":")[2]),
        "path": "/v1/entities",
        "headers": {},
        "bodies": [ask.body for ask in asks],
        "times": list(times),
        "which": [number % len(asks) for number in range(len(times))],
        "timeout": TIMEOUT_S,
    }


def _send(space: RunningSpace, asks: Sequence[Ask], times: list[float]) -> tuple[dict, list[float], float]:
    """The outcome, the server's memory in MB over time, and its processor time in seconds."""
    memory, ended = [], threading.Event()

    def watch() -> None:
        while True:
            memory.append(resident_mb(space.process.pid))
            if ended.wait(MEMORY_EVERY_S):
                return

    before = processor_seconds(space.process.pid)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        done = subprocess.run(
            [sys.executable, GENERATOR],
            input=json.dumps(plan(space, asks, times)),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    finally:
        ended.set()
        watcher.join()
    return json.loads(done.stdout), memory, processor_seconds(space.process.pid) - before


def summarise(
    asks: Sequence[Ask], rate: float, seconds: float, outcome: dict, memory: list[float], processors: float
) -> Phase:
    """The figures of a phase from the raw outcome of open_loop.py."""
    status = np.array(outcome["status"])
    latency = 1000 * np.array(outcome["latency"])
    accepted, rejected = status == 200, np.isin(status, REJECTED)
    p50, p95, p99, p999, slowest = _percentiles(latency[accepted], 50, 95, 99, 99.9, 100)
    rejection_p99, rejection_slowest = _percentiles(latency[rejected], 99, 100)
    retries = np.array([value is not None for value in outcome["retry_after"]])
    return Phase(
        rate=rate,
        seconds=seconds,
        sent=len(status),
        accepted=int(accepted.sum()),
        rejected=int(rejected.sum()),
        failed=int((~accepted & ~rejected).sum()),
        wrong=wrong_answers(asks, outcome["answers"]),
        answers=[[entities_of(body) for body in seen] for seen in outcome["answers"]],
        p50=p50,
        p95=p95,
        p99=p99,
        p999=p999,
        slowest=slowest,
        under_50_ms=float((accepted & (latency < FAST_MS)).mean()),
        rejection_p99=rejection_p99,
        rejection_slowest=rejection_slowest,
        without_retry_after=int((rejected & ~retries).sum()),
        sent_late_p99=_percentiles(1000 * np.array(outcome["sent_late"]), 99)[0],
        client_processors=outcome["cpu"] / seconds,
        server_processors=processors / seconds,
        memory_mb=[round(value, 1) for value in memory],
    )


def _percentiles(values: np.ndarray, *which: float) -> list[float | None]:
    return np.percentile(values, which).tolist() if len(values) else [None] * len(which)


def wrong_answers(asks: Sequence[Ask], answers: Sequence[dict[str, int]]) -> int:
    """How many answers hold other entities than the engine finds alone, scores to the last digit."""
    return sum(
        count
        for ask, seen in zip(asks, answers, strict=True)
        for body, count in seen.items()
        if entities_of(body) != ask.entities
    )


def entities_of(body: str) -> list[dict]:
    """The entities in the answer to a body of one text."""
    [result] = json.loads(body)["results"]
    return result["entities"]


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used, threads that have ended counted."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

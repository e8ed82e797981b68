"""Starts the systems, each in its environment and a process of its own, and asks them to tag."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from bench_worker import processor_seconds
from systems import Settings, System

from space.engine import Entity

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("bench_worker.py")
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1", "PYTHONPATH": str(ROOT)}


class BenchError(Exception):
    """The comparison cannot be made; the message says what is missing."""


class UnavailableSystemError(Exception):
    """A system that this machine does not run; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What came of some calls.

    Attributes:
        seconds: (calls,) how long each took, by the system's own clock.
        entities: Of each text of each call.
        resident_mb: Of the process after them.
        peak_mb: The most while they ran.
        others: Processors that other programs kept busy meanwhile.
    """

    seconds: np.ndarray
    entities: list[list[list[Entity]]]
    resident_mb: float
    peak_mb: float
    others: float


class Worker:
    """One system in one variant, running on the last `processors` of those that this process may use."""

    def __init__(self, system: System, variant: Settings, processors: int, models: Path):
        self.system, self.variant, self.processors = system, variant, processors
        python = ROOT / system.environment / "bin" / "python"
        told = {
            "module": system.module,
            "models": str(models),
            "processors": processors,
            "settings": variant,
        }
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 — closed with the worker
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [python, WORKER, json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ | ENVIRONMENT,
        )
        self.loaded = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def tag(self, calls: Sequence[Sequence[str]], batch: int, warm_up: int = 0) -> Answer:
        """Make calls; the first `warm_up` of them are made once more before, untimed.

        Raises:
            UnavailableSystemError: The system does not run on this machine.
            BenchError: It failed.
        """
        self._load()  # which keeps a processor busy, too
        busy, own, began = _busy_seconds(), processor_seconds(), time.perf_counter()
        got = self._ask({"calls": calls, "batch": batch, "warm_up": warm_up})
        took, own = time.perf_counter() - began, processor_seconds() - own
        others = (_busy_seconds() - busy - own - got["processor_s"]) / took
        entities = [
            [[Entity(start, end, label, 1.0, "") for start, end, label in found] for found in call]
            for call in got["entities"]
        ]
        return Answer(
            np.array(got["seconds"]), entities, got["resident_mb"], got["peak_mb"], max(0.0, others)
        )

    def versions(self) -> dict[str, str]:
        return self._ask({"versions": self.system.packages})

    def _load(self) -> None:
        """Wait until the system is loaded."""
        if not self.loaded:
            told = self._answer()
            if "unavailable" in told:
                raise UnavailableSystemError(told["unavailable"])
            self.loaded = True

    def _ask(self, request: dict) -> dict:
        with suppress(BrokenPipeError):  # it has ended, which the answer will tell
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            told = self.errors.read()[-3000:]
            raise BenchError(f"{self.system.name} {self.variant} ended with exit code {code}:\n{told}")
        return json.loads(line)

    def close(self) -> None:
        with suppress(BrokenPipeError):  # it has ended
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def _busy_seconds() -> float:
    """Processor time of all programs on this machine, and what its host took away from it."""
    user, nice, system, _idle, _waiting, irq, softirq, steal, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

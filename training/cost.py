"""Making claims: what all of them have in common, and the cost of a stage."""

import threading
import time
from datetime import date
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from cards.ledger import Claim

from .energy import Meter, Sitting

INTERVAL = 0.5  # seconds between two looks at memory and energy


def claim(claim_id: str, name: str, value: float, unit: str, aggregation: str = "value", **details) -> Claim:
    """A claim measured today. `details`: the other fields of Claim, `command` among them."""
    return Claim(
        id=claim_id, name=name, value=value, unit=unit, aggregation=aggregation, date=date.today(), **details
    )


class Attempt(BaseModel):
    """What a stage has cost so far: wall-clock seconds, the peak of resident memory, in bytes, and energy."""

    model_config = ConfigDict(extra="forbid")

    inputs: str  # digest of what decides the stage's output
    seconds: float = 0.0
    peak_memory: int = 0
    sittings: list[Sitting] = []


class Cost:
    """Measures the `with` block and keeps the sum in a file, so that what a killed attempt cost is
    not forgotten when the next one goes on from its checkpoint."""

    def __init__(self, attempt: Attempt, file: Path):
        self.attempt, self.file = attempt, file
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Attempt:
        self._last = time.monotonic()
        self._meter = Meter()
        self.attempt.sittings.append(self._meter.sitting)
        self._sampler.start()
        return self.attempt

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._sampler.join()

    def _sample(self) -> None:
        """Look again and again: the kernel's own peak would count earlier stages of the process."""
        process = psutil.Process()
        while True:
            stopped = self._stop.wait(INTERVAL)
            now = time.monotonic()
            self.attempt.seconds += now - self._last
            self._last = now
            self._meter.look()
            self.attempt.peak_memory = max(self.attempt.peak_memory, process.memory_info().rss)
            whole = self.file.with_suffix(".part")  # a kill in mid-write must not leave half a file
            whole.write_text(self.attempt.model_dump_json(), encoding="utf-8")
            whole.replace(self.file)
            if stopped:
                return

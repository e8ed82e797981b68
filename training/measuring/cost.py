"""Cost of a node: time, peak memory and energy, kept while it runs."""

import threading
import time
from pathlib import Path

import psutil

from ..record import Attempt
from .energy import Meter

INTERVAL = 0.5  # seconds between two looks at memory and energy


class Cost:
    """Measures the `with` block and keeps the sum in a file.

    What a killed attempt cost is therefore not forgotten when the next one goes on from its checkpoint.
    """

    def __init__(self, attempt: Attempt, file: Path):
        self.attempt, self.file = attempt, file
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Attempt:
        self._last, self._busy = time.monotonic(), time.process_time()
        self._meter = Meter()
        self.attempt.sittings.append(self._meter.sitting)
        self._sampler.start()
        return self.attempt

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._sampler.join()

    def _sample(self) -> None:
        """Look every INTERVAL: the kernel's own peak would count earlier nodes of the process."""
        process = psutil.Process()
        while True:
            stopped = self._stop.wait(INTERVAL)
            now, busy = time.monotonic(), time.process_time()
            self.attempt.seconds += now - self._last
            self.attempt.processor_seconds += busy - self._busy
            self._last, self._busy = now, busy
            self._meter.look()
            self.attempt.peak_memory = max(self.attempt.peak_memory, process.memory_info().rss)
            whole = self.file.with_suffix(".part")  # a kill in mid-write must not leave half a file
            whole.write_text(self.attempt.model_dump_json(), encoding="utf-8")
            whole.replace(self.file)
            if stopped:
                return

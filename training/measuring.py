"""Making claims: what all of them have in common, and the cost of a stage."""

import threading
import time
from dataclasses import dataclass, field
from datetime import date

import psutil

from cards.ledger import Claim


def claim(
    claim_id: str, name: str, value: float, unit: str, aggregation: str = "value", **details
) -> Claim:
    """A claim measured today. `details`: the other fields of Claim."""
    details.setdefault("command", "python -m training run RECIPE --out RUN")
    return Claim(
        id=claim_id, name=name, value=value, unit=unit, aggregation=aggregation, date=date.today(), **details
    )


@dataclass
class Cost:
    """Wall-clock seconds and the peak of the process's resident memory, in bytes."""

    seconds: float = 0.0
    peak_memory: int = 0
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def __enter__(self) -> "Cost":
        self._started = time.monotonic()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._sampler.join()
        self.seconds = time.monotonic() - self._started

    def _sample(self) -> None:
        """Twice a second: the kernel's own peak would count earlier stages of the process too."""
        process = psutil.Process()
        while True:
            self.peak_memory = max(self.peak_memory, process.memory_info().rss)
            if self._stop.wait(0.5):
                return

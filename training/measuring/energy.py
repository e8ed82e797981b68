"""Energy and carbon of training: read from counters, estimated from a stated power, or unknown.

    graphics cards   their energy counters (NVML)
    processor        its energy counters (RAPL: processors and memory of the whole machine) where the kernel
                     lets them be read; otherwise CLINSTILL_CPU_WATTS, the rated power of all processors of
                     the machine together, times the share of their time that this process took

Where neither is there, the energy is not known and no claim is made: a default power would be a guess.
The carbon follows from CLINSTILL_COUNTRY, three letters of ISO 3166, and `carbon_intensity.csv`. It is
the country's mean over a year, so neither the hour nor a contract of the data centre's owner counts.
"""

import csv
import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import psutil
import pynvml

from ..errors import StageError
from ..record import Sitting

WATTS, COUNTRY = "CLINSTILL_CPU_WATTS", "CLINSTILL_COUNTRY"
RAPL = Path("/sys/class/powercap")
INTENSITIES = Path(__file__).with_name("carbon_intensity.csv")
SOURCE = "Our World in Data, from Ember and the Energy Institute"
JOULES_PER_KWH = 3.6e6


class Counter(Protocol):
    """Something that tells the energy used, and by which method."""

    method: str

    def joules(self) -> float:
        """Energy since the counter was made or last asked."""


class Rapl:
    """Energy counters of processors and memory (`/sys/class/powercap/intel-rapl:*`, AMD's as well)."""

    def __init__(self, domains: Sequence[Path]):
        self.domains = domains
        memory = " and memory" if any(_name(domain) == "dram" for domain in domains) else ""
        self.method = f"read from the energy counters of all processors{memory} of the machine (RAPL)"
        self._ranges = [int((domain / "max_energy_range_uj").read_text()) for domain in domains]
        self._last = self._read()

    def _read(self) -> list[int]:
        return [int((domain / "energy_uj").read_text()) for domain in self.domains]

    def joules(self) -> float:
        now, before = self._read(), self._last
        self._last = now
        used = zip(now, before, self._ranges, strict=True)
        return sum((new - old) % (most + 1) for new, old, most in used) / 1e6  # it starts again from 0


class Nvml:
    """Energy counters of the graphics cards that PyTorch sees, as wholes."""

    def __init__(self) -> None:
        """Find the cards.

        Raises:
            pynvml.NVMLError: a card has no counter (before Volta), or it cannot be read.
        """
        import torch

        cards = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
        names = ", ".join(card.name for card in cards)
        self.method = f"read from the energy counters of the graphics cards (NVML: {names})"
        pynvml.nvmlInit()
        self._handles = [pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{card.uuid}") for card in cards]
        self._last = self._millijoules()

    def _millijoules(self) -> int:
        return sum(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle) for handle in self._handles)

    def joules(self) -> float:
        now, before = self._millijoules(), self._last
        self._last = now
        return (now - before) / 1000


class Rated:
    """Estimate: the stated power of all processors times the share of their time that this process took."""

    def __init__(self, watts: float):
        self.method = f"estimated from the processors' rated power of {watts:g} W and this process's load"
        self._watts_each = watts / (psutil.cpu_count() or 1)
        self._process = psutil.Process()
        self._last = self._seconds()

    def _seconds(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def joules(self) -> float:
        now, before = self._seconds(), self._last
        self._last = now
        return (now - before) * self._watts_each


class Meter:
    """Adds the energy that this process's machine uses to `sitting`."""

    def __init__(self, settings: Mapping[str, str] = os.environ):
        """Find what tells the energy.

        Raises:
            StageError: a setting makes no sense.
        """
        self._counters = counters(settings)
        method = " and ".join(counter.method for counter in self._counters) or None
        self.sitting = Sitting(method=method, country=_country(settings))

    def look(self) -> None:
        self.sitting.kwh += sum(counter.joules() for counter in self._counters) / JOULES_PER_KWH


def counters(settings: Mapping[str, str]) -> list[Counter]:
    """Counters of processors and, where PyTorch uses them, graphics cards.

    There are none when a part of the energy cannot be known, since the sum would say too little.

    Args:
        settings: environment variables, WATTS among them.
    """
    watts, domains = _watts(settings), _rapl_domains()
    processors: Counter
    if domains:
        processors = Rapl(domains)
    elif watts is not None:
        processors = Rated(watts)
    else:
        return []
    import torch  # late: what nobody asks to be metered needs no seconds

    if not torch.cuda.is_available():
        return [processors]
    try:
        return [processors, Nvml()]
    except pynvml.NVMLError as problem:
        print(f"energy: not claimed, since a graphics card has no counter to read ({problem})", flush=True)
        return []


def _rapl_domains() -> list[Path]:
    """Packages and memory that can be read. "core" and "uncore" are parts of a package, "psys" holds all."""
    found = []
    for domain in sorted(RAPL.glob("intel-rapl:*")):
        if _name(domain).startswith("package") or _name(domain) == "dram":
            if not os.access(domain / "energy_uj", os.R_OK):
                return []
            found.append(domain)
    return found


def _name(domain: Path) -> str:
    return (domain / "name").read_text().strip()


class Total(NamedTuple):
    """A number and how it came about."""

    value: float
    method: str


def total_kwh(sittings: Sequence[Sitting]) -> Total | None:
    """Energy of all sittings, in kWh; None when that of one is not known."""
    methods = [sitting.method for sitting in sittings if sitting.method is not None]
    if not sittings or len(methods) < len(sittings):
        return None
    return Total(sum(sitting.kwh for sitting in sittings), "; ".join(dict.fromkeys(methods)))


def total_grams(sittings: Sequence[Sitting]) -> Total | None:
    """CO2 equivalent of all sittings, in g; None when the energy or the country of one is not known."""
    known = intensities()
    placed = [(sitting.kwh, known[sitting.country]) for sitting in sittings if sitting.country is not None]
    if total_kwh(sittings) is None or len(placed) < len(sittings):
        return None
    grams = sum(kwh * intensity.grams_per_kwh for kwh, intensity in placed)
    places = "; ".join(dict.fromkeys(str(intensity) for _, intensity in placed))
    return Total(grams, f"the energy times the carbon intensity of electricity, {places} ({SOURCE})")


class Intensity(NamedTuple):
    """Carbon intensity of a country's electricity."""

    name: str
    grams_per_kwh: float
    year: int

    def __str__(self) -> str:
        return f"{self.grams_per_kwh:g} g/kWh, the mean of {self.name} in {self.year}"


def intensities() -> dict[str, Intensity]:
    """Carbon intensities by ISO 3166 code, from `carbon_intensity.csv`."""
    lines = [line for line in INTENSITIES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    rows = csv.DictReader(lines)
    return {
        row["country"]: Intensity(row["name"], float(row["grams_per_kwh"]), int(row["year"])) for row in rows
    }


def _watts(settings: Mapping[str, str]) -> float | None:
    text = settings.get(WATTS, "").strip()
    if not text:
        return None
    try:
        watts = float(text)
    except ValueError:
        watts = 0.0
    if not 0 < watts < 1e5:
        raise StageError(f"{WATTS} is the rated power of all processors in watts, as 65, found {text!r}")
    return watts


def _country(settings: Mapping[str, str]) -> str | None:
    code = settings.get(COUNTRY, "").strip().upper()
    if code and code not in (known := intensities()):
        near = difflib.get_close_matches(code, known, n=3, cutoff=0.3)
        raise StageError(
            f"{COUNTRY} takes three letters of ISO 3166 of a country in {INTENSITIES.name}, found {code!r}; "
            f"near it: {', '.join(near)}"
        )
    return code or None

"""Latency by length of the text: the median, and how far up the slowest of twenty reach (p95)."""

from dataclasses import dataclass

from ...ledger import Ledger
from ...ledger.derived import length
from . import bars
from .scores import File, Number, files, has, number


@dataclass(frozen=True)
class Time:
    tokens: Number
    median: Number
    p95: Number

    @property
    def bar(self) -> bars.Bar:
        return bars.Bar(self.median, self.p95, f"{self.median.text} (p95 {self.p95.text})")


@dataclass(frozen=True)
class Timed:
    """The times of one file, at every length."""

    file: File
    times: tuple[Time, ...]  # short texts first


@dataclass(frozen=True)
class Latency:
    timed: tuple[Timed, ...]

    @property
    def height(self) -> float:
        return bars.height(len(self.timed), len(self.timed[0].times))

    def draw(self, axes, theme) -> None:
        groups = {
            f"{times[0].tokens.text} tokens": [time.bar for time in times]
            for times in zip(*(one.times for one in self.timed), strict=True)
        }
        bars.draw(axes, theme, [one.file for one in self.timed], groups)
        axes.set_xlabel("latency, ms: median, whisker to p95")


def gather(ledger: Ledger, name: str) -> Latency | None:
    """Files that were timed on one machine, undisturbed, at the lengths of the first of them."""
    lengths = sorted(
        {length(c) for c in ledger.claims if ".latency." in c.id.text and c.aggregation == "median"}
    )
    timed, machine = [], None
    for file in files(ledger, name):
        places = [f"{file.id}.latency.{tokens}" for tokens in lengths]
        places = [place for place in places if has(ledger, f"{place}.median", f"{place}.p95")]
        places = [place for place in places if ledger.claim(f"{place}.median").disturbed is None]
        if not places or (timed and len(places) < len(timed[0].times)):
            continue
        machine = machine or ledger.claim(f"{places[0]}.median").environment
        if all(ledger.claim(f"{place}.median").environment == machine for place in places):
            timed.append(Timed(file, tuple(_time(ledger, place) for place in places)))
            lengths = [length(ledger.claim(f"{place}.median")) for place in places]
    return Latency(tuple(timed)) if timed and timed[0].file.own else None


def _time(ledger: Ledger, place: str) -> Time:
    parts = (f"length({place}.median)", f"{place}.median", f"{place}.p95")
    return Time(*(number(ledger, reference) for reference in parts))

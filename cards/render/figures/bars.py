"""Bar charts, with a bar and its number for each file: latency by length of the text, errors by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ledger import Ledger
from ..tasks import File, Score
from .scores import Number, all_files, number, tested
from .theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THICK = 0.2  # inches that a bar takes
ERROR_KINDS = {
    "missed": "missed",
    "spurious": "spurious",
    "boundary": "wrong start or end",
    "type": "wrong type",
}


@dataclass(frozen=True)
class Bar:
    value: Number
    end: Number | None = None  # of a whisker
    text: str | None = None  # at the bar's end; without one, the value

    @property
    def reach(self) -> float:
        return float(self.end or self.value)


def _draw(axes: Axes, theme: Theme, files: Sequence[File], groups: Mapping[str, Sequence[Bar]]) -> None:
    """groups: what stands beside a group -> the bar of each file, in the files' order."""
    furthest = max(bar.reach for bars in groups.values() for bar in bars) or 1
    step = 0.84 / len(files)
    for place, bars in enumerate(groups.values()):
        for index, (file, bar) in enumerate(zip(files, bars, strict=True)):
            y, value = place + (index - (len(files) - 1) / 2) * step, float(bar.value)
            label = file.title if place == 0 else None
            axes.barh(y, value, height=0.86 * step, label=label, **theme.bar(file))
            if bar.end:
                reach = [[0.0], [bar.reach - value]]
                axes.errorbar(value, y, xerr=reach, fmt="none", ecolor=theme.ink, elinewidth=1.1, capsize=2)
            said = bar.text or bar.value.text
            axes.text(bar.reach + 0.012 * furthest, y, said, va="center", fontsize=8.5, color=theme.ink)
    axes.set_yticks(range(len(groups)), list(groups))
    axes.invert_yaxis()
    axes.set_xlim(0, 1.27 * furthest)  # room for the longest number
    axes.grid(visible=False, axis="y")
    theme.legend(axes, len(files))


def _height(files: int, groups: int) -> float:
    """Inches of a figure."""
    return 1.3 + groups * (0.16 + THICK * files)


@dataclass(frozen=True)
class Counts:
    """The errors of one file."""

    file: File
    kinds: tuple[Number, ...]  # as in ERROR_KINDS

    @property
    def ranked(self) -> list[tuple[str, Number]]:
        """Kinds, the most frequent first."""
        return sorted(zip(ERROR_KINDS.values(), self.kinds, strict=True), key=lambda pair: -float(pair[1]))


@dataclass(frozen=True)
class ErrorKinds:
    """Errors by kind, of every file that was measured on the same documents."""

    counts: tuple[Counts, ...]

    @property
    def height(self) -> float:
        return _height(len(self.counts), len(ERROR_KINDS))

    def draw(self, axes: Axes, theme: Theme) -> None:
        groups = {
            kind: [Bar(counts.kinds[index]) for counts in self.counts]
            for index, kind in enumerate(ERROR_KINDS.values())
        }
        _draw(axes, theme, [counts.file for counts in self.counts], groups)
        axes.set_xlabel("errors")


def gather_error_kinds(ledger: Ledger, name: str) -> ErrorKinds | None:
    found = []
    for file, missed in tested(ledger, name, Score("missed", topic="errors")).items():
        claims = [missed.replace(metric=kind) for kind in ERROR_KINDS]
        if ledger.has(*claims):
            found.append(Counts(file, tuple(number(ledger, claim) for claim in claims)))
    return ErrorKinds(tuple(found)) if found and found[0].file.own else None


@dataclass(frozen=True)
class Time:
    tokens: Number
    median: Number
    p95: Number


@dataclass(frozen=True)
class Timed:
    """The times of one file, at every length."""

    file: File
    times: tuple[Time, ...]  # short texts first


@dataclass(frozen=True)
class Latency:
    """Latency by length of the text: the median, and how far up the slowest of twenty reach (p95)."""

    timed: tuple[Timed, ...]

    @property
    def height(self) -> float:
        return _height(len(self.timed), len(self.timed[0].times))

    def draw(self, axes: Axes, theme: Theme) -> None:
        groups = {
            f"{times[0].tokens.text} tokens": [
                Bar(time.median, time.p95, f"{time.median.text} (p95 {time.p95.text})") for time in times
            ]
            for times in zip(*(one.times for one in self.timed), strict=True)
        }
        _draw(axes, theme, [one.file for one in self.timed], groups)
        axes.set_xlabel("latency, ms: median, whisker to p95")


def gather_latency(ledger: Ledger, name: str) -> Latency | None:
    """Files that were timed on one machine, undisturbed, at the lengths of the first of them."""
    medians = ledger.find(metric="latency", statistic="median")
    lengths = sorted({claim.id.length for claim in medians if claim.id.length})
    timed: list[Timed] = []
    machine = None
    for file in all_files(ledger, name):
        claims = [ledger.get(file.latency(n)) for n in lengths if ledger.has(file.latency(n, "p95"))]
        usable = [claim for claim in claims if claim and claim.disturbed is None]
        if not usable or (timed and len(usable) < len(timed[0].times)):
            continue
        machine = machine or usable[0].environment
        if all(claim.environment == machine for claim in usable):
            lengths = [claim.id.length for claim in usable if claim.id.length]
            timed.append(Timed(file, tuple(_time(ledger, file, tokens) for tokens in lengths)))
    return Latency(tuple(timed)) if timed and timed[0].file.own else None


def _time(ledger: Ledger, file: File, tokens: int) -> Time:
    median, p95 = file.latency(tokens), file.latency(tokens, "p95")
    return Time(number(ledger, f"length({median})"), number(ledger, median), number(ledger, p95))

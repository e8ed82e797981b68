"""Latency by length of the text: the median, and how far up the slowest of twenty reach (p95)."""

from dataclasses import dataclass

from ..derived import length
from ..ledger import Ledger
from .numbers import File, Number, files, has, number


@dataclass(frozen=True)
class Time:
    tokens: Number
    median: Number
    p95: Number


@dataclass(frozen=True)
class Line:
    file: File
    times: tuple[Time, ...]  # short texts first


@dataclass(frozen=True)
class Latency:
    lines: tuple[Line, ...]

    def draw(self, axes, theme) -> None:
        lengths = sorted({float(time.tokens) for line in self.lines for time in line.times})
        spread = 0.012 * (lengths[-1] - lengths[0] or lengths[0])  # so that whiskers do not hide each other
        for index, line in enumerate(self.lines):
            aside = (index - (len(self.lines) - 1) / 2) * spread
            medians = [float(time.median) for time in line.times]
            axes.errorbar(
                [float(time.tokens) + aside for time in line.times],
                medians,
                yerr=[
                    [0] * len(medians),
                    [float(t.p95) - m for t, m in zip(line.times, medians, strict=True)],
                ],
                label=line.file.title,
                **theme.mark(index, line.file) | {"linestyle": theme.line(index)},
            )
        axes.set_xticks(lengths, [f"{tokens:,.0f}" for tokens in lengths])
        axes.margins(x=0.12)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("tokens of the text")
        axes.set_ylabel("latency, ms: median, whisker to p95")
        theme.legend(axes, len(self.lines))


def gather(ledger: Ledger, name: str) -> Latency | None:
    """Files that were timed on one machine, undisturbed, at two lengths or more: one length is no line."""
    lengths = sorted({length(c) for c in ledger.claims if ".latency." in c.id and c.aggregation == "median"})
    lines, machine = [], None
    for file in files(ledger, name):
        places = [f"{file.id}.latency.{tokens}" for tokens in lengths]
        places = [place for place in places if has(ledger, f"{place}.median", f"{place}.p95")]
        places = [place for place in places if ledger.claim(f"{place}.median").disturbed is None]
        if len(places) < 2:
            continue
        machine = machine or ledger.claim(f"{places[0]}.median").environment
        if all(ledger.claim(f"{place}.median").environment == machine for place in places):
            lines.append(Line(file, tuple(_time(ledger, place) for place in places)))
    return Latency(tuple(lines)) if lines and lines[0].file.own else None


def _time(ledger: Ledger, place: str) -> Time:
    parts = (f"length({place}.median)", f"{place}.median", f"{place}.p95")
    return Time(*(number(ledger, reference) for reference in parts))

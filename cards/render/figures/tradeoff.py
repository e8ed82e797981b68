"""Trade-off: macro F1 against median latency, every file that can be compared, with its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ledger import Ledger
from ..tasks import MACRO, File
from .scores import Estimate, Number, estimate, number, tested
from .theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR = 0.03  # of an axis: marks that are closer lie on one another


@dataclass(frozen=True)
class Point:
    file: File
    f1: Estimate
    latency: Number
    size: Number


@dataclass(frozen=True)
class Tradeoff:
    points: tuple[Point, ...]  # the card's own model first
    tokens: Number

    @property
    def fastest(self) -> File:
        return min(self.points, key=lambda point: float(point.latency)).file

    @property
    def best(self) -> File:
        return max(self.points, key=lambda point: float(point.f1.value)).file

    @property
    def spots(self) -> list[list[File]]:
        """Files by place: those whose marks would lie on one another are one entry."""
        right = max(float(point.latency) for point in self.points)
        tall = max(float(p.f1.high) for p in self.points) - min(float(p.f1.low) for p in self.points)
        spots: list[list[Point]] = []
        for point in self.points:
            for spot in spots:
                across = abs(float(point.latency) - float(spot[0].latency))
                up = abs(float(point.f1.value) - float(spot[0].f1.value))
                if across < NEAR * right and up < NEAR * tall:
                    spot.append(point)
                    break
            else:
                spots.append([point])
        return [[point.file for point in spot] for spot in spots]

    @property
    def shared(self) -> list[list[File]]:
        return [spot for spot in self.spots if len(spot) > 1]

    def draw(self, axes: Axes, theme: Theme) -> None:
        for index, point in enumerate(self.points):
            axes.errorbar(
                float(point.latency),
                float(point.f1.value),
                yerr=point.f1.reach,
                label=f"{point.file.title}, {point.size.text}",
                **theme.mark(index, point.file),
            )
        right = max(float(point.latency) for point in self.points)
        for spot in self.shared:
            self._say(axes, theme, spot, right)
        axes.set_xlim(0, 1.1 * right)
        axes.margins(y=0.12)
        axes.set_xlabel(f"median latency, ms, text of {self.tokens.text} tokens")
        axes.set_ylabel(f"macro F1, {self.points[0].f1.level.text} interval")
        theme.legend(axes, len(self.points))

    def _say(self, axes: Axes, theme: Theme, spot: list[File], right: float) -> None:
        """Beside a spot, on the side that has room: which files it stands for."""
        point = next(point for point in self.points if point.file == spot[0])
        is_left = float(point.latency) > right / 2
        axes.annotate(
            "on one spot:\n" + "\n".join(file.title for file in spot),
            (float(point.latency), float(point.f1.value)),
            xytext=(-14 if is_left else 14, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center",
            **theme.plate,
        )


def gather(ledger: Ledger, name: str) -> Tradeoff | None:
    """At the shortest length that was timed; files that were timed on one machine, undisturbed."""
    tokens = min((c.id.length for c in ledger.find(metric="latency") if c.id.length), default=0)
    found: list[Point] = []
    machine = None
    for file, score in tested(ledger, name, MACRO).items():
        timed, size = ledger.get(file.latency(tokens)), file.claim(metric="bytes")
        if timed is None or timed.disturbed is not None or not ledger.has(size):
            continue
        if ledger.claim(score).interval is None:
            continue
        machine = machine or timed.environment
        if timed.environment == machine:
            point = Point(file, estimate(ledger, score), number(ledger, timed.id), number(ledger, size))
            found.append(point)
    if not found or not found[0].file.own:
        return None
    return Tradeoff(tuple(found), number(ledger, f"length({found[0].latency.claim})"))

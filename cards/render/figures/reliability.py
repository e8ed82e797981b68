"""Reliability: in each bin of scores, the share of entities that are right, and how many they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ledger import Ledger
from ..tasks import File, Score
from .scores import Estimate, Number, estimate, number, tested
from .theme import LINES, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10  # ids end there: `calibration.bins.0` to `.9`
TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]


@dataclass(frozen=True)
class Bin:
    middle: float  # of its range of scores
    score: Number
    precision: Estimate
    entities: Number


@dataclass(frozen=True)
class Curve:
    file: File
    error: Number
    bins: tuple[Bin, ...]
    calibrated: bool

    @property
    def title(self) -> str:
        return self.file.title if self.calibrated else f"{self.file.title} uncalibrated"

    @property
    def direction(self) -> str:
        """Whether scores lie above or below the share of right entities, all bins together."""
        excess = sum(float(b.entities) * (float(b.score) - float(b.precision.value)) for b in self.bins)
        return "above" if excess > 0 else "below"


@dataclass(frozen=True)
class Reliability:
    curves: tuple[Curve, ...]

    height = 4.6

    def draw(self, axes: Axes, theme: Theme) -> None:
        axes.plot([0, 1], [0, 1], color=theme.faint, linewidth=1.5, linestyle=":", label="score = share")
        for index, curve in enumerate(self.curves):
            # Two points would make a line that nobody measured.
            line = {"linestyle": LINES[index % len(LINES)]} if len(curve.bins) > 2 else {}
            line |= {} if curve.calibrated else {"color": theme.faint, "markerfacecolor": theme.faint}
            axes.errorbar(
                [float(b.score) for b in curve.bins],
                [float(b.precision.value) for b in curve.bins],
                yerr=[[b.precision.reach[side][0] for b in curve.bins] for side in (0, 1)],
                label=f"{curve.title}, ECE {curve.error.text}",
                **theme.mark(index, curve.file) | line,
            )
            for b in curve.bins:
                axes.text(b.middle, _row(index), b.entities.text, ha="center", va="center", **theme.plate)
        axes.set(xlim=(0, 1.03), ylim=(_row(len(self.curves)) + 0.03, 1.03))
        names = [f"n {c.file.variant.name.upper()}{'' if c.calibrated else ' unc.'}" for c in self.curves]
        axes.set_yticks(
            [_row(index) for index in range(len(names))] + TICKS, names + [f"{t:g}" for t in TICKS]
        )
        axes.set_xlabel("mean score in the bin; n: entities in it")
        axes.set_ylabel(f"share of right entities, {self.curves[0].bins[0].precision.level.text} interval")
        theme.legend(axes, len(self.curves) + 1)


def _row(index: int) -> float:
    """Where the counts of a file stand, below the share 0."""
    return -0.09 - 0.075 * index


def gather(ledger: Ledger, name: str) -> Reliability | None:
    """The card's own files, and the first one without its temperature."""
    found = tested(ledger, name, Score("ece", topic="calibration"))
    own = [(file, error) for file, error in found.items() if file.own]
    curves = []
    for file, error in own + [(file, error.replace(decoding="uncalibrated")) for file, error in own[:1]]:
        bins = []
        for index in range(BINS):
            score, precision, entities = (
                error.replace(bin=index, metric=metric) for metric in ("score", "precision", "entities")
            )
            if ledger.has(score, precision, entities):
                shown = number(ledger, score), estimate(ledger, precision), number(ledger, entities)
                bins.append(Bin((index + 0.5) / BINS, *shown))
        if bins:
            curves.append(Curve(file, number(ledger, error), tuple(bins), error.decoding is None))
    return Reliability(tuple(curves)) if curves else None

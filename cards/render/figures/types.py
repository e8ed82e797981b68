"""F1 of each entity type or class, and the means, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ledger import Ledger
from ..tasks import MACRO, File
from .scores import Estimate, estimate, tested
from .theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Row:
    """The scores of one file, in the order of the groups."""

    file: File
    f1: tuple[Estimate, ...]


@dataclass(frozen=True)
class Types:
    groups: tuple[str, ...]  # types, then the means
    rows: tuple[Row, ...]

    @property
    def ranked(self) -> list[tuple[str, Estimate]]:
        """Types, the best first, of the first file."""
        types = [pair for pair in zip(self.groups, self.rows[0].f1, strict=True) if pair[0] not in MEANS]
        return sorted(types, key=lambda pair: -float(pair[1].value))

    @property
    def height(self) -> float:
        """Inches: each group takes a line for every file."""
        return 1.3 + len(self.groups) * (0.16 + 0.2 * len(self.rows))

    def draw(self, axes: Axes, theme: Theme) -> None:
        widest = max(float(f1.high) for row in self.rows for f1 in row.f1)
        aside = 0.02 * (widest - min(float(f1.low) for row in self.rows for f1 in row.f1))
        for index, row in enumerate(self.rows):
            step = 0.7 / len(self.rows)
            for place, f1 in enumerate(row.f1):
                y = place + (index - (len(self.rows) - 1) / 2) * step
                axes.text(
                    float(f1.high) + aside, y, f1.value.text, va="center", fontsize=8.5, color=theme.ink
                )
                label = row.file.title if place == 0 else None
                axes.errorbar(float(f1.value), y, xerr=f1.reach, label=label, **theme.mark(index, row.file))
        axes.set_yticks(range(len(self.groups)), self.groups)
        axes.invert_yaxis()
        axes.margins(x=0.08)
        axes.set_xlim(right=widest + 7 * aside)  # room for the number of the furthest
        axes.set_xlabel(f"F1, {self.rows[0].f1[0].level.text} interval")
        theme.legend(axes, len(self.rows))


MEANS = ("Micro", "Macro")


def gather(ledger: Ledger, name: str) -> Types | None:
    """The groups that every file has, with intervals."""
    scores = tested(ledger, name, MACRO)
    groups = [
        group
        for group in [*ledger.models[name].labels, *MEANS]
        if all((c := ledger.get(each.replace(group=group))) and c.interval for each in scores.values())
    ]
    if not scores or not set(groups) - set(MEANS):
        return None
    rows = [
        Row(file, tuple(estimate(ledger, each.replace(group=group)) for group in groups))
        for file, each in scores.items()
    ]
    return Types(tuple(groups), tuple(rows))

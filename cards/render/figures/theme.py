"""Pens of a figure: colour by model, shape, line style and hatch by variant; and what any figure can do.

The colours are those of Okabe and Ito (2008), which the colour-blind tell apart; shapes, line styles and
hatches say the same once more.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..tasks import File

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHAPES = {"fp32": "o", "fp16": "s", "int8": "D"}
OTHER_SHAPE = "^"
LINES = ("-", "--")
HATCHES = {"fp32": "////", "fp16": "...."}


@dataclass(frozen=True)
class Theme:
    background: str
    ink: str
    faint: str
    own: str  # the card's model
    other: str  # its teacher

    def mark(self, index: int, file: File) -> dict[str, Any]:
        """How the marks of one file look: colour by model, shape by variant. The first lie on top;
        all but INT8's are larger and open, so that they show under a mark at the same place."""
        shape, is_open = SHAPES.get(file.variant.name, OTHER_SHAPE), file.variant.name != "int8"
        colour = self.own if file.own else self.other
        return {
            "linestyle": "none",
            "marker": shape,
            "markersize": 9 if is_open else 6,
            "markerfacecolor": self.background if is_open else colour,
            "color": colour,
            "markeredgewidth": 1.5,
            "capsize": 4,
            "elinewidth": 1.4,
            "zorder": 10 - index,
        }

    def bar(self, file: File) -> dict[str, Any]:
        """How the bars of one file look: colour by model, hatch by variant."""
        return {
            "color": self.own if file.own else self.other,
            "hatch": HATCHES.get(file.variant.name, ""),
            "edgecolor": self.background,
            "linewidth": 0,
        }

    @property
    def plate(self) -> dict[str, Any]:
        """Numbers beside marks stand on a plate of their own."""
        plate = {"boxstyle": "round,pad=0.15", "facecolor": self.background, "edgecolor": "none"}
        return {"color": self.ink, "fontsize": 8.5, "bbox": plate}

    def legend(self, axes: Axes, entries: int) -> None:
        """Below the axes, where it hides nothing."""
        axes.figure.legend(loc="outside lower center", ncols=min(entries, 2), frameon=False)


class Drawing(Hashable, Protocol):
    """The claims of one figure; hashable, so that equal ones are drawn once."""

    def draw(self, axes: Axes, theme: Theme) -> None: ...


THEMES = {
    "light": Theme("#ffffff", "#1f2328", "#8c959f", "#0072b2", "#d55e00"),
    "dark": Theme("#0d1117", "#e6edf3", "#7d8590", "#56b4e9", "#e69f00"),
}

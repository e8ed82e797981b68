"""Paper and pens: how every figure looks, in a light and a dark theme, and its bytes as a PNG file.

The colours are those of Okabe and Ito (2008), which the colour-blind tell apart; shapes, line styles and
hatches say the same once more. A figure is drawn for 600 pixels of width at double density.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..tasks import File

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .drawing import Drawing

WIDTH, HEIGHT, DENSITY = 6.0, 3.7, 200  # inches, dots an inch
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

    def line(self, index: int) -> str:
        return LINES[index % len(LINES)]

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


THEMES = {
    "light": Theme("#ffffff", "#1f2328", "#8c959f", "#0072b2", "#d55e00"),
    "dark": Theme("#0d1117", "#e6edf3", "#7d8590", "#56b4e9", "#e69f00"),
}


def png(drawing: Drawing, theme: str, claims: str) -> bytes:
    """Draw a figure. `claims`, what it shows as JSON, is kept in the file, where the lint reads it."""
    look = THEMES[theme]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a user's own settings would change the bytes
        matplotlib.rcParams.update(_settings(look))  # type: ignore[arg-type] # it lists its keys
        figure = Figure(
            figsize=(WIDTH, getattr(drawing, "height", HEIGHT)), dpi=DENSITY, layout="constrained"
        )
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        drawing.draw(axes, look)
        canvas.draw()
    kept = PngInfo()
    kept.add_text("Claims", claims)
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = io.BytesIO()
    # A palette tells all colours of these drawings apart, and takes a third of the bytes.
    drawn.quantize(dither=Image.Dither.NONE).save(file, format="PNG", optimize=True, pnginfo=kept)
    return file.getvalue()


def _settings(look: Theme) -> dict[str, Any]:
    ink = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor")
    return dict.fromkeys(ink, look.ink) | {
        "figure.facecolor": look.background,
        "axes.facecolor": look.background,
        "savefig.facecolor": look.background,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": look.faint,
        "grid.alpha": 0.35,
        "hatch.color": look.background,
        "hatch.linewidth": 0.8,
        "font.family": "DejaVu Sans",  # comes with matplotlib
        "font.size": 10,
    }

"""Paper and pens: how every figure looks, in a light and a dark theme, and its bytes as a PNG file.

The colours are those of Okabe and Ito (2008), which the colour-blind tell apart; shapes, line styles and
hatches say the same once more. A figure is drawn for 600 pixels of width at double density.
"""

import io
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .numbers import File

WIDTH, HEIGHT, DENSITY = 6.0, 3.7, 200  # inches, dots an inch
SHAPES = {"fp32": "o", "fp16": "s", "int8": "D"}
OTHER_SHAPE = "^"
LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)))
HATCHES = ("", "////", "....", "xxxx")


@dataclass(frozen=True)
class Theme:
    background: str
    ink: str
    faint: str
    own: str  # the card's model
    other: str  # its teacher
    kinds: tuple[str, ...]

    def mark(self, index: int, file: File) -> dict:
        """How the marks of one file look: colour by model, shape by variant. The first lie on top;
        the square is larger and open, so that it shows under a mark at the same place."""
        shape = SHAPES.get(file.variant, OTHER_SHAPE)
        colour = self.own if file.own else self.other
        return {
            "linestyle": "none",
            "marker": shape,
            "markersize": 9 if shape == "s" else 6,
            "markerfacecolor": self.background if shape == "s" else colour,
            "color": colour,
            "markeredgewidth": 1.5,
            "capsize": 4,
            "elinewidth": 1.4,
            "zorder": 10 - index,
        }

    def line(self, index: int) -> str | tuple:
        return LINES[index % len(LINES)]

    def bar(self, index: int) -> dict:
        return {
            "height": 0.68,
            "color": self.kinds[index],
            "hatch": HATCHES[index],
            "edgecolor": self.background,
            "linewidth": 1,
        }

    @property
    def plate(self) -> dict:
        """Numbers on hatched bars stand on a plate of their own."""
        plate = {"boxstyle": "round,pad=0.15", "facecolor": self.background, "edgecolor": "none"}
        return {"color": self.ink, "fontsize": 8.5, "bbox": plate}

    def legend(self, axes, entries: int) -> None:
        """Below the axes, where it hides nothing."""
        axes.figure.legend(loc="outside lower center", ncols=min(entries, 2), frameon=False)


THEMES = {
    "light": Theme("#ffffff", "#1f2328", "#8c959f", "#0072b2", "#d55e00",
                   ("#0072b2", "#e69f00", "#009e73", "#cc79a7")),
    "dark": Theme("#0d1117", "#e6edf3", "#7d8590", "#56b4e9", "#e69f00",
                  ("#56b4e9", "#e69f00", "#2fb38a", "#e6a3c8")),
}  # fmt: skip


def png(drawing, theme: str, claims: str) -> bytes:
    """Draw a figure. `claims`, what it shows as JSON, is kept in the file, where the lint reads it."""
    look = THEMES[theme]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a user's own settings would change the bytes
        matplotlib.rcParams.update(_settings(look))
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


def _settings(look: Theme) -> dict:
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

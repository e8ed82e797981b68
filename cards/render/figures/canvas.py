"""Paper: a figure in a light or dark theme as the bytes of a PNG file, 600 pixels wide at double density."""

import io
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .theme import THEMES, Drawing, Theme

WIDTH, HEIGHT, DENSITY = 6.0, 3.7, 200  # inches, dots an inch


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

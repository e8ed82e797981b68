"""Bars in groups, one bar for each file, each with its number at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .scores import File, Number

THICK = 0.2  # inches that a bar takes


@dataclass(frozen=True)
class Bar:
    value: Number
    end: Number | None = None  # of a whisker
    text: str | None = None  # at the bar's end; without one, the value

    @property
    def reach(self) -> float:
        return float(self.end or self.value)


def draw(axes, theme, files: Sequence[File], groups: Mapping[str, Sequence[Bar]]) -> None:
    """groups: what stands beside a group -> the bar of each file, in the files' order."""
    furthest = max(bar.reach for bars in groups.values() for bar in bars) or 1
    step = 0.84 / len(files)
    for place, bars in enumerate(groups.values()):
        for index, (file, bar) in enumerate(zip(files, bars, strict=True)):
            y, value = place + (index - (len(files) - 1) / 2) * step, float(bar.value)
            label = file.title if place == 0 else None
            axes.barh(y, value, height=0.86 * step, label=label, **theme.bar(file))
            if bar.end:
                reach = [[0], [bar.reach - value]]
                axes.errorbar(value, y, xerr=reach, fmt="none", ecolor=theme.ink, elinewidth=1.1, capsize=2)
            said = bar.text or bar.value.text
            axes.text(bar.reach + 0.012 * furthest, y, said, va="center", fontsize=8.5, color=theme.ink)
    axes.set_yticks(range(len(groups)), list(groups))
    axes.invert_yaxis()
    axes.set_xlim(0, 1.27 * furthest)  # room for the longest number
    axes.grid(visible=False, axis="y")
    theme.legend(axes, len(files))


def height(files: int, groups: int) -> float:
    """Inches of a figure."""
    return 1.3 + groups * (0.16 + THICK * files)

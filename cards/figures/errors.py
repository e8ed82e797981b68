"""Errors by kind, of every file that was measured on the same documents."""

from dataclasses import dataclass

from ..ledger import Ledger
from .numbers import File, Number, has, number, tested

KINDS = {
    "missed": "missed",
    "spurious": "spurious",
    "boundary": "wrong start or end",
    "type": "wrong type",
}


@dataclass(frozen=True)
class Bar:
    file: File
    kinds: tuple[Number, ...]  # as in KINDS

    @property
    def ranked(self) -> list[tuple[str, Number]]:
        """Kinds, the most frequent first."""
        return sorted(zip(KINDS.values(), self.kinds, strict=True), key=lambda pair: -float(pair[1]))


@dataclass(frozen=True)
class Errors:
    bars: tuple[Bar, ...]

    @property
    def height(self) -> float:
        return 1.5 + 0.42 * len(self.bars)

    def draw(self, axes, theme) -> None:
        starts = [0.0] * len(self.bars)
        most = max(sum(map(float, bar.kinds)) for bar in self.bars) or 1
        for index, kind in enumerate(KINDS.values()):
            for row, bar in enumerate(self.bars):
                count = bar.kinds[index]
                axes.barh(
                    row, float(count), left=starts[row], label=kind if row == 0 else None, **theme.bar(index)
                )
                if float(count) > 0.07 * most:
                    middle = starts[row] + float(count) / 2
                    axes.text(middle, row, count.text, ha="center", va="center", **theme.plate)
                starts[row] += float(count)
        axes.set_yticks(range(len(self.bars)), [bar.file.title for bar in self.bars])
        axes.invert_yaxis()
        axes.set_xlim(0, most * 1.03)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("errors")
        theme.legend(axes, len(KINDS))


def gather(ledger: Ledger, name: str) -> Errors | None:
    bars = []
    for file, prefix in tested(ledger, name, "errors.missed").items():
        claims = [f"{prefix}.errors.{kind}" for kind in KINDS]
        if has(ledger, *claims):
            bars.append(Bar(file, tuple(number(ledger, claim) for claim in claims)))
    return Errors(tuple(bars)) if bars and bars[0].file.own else None

"""F1 of each entity type or class, and the means, with intervals."""

from dataclasses import dataclass

from ...ledger import Ledger, slug
from .scores import File, Score, has, score, tested


@dataclass(frozen=True)
class Row:
    """The scores of one file, in the order of the groups."""

    file: File
    f1: tuple[Score, ...]


@dataclass(frozen=True)
class Types:
    groups: tuple[str, ...]  # types, then the means
    rows: tuple[Row, ...]

    @property
    def ranked(self) -> list[tuple[str, Score]]:
        """Types, the best first, of the first file."""
        types = [pair for pair in zip(self.groups, self.rows[0].f1, strict=True) if pair[0] not in MEANS]
        return sorted(types, key=lambda pair: -float(pair[1].value))

    @property
    def height(self) -> float:
        """Inches: each group takes a line for every file."""
        return 1.3 + len(self.groups) * (0.16 + 0.2 * len(self.rows))

    def draw(self, axes, theme) -> None:
        widest = max(float(f1.high) for row in self.rows for f1 in row.f1)
        aside = 0.02 * (widest - min(float(f1.low) for row in self.rows for f1 in row.f1))
        for index, row in enumerate(self.rows):
            step = 0.7 / len(self.rows)
            for place, f1 in enumerate(row.f1):
                y = place + (index - (len(self.rows) - 1) / 2) * step
                axes.text(
                    float(f1.high) + aside, y, f1.value.text, va="center", fontsize=8.5, color=theme.ink
                )
                axes.errorbar(
                    float(f1.value),
                    y,
                    xerr=f1.reach,
                    label=row.file.title if place == 0 else None,
                    **theme.mark(index, row.file),
                )
        axes.set_yticks(range(len(self.groups)), self.groups)
        axes.invert_yaxis()
        axes.margins(x=0.08)
        axes.set_xlim(right=widest + 7 * aside)  # room for the number of the furthest
        axes.set_xlabel(f"F1, {self.rows[0].f1[0].level.text} interval")
        theme.legend(axes, len(self.rows))


MEANS = ("Micro", "Macro")


def gather(ledger: Ledger, name: str) -> Types | None:
    """The groups that every file has, with intervals."""
    rows = tested(ledger, name, "macro.f1")
    groups = [*ledger.models[name].labels, *MEANS]

    def has_all(group: str) -> bool:
        ids = [f"{prefix}.{slug(group)}.f1" for prefix in rows.values()]
        return has(ledger, *ids) and all(ledger.claim(claim).interval for claim in ids)

    groups = [group for group in groups if has_all(group)]
    if not rows or not set(groups) - set(MEANS):
        return None
    return Types(
        tuple(groups),
        tuple(
            Row(file, tuple(score(ledger, f"{prefix}.{slug(group)}.f1") for group in groups))
            for file, prefix in rows.items()
        ),
    )

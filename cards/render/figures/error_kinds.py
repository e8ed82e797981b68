"""Errors by kind, of every file that was measured on the same documents."""

from dataclasses import dataclass

from ...ledger import Ledger
from . import bars
from .scores import File, Number, has, number, tested

KINDS = {
    "missed": "missed",
    "spurious": "spurious",
    "boundary": "wrong start or end",
    "type": "wrong type",
}


@dataclass(frozen=True)
class Counts:
    file: File
    kinds: tuple[Number, ...]  # as in KINDS

    @property
    def ranked(self) -> list[tuple[str, Number]]:
        """Kinds, the most frequent first."""
        return sorted(zip(KINDS.values(), self.kinds, strict=True), key=lambda pair: -float(pair[1]))


@dataclass(frozen=True)
class Errors:
    counts: tuple[Counts, ...]

    @property
    def height(self) -> float:
        return bars.height(len(self.counts), len(KINDS))

    def draw(self, axes, theme) -> None:
        groups = {
            kind: [bars.Bar(counts.kinds[index]) for counts in self.counts]
            for index, kind in enumerate(KINDS.values())
        }
        bars.draw(axes, theme, [counts.file for counts in self.counts], groups)
        axes.set_xlabel("errors")


def gather(ledger: Ledger, name: str) -> Errors | None:
    found = []
    for file, prefix in tested(ledger, name, "errors.missed").items():
        claims = [f"{prefix}.errors.{kind}" for kind in KINDS]
        if has(ledger, *claims):
            found.append(Counts(file, tuple(number(ledger, claim) for claim in claims)))
    return Errors(tuple(found)) if found and found[0].file.own else None

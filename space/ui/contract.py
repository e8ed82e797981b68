"""What the page needs of a tagger and its entities; the engine's own types satisfy it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Entity(Protocol):
    """One mention; `text == input[start:end]`, offsets in code points."""

    start: int
    end: int
    label: str
    score: float
    text: str


Key = tuple[int, int, str]


def key(entity: Entity) -> Key:
    """What makes two models' entities the same; scores do not."""
    return entity.start, entity.end, entity.label


class Tagger(Protocol):
    labels: list[str]  # entity types
    file: Path  # the ONNX file
    sha256: str  # of that file
    threads: int
    notes: list[str]

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]: ...


@dataclass(frozen=True)
class Model:
    """A loaded model as the page shows it."""

    name: str  # "Student" or "Teacher"
    origin: str  # folder, or Hub id and revision
    tagger: Tagger
    card: str  # its README.md, front matter included; empty when it has none

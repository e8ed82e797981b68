"""What the service needs of a model; app.py makes it from the engine's own types."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol


class Entity(Protocol):
    """One mention; `text == input[start:end]`, offsets in code points."""

    start: int
    end: int
    label: str
    score: float
    text: str


@dataclass(frozen=True)
class Served:
    """A loaded model as the service names and runs it."""

    role: str  # "student" or "teacher"
    model: str  # Hub id, or the name of its folder
    revision: str  # Hub commit, or "sha256:" and the hash of the ONNX file
    file: str  # the ONNX file's name
    sha256: str  # of that file
    bytes: int
    labels: list[str]  # entity types
    threads: int  # of one run
    # Tags one text, one window for each `next`; its entities are the generator's return value.
    steps: Callable[[str], Generator[None, None, list[Entity]]]

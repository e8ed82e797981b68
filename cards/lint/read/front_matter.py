"""The front matter of a card: its YAML, and the line on which each field stands."""

from dataclasses import dataclass, field

import yaml

from ...parsing import compose, construct
from ..report import Place
from .blocks import FRONT_MATTER

Key = tuple[str | int, ...]  # the way to a value: ("model-index", 0, "results", 1)


@dataclass(frozen=True)
class FrontMatter:
    """What stands between the --- lines.

    Attributes:
        file: The card, as findings name it.
        data: What the YAML says; empty where there is none or `problem` says why it cannot be read.
        problem: What is wrong with it as a whole.
        problem_line: The line on which that was met.
        marks: Line and column of each value.
    """

    file: str
    data: dict[str, object]
    problem: str | None = None
    problem_line: int = 1
    marks: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def place(self, *key: str | int) -> Place:
        """Where a value stands, or the nearest thing above it that stands somewhere."""
        while key and key not in self.marks:
            key = key[:-1]
        return Place(self.file, *self.marks.get(key, (1, 1)))

    def all(self, key: str) -> list[tuple[object, Place]]:
        """The values of a field that the Hub takes as one value or as a list, each with its place."""
        value = self.data.get(key)
        if isinstance(value, list):
            return [(inner, self.place(key, number)) for number, inner in enumerate(value)]
        return [] if value is None else [(value, self.place(key))]


def read_front_matter(text: str, file: str) -> FrontMatter:
    """The front matter of a card; never fails."""
    block = FRONT_MATTER.match(text)
    if not block:
        return FrontMatter(file, {}, "no front matter")
    try:
        node = compose(block[1], first_line=2)
        data = construct(node)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        said = getattr(problem, "problem", None) or str(problem)
        return FrontMatter(file, {}, said, mark.line + 2 if mark else 1)
    if node is None or not isinstance(data, dict):
        return FrontMatter(file, {}, "no mapping")
    marks: dict[Key, tuple[int, int]] = {}
    _mark(node, (), marks)
    return FrontMatter(file, {str(key): value for key, value in data.items()}, marks=marks)


def _mark(node: yaml.Node, key: Key, marks: dict[Key, tuple[int, int]]) -> None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = (*key, str(name.value))
            marks[inner] = (name.start_mark.line + 2, name.start_mark.column + 1)
            _mark(value, inner, marks)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            marks[*key, number] = (value.start_mark.line + 2, value.start_mark.column + 1)
            _mark(value, (*key, number), marks)

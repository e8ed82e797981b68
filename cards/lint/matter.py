"""The front matter of a card: its YAML, and the line on which each field stands."""

import re
from dataclasses import dataclass, field

import yaml

from ..parsing import compose, construct
from ..reading.statement import Place

_BLOCK = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)

Key = tuple[str | int, ...]  # the way to a value: ("model-index", 0, "results", 1)


@dataclass(frozen=True)
class FrontMatter:
    """data: what the YAML says, empty when there is none or `problem` says why it cannot be read."""

    file: str
    data: dict
    problem: str | None = None
    problem_line: int = 1
    marks: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def place(self, *key: str | int) -> Place:
        """Where a value stands, or the nearest thing above it that stands somewhere."""
        while key and key not in self.marks:
            key = key[:-1]
        return Place(self.file, *self.marks.get(key, (1, 1)))

    def at_line(self, line: int) -> Place:
        return Place(self.file, line, 1)

    def all(self, key: str) -> list[tuple[object, Place]]:
        """The values of a field that the Hub takes as one value or as a list, each with its place."""
        value = self.data.get(key)
        if isinstance(value, list):
            return [(inner, self.place(key, number)) for number, inner in enumerate(value)]
        return [] if value is None else [(value, self.place(key))]


def read_matter(text: str, file: str) -> FrontMatter:
    """The front matter of a card; never fails."""
    block = _BLOCK.match(text)
    if not block:
        return FrontMatter(file, {}, "no front matter")
    try:
        node = compose(block[1], first_line=2)
        data = construct(node)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        said = getattr(problem, "problem", None) or str(problem)
        return FrontMatter(file, {}, said, mark.line + 2 if mark else 1)
    if not isinstance(data, dict):
        return FrontMatter(file, {}, "no mapping")
    marks: dict[Key, tuple[int, int]] = {}
    _mark(node, (), marks, set())
    return FrontMatter(file, data, marks=marks)


def _mark(node: yaml.Node, key: Key, marks: dict[Key, tuple[int, int]], seen: set[int]) -> None:
    if id(node) in seen:  # an alias: it may lead to what holds it
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = (*key, str(name.value))
            marks[inner] = (name.start_mark.line + 2, name.start_mark.column + 1)
            _mark(value, inner, marks, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            inner = (*key, number)
            marks[inner] = (value.start_mark.line + 2, value.start_mark.column + 1)
            _mark(value, inner, marks, seen)

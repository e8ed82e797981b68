"""The front matter of a card: its YAML, and the line on which each field stands."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from ...parsing import compose, construct
from ..report import Place
from .blocks import FRONT_MATTER

Key = tuple[str | int, ...]  # the way to a value: ("model-index", 0, "results", 1)
Wrong = Iterator[tuple[Key, str]]  # the way to a value, and what is wrong with it


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
    first_line = text.count("\n", 0, block.start(1)) + 1
    try:
        node = compose(block[1], first_line)
        data = construct(node)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        said = getattr(problem, "problem", None) or str(problem)
        return FrontMatter(file, {}, said, mark.line + first_line if mark else 1)
    if node is None or not isinstance(data, dict):
        return FrontMatter(file, {}, "no mapping")
    marks: dict[Key, tuple[int, int]] = {}
    _mark(node, (), marks, first_line)
    return FrontMatter(file, {str(key): value for key, value in data.items()}, marks=marks)


def _mark(node: yaml.Node, key: Key, marks: dict[Key, tuple[int, int]], first_line: int) -> None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = (*key, str(name.value))
            marks[inner] = (name.start_mark.line + first_line, name.start_mark.column + 1)
            _mark(value, inner, marks, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            marks[*key, number] = (value.start_mark.line + first_line, value.start_mark.column + 1)
            _mark(value, (*key, number), marks, first_line)


def leaves(value: object, key: Key = ()) -> Iterator[tuple[Key, object]]:
    """Everything in a part of the front matter that is no mapping or list, with the way to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*key, str(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*key, number))
    else:
        yield key, value


def wrong_texts(data: dict[str, object], texts: set[str]) -> Wrong:
    """What YAML read as a number, a truth value or a date where a text is asked for, and gaps in lists.

    texts: fields, written without the places in lists: "model-index.results.dataset.split".
    """
    for key, value in leaves(data):
        if isinstance(value, str) or ".".join(part for part in key if isinstance(part, str)) not in texts:
            continue
        if value is None and isinstance(key[-1], int):
            yield key, "the list has an empty entry"
        elif value is not None:
            kind = "a date" if isinstance(value, datetime.date) else "a number"
            kind = "a truth value" if isinstance(value, bool) else kind
            yield key, f"YAML reads {value} as {kind}; put it in quotes"


def as_list(value: object) -> list[object]:
    """The Hub takes one value where it takes a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def field_name(key: Key) -> str:
    """The field as a reader writes it: model-index[0].name."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")

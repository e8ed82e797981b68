"""YAML that anybody wrote, read fast, strictly, and never at the price of the program.

What a card or a recipe has no use for, and what makes a small text large, ambiguous or endless, is refused as
soon as it is met, with its line: aliases, merged keys, a key that is given twice, deep nesting, numbers of
hundreds of digits, and texts above a megabyte.
"""

import yaml
from yaml.composer import Composer

LARGEST = 1_000_000  # characters; the longest cards, with hundreds of results, have a third of it
DEEPEST = 100  # levels, far above what a card has
LONGEST_NUMBER = 100  # characters: what is longer is converted in quadratic time, and printed never


class _Strict(Composer, yaml.CSafeLoader):
    """PyYAML's composer on the events of libyaml, which scans many times as fast: a tree is refused before it
    is built."""

    def __init__(self, text: str, first_line: int):
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self._depth, self._first_line = 0, first_line

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        assert event
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(f"the alias *{event.anchor}; write out what it stands for", event)
        if self._depth == DEEPEST:
            raise _refusal(f"nested more than {DEEPEST} levels deep", event)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        assert node
        if (
            node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
            and len(node.value) > LONGEST_NUMBER
        ):
            digits = f"{len(node.value):,} characters"
            raise _refusal(f"a number of {digits}; put it in quotes, if it is a text", node)
        return node

    def compose_mapping_node(self, anchor: dict[object, yaml.Node]) -> yaml.MappingNode:  # a text, in truth
        node = super().compose_mapping_node(anchor)
        first: dict[str, yaml.Node] = {}  # by their text: the Hub's keys are texts, 1 and "1" the same
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise _refusal("the merge key <<; write out the keys that it adds", key)
            if isinstance(key, yaml.ScalarNode) and first.setdefault(key.value, key) is not key:
                lines = [self._first_line + each.start_mark.line for each in (first[key.value], key)]
                twice = f"the key {key.value!r} twice, on lines {lines[0]} and {lines[1]}; keep one"
                raise _refusal(twice, key)
        return node


def _refusal(problem: str, at: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    mark = at.start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)  # type: ignore[arg-type] # libyaml's own


def compose(text: str, first_line: int = 1) -> yaml.Node | None:
    """The tree of a document; None for an empty one. Raises yaml.YAMLError, whatever is wrong.

    first_line: the number of the text's first line in its file, for what an error says of lines.
    """
    if len(text) > LARGEST:
        raise yaml.YAMLError(f"{len(text):,} characters of YAML; at most {LARGEST:,} are read")
    try:
        return _Strict(text, first_line).get_single_node()
    except ValueError as error:  # a half of a character that takes two
        raise yaml.YAMLError(f"cannot be read as text: {error}") from error


def construct(node: yaml.Node | None) -> object:
    """The data of a tree. Raises yaml.YAMLError, also for a date that there is not."""
    try:
        return yaml.SafeLoader("").construct_document(node) if node else None
    except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
        # PyYAML's own conversions fail with these, on `2025-13-45` or `!!int ""`.
        raise yaml.YAMLError(f"a value that is none of its kind: {error}") from error


def load(text: str) -> object:
    """The data of a document. Raises yaml.YAMLError, whatever is wrong."""
    return construct(compose(text))

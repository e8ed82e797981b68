"""YAML of anybody's card, read fast, and never at the price of the program.

libyaml composes many times as fast as PyYAML itself, but ends the whole process where a text is nested some
ten thousand levels deep. So it gets only texts that cannot be.
"""

import re

import yaml

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 1_000  # levels, far below what libyaml stands and far above what a card has
_LEAD = re.compile(r"^[ \t?:-]*", re.MULTILINE)  # outside brackets, a level takes a character of it


def compose(text: str) -> yaml.Node | None:
    """The tree of a document; None for an empty one. Raises yaml.YAMLError, whatever is wrong."""
    deepest = text.count("[") + text.count("{") + max(len(lead) for lead in _LEAD.findall(text))
    try:
        return yaml.compose(text, _FAST if deepest < _DEEPEST else yaml.SafeLoader)
    except RecursionError as error:
        raise yaml.YAMLError("nested too deep to be read") from error


def construct(node: yaml.Node | None) -> object:
    """The data of a tree. Raises yaml.YAMLError, also for a date that there is not."""
    try:
        return yaml.SafeLoader("").construct_document(node) if node else None
    except (ValueError, RecursionError) as error:
        raise yaml.YAMLError(str(error)) from error


def load(text: str) -> object:
    """The data of a document. Raises yaml.YAMLError, whatever is wrong."""
    return construct(compose(text))

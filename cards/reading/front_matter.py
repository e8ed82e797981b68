"""The front matter's numbers: the results of `model-index`, with the line that each stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from ..parsing import compose
from .document import Document
from .meaning import Meaning, gather, statement
from .quantities import numbers
from .statement import Place, Statement
from .vocabulary import Vocabulary

_LARGEST = 500_000  # characters of front matter that are parsed
_MOST_METRICS = 5_000


@dataclass(frozen=True)
class FrontMatter:
    """The YAML tree of a card's front matter, None where there is none or it is broken."""

    root: yaml.Node | None
    line: int

    @property
    def datasets(self) -> list[str]:
        """The names under `datasets` and in `model-index`."""
        named = _get(self.root, "datasets")
        found = (
            [_text(node) for node in _items(named)]
            if isinstance(named, yaml.SequenceNode)
            else [_text(named)]
        )
        for result in _results(self.root):
            found += [_text(_get(_get(result, "dataset"), key)) for key in ("name", "type")]
        return [name for name in found if name]


def parse_front_matter(document: Document) -> FrontMatter:
    """The front matter's tree; broken YAML gives an empty one (a rule of the lint reports it)."""
    root = None
    if document.front_matter and len(document.front_matter) <= _LARGEST:
        try:
            root = compose(document.front_matter)
        except yaml.YAMLError:
            root = None
    return FrontMatter(root, document.front_matter_line)


def read_model_index(front_matter: FrontMatter, words: Vocabulary, file: str) -> list[Statement]:
    """One statement for each metric of `model-index` that has a number."""
    found = []
    for passage, result in enumerate(_results(front_matter.root), start=-_MOST_METRICS):
        dataset = _get(result, "dataset")
        name = _text(_get(dataset, "name")) or _text(_get(dataset, "type"))
        known = gather(words.mentions(name)).dataset if name else None
        context = Meaning(
            model="model",
            dataset=known or (" ".join(re.findall(r"[^\W_]+", name.lower())) or None),
            split=_split(_text(_get(dataset, "split")), words),
        )
        for metric in _items(_get(result, "metrics")):
            if len(found) < _MOST_METRICS:
                found += _metric(metric, context, words, file, front_matter.line, passage)
    return found


def _metric(
    metric: yaml.Node, context: Meaning, words: Vocabulary, file: str, line: int, passage: int
) -> Iterator[Statement]:
    value = _get(metric, "value")
    marked = numbers(_text(value))
    if len(marked) != 1:
        return
    kind = gather(words.mentions(_text(_get(metric, "type")).replace("_", " ")))
    named = gather(words.mentions(_text(_get(metric, "name"))))
    variant = gather(words.mentions(_text(_get(_get(metric, "args"), "variant"))))
    meaning = replace(
        named.over(kind).over(context),
        quantity=kind.quantity or named.quantity,
        variants=named.variants | variant.variants,
        model=named.model or "model",
    )
    mark = value.start_mark
    place = Place(file, line + mark.line, mark.column + 1)
    made = statement(marked[0], meaning, "front matter", place, _text(value), passage)
    if made:
        yield made


def _split(text: str, words: Vocabulary) -> str | None:
    """The split's usual name: "dev" is the validation split."""
    if not text:
        return None
    return gather(words.mentions(f"{text} set")).split or text.lower()


def _results(root: yaml.Node | None) -> Iterator[yaml.Node]:
    for entry in _items(_get(root, "model-index")):
        yield from _items(_get(entry, "results"))


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if _text(name) == key), None)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value[:_MOST_METRICS] if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""

"""Labels: config.json against itself, its graphs, the card, and the ledger of a model of ours."""

import re
from collections.abc import Iterator

from ..input.card import Card
from ..input.files import Files
from ..input.parts import Folder, OwnModel
from ..input.weights import graph_width
from ..read.heads import CLASSES
from ..read.tables import AGGREGATE, table_rows
from ..registry import Faults, rule
from ..report import Place

HEADS = ("TokenClassification", "SequenceClassification")
_IS = r"""["'`*]{0,4}\s*(?::|=>?|->|→|\|)\s*["'`*]{0,4}"""
_END = r"""["'`*]{0,4}\s*(?=[,;|}\n]|$)"""
_NUMBERED = re.compile(rf"\b(\d{{1,3}})\b{_IS}([A-Za-z][\w-]*){_END}")  # "0": "O", | 0 | O |
_NAMED = re.compile(rf"\b([A-Za-z][\w-]*){_IS}(\d{{1,3}})\b{_END}")


@rule("labels.inverse")
def inverse(folder: Folder) -> Faults:
    """In config.json the ids count from 0, each label has one, and label2id is the inverse of id2label.

    Why: Programs read the one or the other, and would name what a model finds differently.
    Fix: Write both from one list of labels.
    """
    config, labels = folder.files.config, config_labels(folder.files)
    ids = sorted(int(key) for key in _mapping(config.get("id2label"))) if labels else []
    place = folder.file("config.json")
    if ids != list(range(len(ids))):
        yield place, f"id2label has the ids {ids}, not 0 to {len(ids) - 1}"
    if twice := sorted({label for label in labels if labels.count(label) > 1}):
        yield place, f"id2label has {', '.join(twice)} twice"
    other = config.get("label2id")
    ids_of = {name: number for number, name in enumerate(labels)}
    if labels and isinstance(other, dict) and not twice and other != ids_of:
        yield place, "label2id is not the inverse of id2label"


@rule("labels.graph")
def graph(folder: Folder) -> Faults:
    """The output of an ONNX graph has one place for each label of config.json.

    Why: The graph is of another model, and its scores are read as those of wrong labels.
    Fix: Export the graph again from the model that config.json describes.
    """
    labels = config_labels(folder.files)
    tells_apart = labels and any(head.endswith(HEADS) for head in folder.files.heads)
    for name in folder.files.ending(".onnx") if tells_apart else ():
        try:
            width = graph_width(folder.files, name)
        except ValueError:
            continue  # what keeps a graph from being read is not the labels
        if isinstance(width, int) and width != len(labels):
            said = f"the output has {width} places for the {len(labels)} labels of config.json"
            yield folder.file(name), said


@rule("labels.id")
def label_id(folder: Folder) -> Faults:
    """Where a card gives labels their ids, they are those of config.json.

    Why: Whoever decodes the model's output by the card reads wrong labels.
    Fix: Copy id2label from config.json.
    """
    labels = config_labels(folder.files)
    known = {label.lower() for label in labels}
    for pairs in _mappings(folder.card) if labels else ():
        if sum(name.lower() in known for _, name, _ in pairs) < 2:
            continue
        for number, name, place in pairs:
            right = labels[number] if number < len(labels) else "nothing"
            if right.lower() != name.lower():
                yield place, f"{name} has the id {number}, which is {right} in config.json"


@rule("labels.table", preview=True)
def table(folder: Folder) -> Faults:
    """The classes in a table of a card are labels of config.json.

    Why: The model never finds a class that its config.json does not have, whatever the card says of it.
    Fix: Copy the labels from config.json.
    """
    known = {_bare(label) for label in config_labels(folder.files)}
    for block in folder.card.blocks if known else ():
        rows = table_rows(block)
        if not rows or rows[0].cells[0].lower() not in CLASSES:
            continue
        rows = [row for row in rows[1:] if row.cells[0] and not AGGREGATE.fullmatch(row.cells[0])]
        strange = [row for row in rows if _bare(row.cells[0]) not in known]
        if 0 < len(strange) <= (len(rows) - 1) / 2:  # more of them are a description in other words
            row = strange[0]
            yield folder.card.at_line(row.line), f"config.json has no label {row.cells[0]}"


@rule("labels.config")
def config(own: OwnModel) -> Faults:
    """config.json has the ledger's labels; for entities O, then B- and I- of each type.

    Why: The model would find other types than its card says.
    Fix: Export the model again.
    """
    expected = _tags(own)
    found = own.folder.files.config.get("id2label")
    if expected and found != {str(number): tag for number, tag in enumerate(expected)}:
        said = f"id2label is {found}, and the ledger's labels give {', '.join(expected)} in this order"
        yield own.folder.file("config.json"), said


def config_labels(files: Files) -> list[str]:
    """The labels of config.json in the order of their ids; none where it has no usable id2label."""
    found = _mapping(files.config.get("id2label"))
    if not all(str(key).isdigit() for key in found):
        return []
    return [str(found[key]) for key in sorted(found, key=int)]


def _bare(label: str) -> str:
    """A label without B-, I- and the like, in lower case."""
    return re.sub(r"^[BIESLU]-", "", label).lower()


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _tags(own: OwnModel) -> list[str]:
    """The tags that a model's labels give."""
    labels = list(own.model.labels)
    if own.model.task == "token-classification" and labels:
        return ["O"] + [f"{prefix}-{label}" for label in labels for prefix in ("B", "I")]
    return labels


def _mappings(card: Card) -> Iterator[list[tuple[int, str, Place]]]:
    """Where a card numbers labels: for each block its (id, name, place)."""
    for block in card.blocks:
        if block.kind not in ("code", "table", "item", "paragraph"):
            continue
        text = "\n".join(block.lines)
        pairs = [(int(m[1]), m[2], m.start(1)) for m in _NUMBERED.finditer(text)]
        turned = [(int(m[2]), m[1], m.start(1)) for m in _NAMED.finditer(text)]
        found = max(pairs, turned, key=len)
        if len({number for number, _, _ in found}) >= 2:
            yield [(n, name, card.at_line(block.line + text.count("\n", 0, at))) for n, name, at in found]

"""Labels on a card against config.json, and config.json against itself and its graphs."""

import re
from collections.abc import Iterator

from ..finding import Finding, error, note, rule, warning
from ..subject import Subject
from ..weights import graph_width

_ENTRY = re.compile(
    r"""\b(\d{1,3})\b["'`*]{0,4}\s*(?::|=>?|->|→|\|)\s*["'`*]{0,4}([A-Za-z][\w-]*)["'`*]{0,4}\s*(?=[,;|}\n]|$)"""
)
_TURNED = re.compile(
    r"""\b([A-Za-z][\w-]*)["'`*]{0,4}\s*(?::|=>?|->|→|\|)\s*["'`*]{0,4}(\d{1,3})\b["'`*]{0,4}\s*(?=[,;|}\n]|$)"""
)
_LISTED = re.compile(
    r"^[\s>*|-]*\**(?:entity (?:types|labels)|labels|label set|tags|tag set|classes|entities)\**"
    r"\s*(?:\([^)\n]*\))?\s*(?::|\|(?=[^|\n]*\|[ \t]*$))\**\s*(?P<names>.+)$",
    re.IGNORECASE | re.MULTILINE,
)
# "It finds three entity types (Drug, Dose and Route)."
_IN_BRACKETS = re.compile(
    r"\b(?:entity types|labels|tags|classes)\s*\((?P<names>[^()\n]{3,300})\)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z][\w-]*(?: [A-Za-z][\w-]*)?")
HEADS = ("TokenClassification", "SequenceClassification")


def config_labels(subject: Subject) -> list[str]:
    """The labels of config.json in the order of their ids; none where it has no usable id2label."""
    found = subject.files.config.get("id2label") if subject.files else None
    if not isinstance(found, dict) or not all(str(key).isdigit() for key in found):
        return []
    return [str(found[key]) for key in sorted(found, key=int)]


def types(labels: list[str]) -> set[str]:
    """Labels without B-, I- and the like, lower case; O left out."""
    return {re.sub(r"^[BIESLU]-", "", label).lower() for label in labels} - {"o"}


@rule("labels.inverse")
def inverse(subject: Subject) -> Iterator[Finding]:
    """In config.json the ids count from 0, each label has one, and label2id is the inverse of id2label."""
    config, labels = (subject.files.config, config_labels(subject)) if subject.files else ({}, [])
    if not labels or subject.ledger:
        return
    place = subject.file("config.json")
    ids = sorted(int(key) for key in config["id2label"])
    if ids != list(range(len(ids))):
        yield error("labels.inverse", place, f"the ids {ids}", "ids from 0 without a gap", "id2label")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        yield error("labels.inverse", place, f"{', '.join(twice)} twice", "each label once", "id2label")
    other = config.get("label2id")
    if isinstance(other, dict) and not twice and other != {label: n for n, label in enumerate(labels)}:
        yield error("labels.inverse", place, f"{other}", f"{labels} in this order", "label2id")
    half = {label for label in labels if label.startswith("I-") and f"B-{label[2:]}" not in labels}
    if half and any(label.startswith("B-") for label in labels):
        right = "a B- label for each I- label"
        yield warning("labels.inverse", place, f"{', '.join(sorted(half))} without its B- label", right)


@rule("labels.output")
def output(subject: Subject) -> Iterator[Finding]:
    """The output of an ONNX graph has one place for each label of config.json."""
    labels = config_labels(subject)
    heads = subject.files.config.get("architectures") if subject.files else None
    if not labels or subject.ledger or not any(str(head).endswith(HEADS) for head in heads or ()):
        return
    for name in subject.files.ending(".onnx"):
        try:
            width = graph_width(subject.files, name)
        except ValueError:
            continue  # what keeps a graph from being read is not the labels
        if isinstance(width, int) and width != len(labels):
            right = f"{len(labels)}, the labels of config.json"
            yield error("labels.output", subject.file(name), f"an output of {width} places", right)


@rule("labels.id")
def numbered(subject: Subject) -> Iterator[Finding]:
    """Where a card gives labels their ids, they are those of config.json."""
    labels = config_labels(subject)
    known = {label.lower() for label in labels}
    for start, pairs in _mappings(subject):
        if not labels or sum(name.lower() in known for _, name, _ in pairs) < 2:
            continue
        for number, name, offset in pairs:
            right = labels[number] if number < len(labels) else None
            if right is None or right.lower() != name.lower():
                should = right or f"an id below {len(labels)}"
                found = f"{name} for the id {number}"
                yield error(
                    "labels.id", subject.at(start + offset), found, f"{should}, as config.json has it"
                )


@rule("labels.listed")
def listed(subject: Subject) -> Iterator[Finding]:
    """The labels that a card lists are those of config.json."""
    labels = config_labels(subject)
    known = types(labels)
    if not known or subject.ledger:
        return
    for line in (*_LISTED.finditer(subject.text), *_IN_BRACKETS.finditer(subject.text)):
        names = re.sub(r"\b(?:and|or)\b", ",", line["names"])
        said = [re.sub(r"^[BIESLU]-", "", name) for name in _NAME.findall(names)]
        said = [name for name in said if name.lower() != "o"]
        strange = [name for name in said if name.lower() not in known]
        if len(said) - len(strange) < max(1, len(strange)):
            continue  # a description of the labels, in words of its own
        right = f"one of {', '.join(sorted(known))}, as in config.json"
        for name in strange:
            yield error("labels.listed", subject.at(line.start("names")), name, right)
        left_out = known - {name.lower() for name in said}
        if left_out and not strange:
            found = f"no {', '.join(sorted(left_out))}"
            yield warning(
                "labels.listed", subject.at(line.start("names")), found, "all labels of config.json"
            )


@rule("labels.generic", severity="note")
def generic(subject: Subject) -> Iterator[Finding]:
    """Labels have names, not LABEL_0, so that users see what a model found."""
    labels = config_labels(subject)
    if len(labels) > 2 and all(re.fullmatch(r"LABEL_\d+", label) for label in labels):
        yield note("labels.generic", subject.file("config.json"), f"{labels[0]} to {labels[-1]}", "names")


def _mappings(subject: Subject) -> Iterator[tuple[int, list[tuple[int, str, int]]]]:
    """Where a card numbers labels: the offset of a block, and its (id, name, offset in the block)."""
    for block in subject.reading.document.blocks:
        if block.kind not in ("code", "table", "item", "paragraph"):
            continue
        text = subject.text[block.span.start : block.span.start + len(block.span.text)]
        pairs = [(int(m[1]), m[2], m.start(1)) for m in _ENTRY.finditer(text)]
        turned = [(int(m[2]), m[1], m.start(1)) for m in _TURNED.finditer(text)]
        found = max(pairs, turned, key=len)
        if len({number for number, _, _ in found}) >= 2:
            yield block.span.start, found

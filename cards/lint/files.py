"""A model folder's files against its ledger, its card and each other."""

import re
from collections.abc import Iterator

from ..ledger import ClaimId
from .finding import Finding, error, rule
from .subject import Subject
from .weights import graph_width, tensors

WEIGHTS = "model.safetensors"


@rule("file.missing", "Each measured file is here; a folder without weights has one of them at least.")
@rule("file.bytes", "Each file has the bytes that were measured.")
@rule("file.sha256", "Each file has the SHA-256 that was measured.")
def artifacts(subject: Subject) -> Iterator[Finding]:
    """Each measured file is here, with the bytes and the SHA-256 that were measured.

    Where the weights are missing, the folder is the inference-only subset, which has one of them at least.
    """
    measured = {
        c.artifact.file: c.artifact
        for c in subject.ledger.claims
        if c.artifact and c.artifact.model == subject.name
    }
    subset = WEIGHTS not in subject.files and any(name in subject.files for name in measured)
    for name, artifact in measured.items():
        place = subject.file(name)
        if name not in subject.files:
            if not subset:
                right = "the file that the ledger's claims were measured on"
                yield error("file.missing", place, "no file", right)
            continue
        size = subject.files.sizes[name]
        if size != artifact.bytes:
            yield error("file.bytes", place, f"{size} bytes", f"{artifact.bytes}, as measured")
        digest = subject.files.sha256(name)
        if digest not in (artifact.sha256, None):
            yield error("file.sha256", place, digest, f"{artifact.sha256}, as measured")


@rule("file.parameters")
def parameters(subject: Subject) -> Iterator[Finding]:
    """The parameter count is that of the floating-point tensors in the header of the weights."""
    if WEIGHTS not in subject.files:
        return
    claim = subject.ledger.get(ClaimId(subject.name, metric="parameters"))
    found = tensors(subject.files, [WEIGHTS])
    if isinstance(found, str):
        yield error("file.parameters", subject.file(WEIGHTS), found, "a complete safetensors file")
    elif claim is None:
        absent = f"no claim {subject.name}.parameters"
        yield error("file.parameters", subject.ledger_file, absent, f"{found.parameters}")
    elif claim.value != found.parameters:
        right = f"{found.parameters}, as in {WEIGHTS}"
        place = subject.at_claim(claim.id)
        yield error("file.parameters", place, f"{claim.value:.0f}", right, str(claim.id))


@rule("file.data", "Each file of a labelled corpus is here, with the SHA-256 that the ledger names.")
def data_files(subject: Subject) -> Iterator[Finding]:
    """Each file of a labelled corpus is here, as it was when it was counted."""
    for file in subject.corpus.files:
        place = subject.file(file.file)
        if file.file not in subject.files:
            yield error("file.data", place, "no file", f"the file with the split {file.split}")
        elif subject.files.sha256(file.file) not in (file.sha256, None):
            yield error("file.data", place, "another SHA-256", f"{file.sha256}, as in the ledger")


@rule("labels.config", "config.json has the ledger's labels; for entities O, then B- and I- of each type.")
@rule("labels.graph", "A graph's output has one place for each label.")
@rule("labels.card", "The card lists the ledger's labels.")
def labels(subject: Subject) -> Iterator[Finding]:
    """Card, config and graphs have the ledger's labels: O, then B- and I- of each type in order."""
    if not subject.model.labels:
        return
    expected = list(subject.model.labels)
    if subject.model.task == "token-classification":
        expected = ["O"] + [f"{prefix}-{label}" for label in subject.model.labels for prefix in ("B", "I")]
    yield from _config_labels(subject, expected)
    for name in subject.files.ending(".onnx"):
        try:
            width = graph_width(subject.files, name)
        except ValueError as problem:
            width = f"unknown: {problem}"
        if width not in (len(expected), None):
            right = f"{len(expected)}, one for each tag"
            yield error("labels.graph", subject.file(name), f"output width {width}", right)
    if subject.text is not None:
        line = re.search(r"^\*\*(?:Entity types|Classes):\*\* (.*)$", subject.text, re.MULTILINE)
        right = ", ".join(subject.model.labels)
        if not line or line[1] != right:
            found = repr(line[1]) if line else "no line `**Entity types:** ...`"
            yield error("labels.card", subject.at(line.start()) if line else subject.card, found, repr(right))


def _config_labels(subject: Subject, expected: list[str]) -> Iterator[Finding]:
    place, config = subject.file("config.json"), subject.files.config
    if not config:
        yield error("labels.config", place, "no config", "a readable config.json")
        return
    found = config.get("id2label")
    if found != {str(number): tag for number, tag in enumerate(expected)}:
        yield error("labels.config", place, repr(found), f"the tags {expected} in this order", "id2label")
    found = config.get("label2id")
    if found != {tag: number for number, tag in enumerate(expected)}:
        yield error("labels.config", place, repr(found), "the inverse of id2label", "label2id")

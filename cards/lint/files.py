"""A model folder's files against its ledger, its card and each other."""

import hashlib
import json
import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import onnxruntime

from .finding import Finding, error, warning
from .subject import Subject

WEIGHTS = "model.safetensors"


def artifacts(subject: Subject) -> Iterator[Finding]:
    """Each measured file is here, with the bytes and the SHA-256 that were measured.

    Where the weights are missing, the folder is the inference-only subset, which may lack variants.
    """
    measured = {
        c.artifact.file: c.artifact
        for c in subject.ledger.claims
        if c.artifact and c.artifact.model == subject.name
    }
    missing = error if (subject.folder / WEIGHTS).is_file() else warning
    for file, artifact in measured.items():
        path = subject.folder / file
        if not path.is_file():
            yield missing(
                "file.missing", str(path), "no file", "the file that the ledger's claims were measured on"
            )
            continue
        if path.stat().st_size != artifact.bytes:
            yield error(
                "file.bytes", str(path), f"{path.stat().st_size} bytes", f"{artifact.bytes}, as measured"
            )
        digest = _sha256(path)
        if digest != artifact.sha256:
            yield error("file.sha256", str(path), digest, f"{artifact.sha256}, as measured")


def parameters(subject: Subject) -> Iterator[Finding]:
    """The parameter count is that of the floating-point tensors in the header of the weights."""
    path = subject.folder / WEIGHTS
    if not path.is_file():
        return
    claim = next((c for c in subject.ledger.claims if c.id == f"{subject.name}.parameters"), None)
    counted = _count_parameters(path)
    if counted is None:
        yield error("file.parameters", str(path), "no safetensors header", "a complete safetensors file")
    elif claim is None:
        yield error(
            "file.parameters", subject.ledger_file, f"no claim {subject.name}.parameters", f"{counted}"
        )
    elif claim.value != counted:
        yield error(
            "file.parameters",
            f"{subject.ledger_file} {claim.id}",
            f"{claim.value:.0f}",
            f"{counted}, as in {WEIGHTS}",
        )


def labels(subject: Subject) -> Iterator[Finding]:
    """Card, config and graphs have the ledger's labels: O, then B- and I- of each type in order."""
    expected = ["O"] + [f"{prefix}-{label}" for label in subject.model.labels for prefix in ("B", "I")]
    yield from _config_labels(subject, expected)
    for path in sorted(subject.folder.glob("onnx/*.onnx")):
        width = _graph_width(path)
        if width != len(expected):
            yield error(
                "labels.graph", str(path), f"output width {width}", f"{len(expected)}, one for each tag"
            )
    if subject.text is not None:
        line = re.search(r"^\*\*Entity types:\*\* (.*)$", subject.text, re.MULTILINE)
        right = ", ".join(subject.model.labels)
        if not line or line[1] != right:
            found = repr(line[1]) if line else "no line `**Entity types:** ...`"
            yield error("labels.card", subject.at(line.start()) if line else subject.card, found, repr(right))


def _config_labels(subject: Subject, expected: list[str]) -> Iterator[Finding]:
    path = subject.folder / "config.json"
    try:
        config = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        yield error("labels.config", str(path), str(problem), "a readable config.json")
        return
    found = config.get("id2label")
    if found != {str(number): tag for number, tag in enumerate(expected)}:
        yield error("labels.config", f"{path} id2label", repr(found), f"the tags {expected} in this order")
    found = config.get("label2id")
    if found != {tag: number for number, tag in enumerate(expected)}:
        yield error("labels.config", f"{path} label2id", repr(found), "the inverse of id2label")


def _graph_width(path: Path) -> int | str:
    """Size of the last axis of a graph's first output, or why there is none."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # onnxruntime's errors share no class of their own
        return f"unknown: {str(problem).splitlines()[0]}"
    return session.get_outputs()[0].shape[-1]


def _count_parameters(path: Path) -> int | None:
    """Elements of the floating-point tensors, read from the safetensors header alone: a length of
    8 bytes, then JSON. None when the file has no such header."""
    with path.open("rb") as file:
        start = file.read(8)
        size = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 0 < size <= path.stat().st_size:
            return None
        try:
            header = json.loads(file.read(size))
            tensors = [tensor for name, tensor in header.items() if name != "__metadata__"]
            floating = [tensor for tensor in tensors if tensor["dtype"].startswith(("F", "BF"))]
            return sum(math.prod(tensor["shape"]) for tensor in floating)
        except (ValueError, AttributeError, KeyError, TypeError):
            return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

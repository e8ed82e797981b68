"""Sizes and parameters on a card against the files of its repository and what their headers say."""

import re
from collections.abc import Iterator

from ...reading import Statement
from ...reading.vocabulary import QUANT
from ..finding import Finding, error, rule, warning
from ..listing import Files
from ..subject import Subject
from ..weights import Tensors, tensors
from .own import is_own, own_variant

INDEX = "model.safetensors.index.json"
WEIGHTS = (".safetensors", ".onnx", ".bin", ".gguf", ".pt", ".pth", ".h5", ".tflite", ".ot", ".msgpack")
_QUANTIZED = re.compile(r"quantized|int8|uint8|q8|qint8")
# Where a size is that of memory, of a condition or of something that was fetched.
_ELSEWHERE = re.compile(
    r"\b(?:if|than|v?ram|memory|gpus?|disk|download(?:s|ed)?|corpus|data|dataset|before|fp16|bf16|float16|half"
    r"|int8|int4|[48]-?bit|quanti[sz]ed|pruned|gzip|zip|compressed|embeddings?|needs?|requires?)\b",
    re.IGNORECASE,
)
# Where a number of parameters is that of a part of the model.
_PART_OF_IT = re.compile(
    r"\b(?:embeddings?|activ(?:e|ated)|trainable|backbone|encoder|head|adapters?|lora|experts?|layers?)\b",
    re.IGNORECASE,
)
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


@rule("weights.readable")
def readable(subject: Subject) -> Iterator[Finding]:
    """Weights are complete safetensors files, and every shard that the index names is there."""
    if not subject.files or subject.ledger:
        return
    for name in _shards(subject.files):
        if name not in subject.files:
            right = "the shard that the index names, or an index without it"
            yield error("weights.readable", subject.file(INDEX), f"no file {name}", right)
    found = _weights(subject.files)
    if isinstance(found, str):
        yield error("weights.readable", subject.file(found.partition(":")[0]), found, "a complete file")


@rule("weights.parameters")
def parameters(subject: Subject) -> Iterator[Finding]:
    """A number of parameters is what the header of the weights gives."""
    counted = _weights(subject.files) if subject.files else None
    if not isinstance(counted, Tensors) or counted.packed or not counted.parameters:
        return
    stated = [s for s in subject.reading.statements if s.quantity == "parameters" and s.where != "code"]
    lines = subject.text.split("\n")
    others = any(_meets(s, counted.parameters, 0.03) for s in stated)
    for statement in stated:
        if not is_own(subject, statement.subject) or _meets(statement, counted.parameters, 0.03):
            continue
        partly = _PART_OF_IT.search(lines[statement.place.line - 1])
        near = others or partly or _meets(statement, counted.parameters, 0.15)
        report = warning if near else error
        right = f"{counted.parameters:,}, as the header of the weights counts them"
        yield report("weights.parameters", statement.place, f"{statement.shown} parameters", right)


@rule("weights.size")
def sizes(subject: Subject) -> Iterator[Finding]:
    """A size on the card is that of the file that it is said of."""
    if not subject.files:
        return
    weights = {name: size for name, size in subject.files.sizes.items() if name.endswith(WEIGHTS)}
    if not weights:
        return
    lines = subject.text.split("\n")
    stated = [s for s in subject.reading.statements if s.quantity == "size" and s.where != "code"]
    for statement in stated:
        line = lines[statement.place.line - 1]
        alone = sum(other.place.line == statement.place.line for other in stated) == 1
        named = [name for name in weights if _names(line, name)]
        if named and alone:
            yield from _compare(statement, {name: weights[name] for name in named}, error)
        elif quantized := _quantized(subject, statement, weights):
            if not named and not _ELSEWHERE.search(line):
                yield from _compare(statement, quantized, error if len(quantized) == 1 else warning)
        elif not named and is_own(subject, statement.subject) and own_variant(statement.subject) == "int8":
            quantized = {name: size for name, size in weights.items() if _QUANTIZED.search(name)}
            yield from _compare(statement, quantized, error if len(quantized) == 1 else warning)
        elif not named and is_own(subject, statement.subject) and not _ELSEWHERE.search(line):
            own = _possible(subject.files, weights)
            sure = statement.subject is not None and len(own) > len(weights)
            yield from _compare(statement, own, error if sure else warning)


@rule("weights.sha256")
def hashes(subject: Subject) -> Iterator[Finding]:
    """A SHA-256 beside the name of a file is that file's."""
    if not subject.files:
        return
    for number, line in enumerate(subject.text.split("\n"), 1):
        stated = _HASH.findall(line)
        named = [name for name in subject.files.sizes if _names(line, name)] if stated else []
        if len(stated) == 1 and len(named) == 1:
            digest = subject.files.sha256(named[0])
            if digest not in (stated[0], None):
                place = subject.matter.at_line(number)
                yield error("weights.sha256", place, stated[0], f"{digest}, that of {named[0]}")


def _weights(files: Files) -> Tensors | str | None:
    """What the headers of the model's safetensors files say; None where it has none."""
    names = [name for name in _shards(files) if name in files] or (
        ["model.safetensors"] if "model.safetensors" in files else []
    )
    names = [name for name in names if not files.is_pointer(name)]
    return tensors(files, names) if names else None


def _possible(files: Files, weights: dict[str, int]) -> dict[str, int]:
    """Files and their sizes, with what all shards take and what the parameters take in other formats."""
    found = dict(weights)
    if shards := [name for name in _shards(files) if name in files]:
        found["all shards"] = sum(files.sizes[name] for name in shards)
    counted = _weights(files)
    if isinstance(counted, Tensors) and not counted.packed and counted.parameters:
        for name, share in (("4 bytes", 4.0), ("2 bytes", 2.0), ("1 byte", 1.0), ("half a byte", 0.5)):
            found[f"{name} a parameter"] = int(counted.parameters * share)
    return found


def _shards(files: Files) -> list[str]:
    index = files.json(INDEX).get("weight_map")
    return sorted({str(name) for name in index.values()}) if isinstance(index, dict) else []


def _quantized(subject: Subject, statement: Statement, weights: dict[str, int]) -> dict[str, int]:
    """The GGUF files of the quantization that a size of the card's own model is said of."""
    quant = QUANT.search(statement.subject or "")
    if not quant or not is_own(subject, QUANT.sub("", statement.subject).strip() or None):
        return {}
    files = {name: [match[0].lower() for match in QUANT.finditer(name)] for name in weights}
    return {name: weights[name] for name, quants in files.items() if quant[0].lower() in quants}


def _names(line: str, file: str) -> bool:
    """Whether a line names a file by its path, or by its last part."""
    last = file.rpartition("/")[2]
    return bool(re.search(rf"(?<![\w./-]){re.escape(file)}(?![\w-])", line)) or bool(
        re.search(rf"(?<![\w./-]){re.escape(last)}(?![\w-])", line)
    )


def _compare(statement: Statement, files: dict[str, int], report) -> Iterator[Finding]:
    if files and not any(_meets(statement, size, 0.03) for size in files.values()):
        shown = ", ".join(f"{size:,} bytes ({name})" for name, size in sorted(files.items())[:4])
        yield report("weights.size", statement.place, statement.shown, shown)


def _meets(statement: Statement, value: float, tolerance: float) -> bool:
    return statement.low * (1 - tolerance) <= value <= statement.high * (1 + tolerance)

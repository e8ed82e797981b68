"""Contents of an ONNX file, read without running it.

ONNX Runtime only tells after the fact, and loads more operator domains than we allow; the `onnx`
package would add 30 MB to every installation for this one look. So the few fields needed are read
from the protobuf encoding itself (https://protobuf.dev/programming-guides/encoding), skipping over
all weights but INT8 ones, in milliseconds. Field numbers are those of `onnx.proto` and cannot change.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import EngineError

ALLOWED_DOMAINS = {"", "ai.onnx", "com.microsoft"}
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"

# message -> {field number: message found there}, for every way down to a node or a tensor
_CHILDREN = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_INPUT, _OPERATOR, _DOMAIN = 1, 4, 7  # of a node
_DATA_TYPE, _NAME, _RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 2, 8, 9, 13, 14  # of a tensor
_INT8 = 3  # of data types
# Products of integers, and which of their inputs are the weights. What is dequantised becomes one of them
# where the runtime fuses it with the product behind it.
_WEIGHT = {
    "MatMulInteger": 1, "MatMulIntegerToFloat": 1, "DynamicQuantizeMatMul": 1, "ConvInteger": 1,
    "QAttention": 1, "QLinearMatMul": 3, "QLinearConv": 3, "QGemm": 3, "DequantizeLinear": 0,
}  # fmt: skip
# Two products of an activation, 0 to 255, with such weights fit 16 bits.
_SEVEN_BITS = 64
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types


@dataclass(frozen=True)
class Contents:
    """What a graph is made of.

    Attributes:
        operators: Operators of the graph, its subgraphs and functions, as (domain, name).
        external_data: Whether any tensor lies in another file.
        saturating: Whether it multiplies signed weights of 8 bits: added up in 16 bits, as processors without
            VNNI do, two of their products may overflow.
    """

    operators: frozenset[tuple[str, str]]
    external_data: bool
    saturating: bool


def check(path: Path) -> Contents:
    """Read the contents of an ONNX file that the engine may run.

    Raises:
        EngineError: The file is truncated or no ONNX file, keeps weights in other files, or has operators
            outside `ALLOWED_DOMAINS`.
    """
    contents = read(path)
    if contents.external_data:
        raise EngineError(
            f"{path}: keeps weights in another file (ONNX external data), which is not loaded; "
            "save it as one file: onnx.save_model(model, path, save_as_external_data=False)"
        )
    foreign = sorted(
        f"{domain}::{name}" for domain, name in contents.operators if domain not in ALLOWED_DOMAINS
    )
    if foreign:
        raise EngineError(
            f"{path}: has operators outside ai.onnx and com.microsoft: {', '.join(foreign[:5])}; "
            "export it with standard operators only"
        )
    return contents


def read(path: Path) -> Contents:
    """Read the contents of any ONNX file.

    Raises:
        EngineError: It is no ONNX file, or cut short.
    """
    if path.stat().st_size == 0:
        raise EngineError(f"{path}: is empty; download it again")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[: len(_LFS_POINTER)] == _LFS_POINTER:
            raise EngineError(
                f"{path}: is a Git LFS pointer, not the file itself; fetch it with: git lfs pull"
            )
        try:
            contents = _walk(data)
        except (ValueError, IndexError) as error:
            raise EngineError(
                f"{path}: not an ONNX file, or cut short ({error}); download it again"
            ) from error
    return contents


def _walk(data: mmap.mmap) -> Contents:
    operators, external = set(), False
    weights: set[str] = set()  # names of those of integer products
    wide: set[str] = set()  # names of tensors of 8 bits
    todo = [("model", 0, len(data))]
    while todo:
        message, start, stop = todo.pop()
        fields = list(_fields(data, start, stop))
        children = _CHILDREN[message]
        todo += [
            (children[field], value, end)
            for field, wire_type, value, end in fields
            if field in children and wire_type == _BYTES
        ]
        if message == "node":
            inputs, named = [], {_OPERATOR: "", _DOMAIN: ""}
            for field, _, value, end in fields:
                if field == _INPUT:
                    inputs.append(data[value:end].decode())
                elif field in named:
                    named[field] = data[value:end].decode()
            operators.add((named[_DOMAIN], named[_OPERATOR]))
            if (place := _WEIGHT.get(named[_OPERATOR], len(inputs))) < len(inputs):
                weights.add(inputs[place])
        elif message == "tensor":
            parts = {field: (value, end) for field, _, value, end in fields}
            external |= _EXTERNAL_DATA in parts or parts.get(_DATA_LOCATION, (0, 0))[0] != 0
            if parts.get(_DATA_TYPE, (0, 0))[0] == _INT8 and _NAME in parts and not _narrow(data, parts):
                wide.add(data[slice(*parts[_NAME])].decode())
    if not operators:
        raise ValueError("no operators")
    return Contents(frozenset(operators), external, not weights.isdisjoint(wide))


def _narrow(data: mmap.mmap, parts: dict[int, tuple[int, int]]) -> bool:
    """Whether the numbers of an INT8 tensor are known, and have 7 bits at most."""
    if _RAW_DATA not in parts:
        return False
    numbers = np.frombuffer(data[slice(*parts[_RAW_DATA])], dtype=np.int8)
    return not numbers.size or bool(numbers.min() >= -_SEVEN_BITS and numbers.max() <= _SEVEN_BITS)


def _fields(data: mmap.mmap, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Fields of the message at `start:stop`: number, wire type, value, end. For a field of bytes,
    value and end are where they lie in `data`."""
    while start < stop:
        key, start = _varint(data, start)
        field, wire_type = key >> 3, key & 7
        value = end = start
        if wire_type == _VARINT:
            value, end = _varint(data, start)
        elif wire_type == _BYTES:
            size, value = _varint(data, start)
            end = value + size
        elif wire_type in (_FIXED32, _FIXED64):
            end = start + (4 if wire_type == _FIXED32 else 8)
        else:
            raise ValueError(f"wire type {wire_type} at byte {start}")
        if end > stop:
            raise ValueError(f"a field at byte {start} runs past the end")
        yield field, wire_type, value, end
        start = end


def _varint(data: mmap.mmap, start: int) -> tuple[int, int]:
    """The number at `start`, seven bits a byte, lowest first, and where it ends."""
    number = 0
    for index in range(10):
        byte = data[start + index]
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number, start + index + 1
    raise ValueError(f"a number at byte {start} is too long")

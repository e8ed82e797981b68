"""What files of weights say of themselves: the header of safetensors, the output of an ONNX graph."""

import json
import math
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import onnxruntime

from .files import Files

HEADER_LIMIT = 100_000_000  # bytes, the format's own limit
GRAPH_LIMIT = 200_000_000  # bytes; larger graphs are not fetched for their output's width

# Bytes of an element (https://huggingface.co/docs/safetensors, "Format"); parts of a byte for packed types.
_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 1),
}


@dataclass(frozen=True)
class Tensors:
    """The tensors of one or several safetensors files."""

    elements: dict[str, int]  # dtype -> how many numbers

    @property
    def parameters(self) -> int:
        """Floating-point numbers; whole numbers are positions or masks."""
        return sum(count for dtype, count in self.elements.items() if dtype.startswith(("F", "BF")))

    @property
    def packed(self) -> bool:
        """Whether weights are stored as whole numbers, several to one, so that they cannot be counted."""
        whole = sum(count for dtype, count in self.elements.items() if dtype.startswith(("I", "U")))
        return whole > self.parameters / 10


def tensors(files: Files, names: Iterable[str]) -> Tensors | str:
    """The tensors in the headers of safetensors files, or what is wrong with one of them."""
    elements: Counter[str] = Counter()
    for name in names:
        found = _header(files, name)
        if isinstance(found, str):
            return f"{name}: {found}"
        for dtype, shape, _ in found.values():
            elements[dtype] += math.prod(shape)
    return Tensors(dict(elements))


def _header(files: Files, name: str) -> dict[str, tuple[str, list[int], list[int]]] | str:
    """Tensor -> dtype, shape, offsets: a length of 8 bytes, then JSON. Or what is wrong."""
    start = files.part(name, 0, 8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 0 < length <= min(files.sizes[name] - 8, HEADER_LIMIT):
        return "no safetensors header"
    try:
        header = json.loads(files.part(name, 8, length))
        found = {
            tensor: (said["dtype"], [int(size) for size in said["shape"]], said["data_offsets"])
            for tensor, said in header.items()
            if tensor != "__metadata__"
        }
        end = max((offsets[1] for _, _, offsets in found.values()), default=0)
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        return "no safetensors header"
    if 8 + length + end != files.sizes[name]:
        return f"{files.sizes[name]:,} bytes, where its header tells of {8 + length + end:,}"
    for tensor, (dtype, shape, (first, last)) in found.items():
        if dtype in _BYTES and math.prod(shape) * _BYTES[dtype] != last - first:
            return f"{tensor} with {last - first:,} bytes for {shape} of {dtype}"
    return found


def graph_width(files: Files, name: str) -> int | str | None:
    """Size of the last axis of a graph's first output, its name where it has no size, None for a
    graph that is too large to fetch.

    Raises ValueError when the file is no graph that ONNX Runtime reads.
    """
    if files.sizes[name] > GRAPH_LIMIT:
        return None
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(files.path(name)), options, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime's errors share no class of their own
        raise ValueError(str(problem).splitlines()[0]) from problem
    width: int | str | None = session.get_outputs()[0].shape[-1]
    return width

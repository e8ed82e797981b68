"""What files of weights say of themselves: the header of safetensors, the output of an ONNX graph."""

import json
import math
import struct

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


def parameters(files: Files, name: str) -> int | str:
    """The floating-point numbers that the header of a safetensors file tells of, or what is wrong with it.

    The header is a length of 8 bytes, then JSON: tensor -> dtype, shape, offsets of its bytes. Whole numbers
    are positions or masks.
    """
    start = files.part(name, 0, 8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 0 < length <= min(files.sizes[name] - 8, HEADER_LIMIT):
        return "no safetensors header"
    counted = end = 0
    try:
        header = json.loads(files.part(name, 8, length))
        for tensor, said in header.items():
            if tensor != "__metadata__":
                dtype, (first, last), numbers = said["dtype"], said["data_offsets"], math.prod(said["shape"])
                end = max(end, last)
                counted += numbers if dtype.startswith(("F", "BF")) else 0
                if dtype in _BYTES and numbers * _BYTES[dtype] != last - first:
                    return f"{tensor} has {last - first:,} bytes for {said['shape']} of {dtype}"
    except (ValueError, AttributeError, KeyError, TypeError):
        return "no safetensors header"
    if 8 + length + end != files.sizes[name]:
        return f"{files.sizes[name]:,} bytes, where the header tells of {8 + length + end:,}"
    return counted


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

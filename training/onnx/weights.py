"""Reading a model's weights back from an ONNX file that `export` or `quantize` made of it.

Both keep PyTorch's names. Initializers are named as the parameters are; a matrix product is named after
its module, and holds the weight transposed; a fused attention holds the biases of query, key and value in
one, and stands in the branches of an If. What was stored as FP16 or INT8 becomes FP32 again, rounded as it
was.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import PreTrainedModel

from ..errors import StageError

STORED = re.compile(r"_(quantized|fp16|DequantizeLinear_Output)$")  # what storing adds to a weight's name
PRODUCTS = ("MatMul", "MatMulInteger")
ATTENTION, PROJECTIONS, BIASES = "MultiHeadAttention", slice(0, 3), 3  # and which inputs these are


def read_back(file: Path, model: PreTrainedModel) -> None:
    """Give `model`, in place, the weights in an ONNX file of its architecture.

    Raises:
        StageError: the file lacks a parameter or has it in another shape; the model is left as it was.
    """
    found = _weights(onnx.load(file).graph)
    parameters = dict(model.named_parameters())
    shapes = {name: weight.shape for name, weight in found.items()}
    wrong = [name for name, own in parameters.items() if shapes.get(name) != tuple(own.shape)]
    if wrong:
        raise StageError(
            f"{file}: {len(wrong)} of {len(parameters)} weights cannot be read back, {wrong[0]} among them. "
            "The file must be one that `python -m training run` made, with its own config.json."
        )
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(found[name].copy()))


def _weights(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Weights by PyTorch's name, FP32."""
    found = _values(graph)
    for node in _nodes(graph):
        if node.op_type in PRODUCTS and _stem(node.input[1]) in found:
            found[f"{_module(node.name)}.weight"] = found[_stem(node.input[1])].T
        elif node.op_type == ATTENTION and node.input[BIASES] in found:
            biases = np.split(found[node.input[BIASES]], len(node.input[PROJECTIONS]))
            for projection, bias in zip(node.input[PROJECTIONS], biases, strict=True):
                found[f"{_module(projection)}.bias"] = bias
    return found


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Those of the graph, and of the branches of its Ifs, where attention stands."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from _nodes(attribute.g)


def _values(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Initializers as FP32, by their name before they were stored as FP16 or INT8.

    Scales of INT8 are for the whole tensor or for each column of a matrix.
    """
    raw = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values = {_stem(name): array.astype(np.float32) for name, array in raw.items()}
    for stem in [name.removesuffix("_quantized") for name in raw if name.endswith("_quantized")]:
        values[stem] = (values[stem] - values[f"{stem}_zero_point"]) * values[f"{stem}_scale"]
    return values


def _stem(name: str) -> str:
    return STORED.sub("", name)


def _module(name: str) -> str:
    """PyTorch's name of the module that a node, or what it gives, is named after."""
    return ".".join(name.split("/")[1:-1])

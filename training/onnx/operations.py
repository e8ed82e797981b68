"""Operations of a model's graph, whatever hardware does them."""

from pathlib import Path

import onnx
from onnx import numpy_helper

PRODUCTS = ("MatMul", "Gemm")


def multiply_adds(file: Path, window: int, width: int) -> int:
    """Count the multiply-adds for each token of a full window.

    Every weight of a matrix product takes part once for each token. Each product of attention, which has no
    weights, takes `width` of them for each token that is attended to.

    Args:
        file: FP32 ONNX file, before operators are fused.
        window: tokens, special tokens included.
        width: of the hidden states.
    """
    graph = onnx.load(file).graph
    sizes = {tensor.name: numpy_helper.to_array(tensor).size for tensor in graph.initializer}
    count = 0
    for node in graph.node:
        if node.op_type in PRODUCTS:
            weights = [sizes[name] for name in node.input[:2] if name in sizes]
            count += weights[0] if weights else window * width
    return count

"""The ladder: how long one window takes from its INT8 products alone up to text to entities, in one process.

    .venv/bin/python tests/bench/ladder.py MODEL PROCESSORS REPEATS < '{"tokens": text, ...}'

Prints a JSON list of [tokens, rung, milliseconds]. All rungs run products of the same shapes with the
model's own weights, on ONNX Runtime's fastest kernels, exact on this processor or not; the engine alone
chooses by itself.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from space.engine import load, special_tokens, tokenise

RUNGS = ("products", "products, quantising", "whole graph", "text to entities")
FILE = "onnx/model_quantized.onnx"
WARM_UP = 5

Group = tuple[int, list[onnx.NodeProto]]  # products that take one input, and that input's width


def groups(graph: onnx.GraphProto) -> list[Group]:
    """The products by what they multiply: query, key and value share theirs.

    Raises:
        ValueError: The graph has no such products.
    """
    shapes = {tensor.name: tensor.dims for tensor in graph.initializer}
    found: dict[str, Group] = {}
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in shapes:
            found.setdefault(node.input[0], (shapes[node.input[1]][0], []))[1].append(node)
    if not found:
        raise ValueError("the graph has no MatMulInteger with constant weights")
    return list(found.values())


def products(model: onnx.ModelProto, tokens: int, quantising: bool) -> onnx.ModelProto:
    """A graph of the model's products alone, each group with an input of its own, `input_0` and so on.

    Args:
        model: INT8 with scales taken from each input.
        tokens: Rows of each input.
        quantising: Whether inputs and outputs are FP32: each input is quantised, and each output scaled.
    """
    nodes, inputs, outputs = [], [], []
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    used = {} if quantising else {"zero": numpy_helper.from_array(np.array(128, dtype=np.uint8), "zero")}
    for number, (width, own) in enumerate(groups(model.graph)):
        name = f"input_{number}"
        kind = TensorProto.FLOAT if quantising else TensorProto.UINT8
        inputs.append(helper.make_tensor_value_info(name, kind, [1, tokens, width]))
        left, zero = name, "zero"
        if quantising:
            left, scale, zero = (f"{name}_{part}" for part in ("integers", "scale", "zero"))
            nodes.append(helper.make_node("DynamicQuantizeLinear", [name], [left, scale, zero]))
        for node in own:
            weight, weight_zero = node.input[1], node.input[3]
            used |= {own_name: weights[own_name] for own_name in (weight, weight_zero)}
            product = f"{weight}_product"
            nodes.append(helper.make_node("MatMulInteger", [left, weight, zero, weight_zero], [product]))
            if quantising:
                weight_scale = weight.removesuffix("_quantized") + "_scale"
                used[weight_scale] = weights[weight_scale]
                nodes += [
                    helper.make_node("Cast", [product], [f"{product}_float"], to=TensorProto.FLOAT),
                    helper.make_node("Mul", [scale, weight_scale], [f"{product}_scale"]),
                    helper.make_node("Mul", [f"{product}_float", f"{product}_scale"], [f"{product}_scaled"]),
                ]
                product = f"{product}_scaled"
            kind = TensorProto.FLOAT if quantising else TensorProto.INT32
            outputs.append(helper.make_tensor_value_info(product, kind, None))
    graph = helper.make_graph(nodes, "products", inputs, outputs, list(used.values()))
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def climb(folder: Path, texts: dict[int, str], processors: int, repeats: int) -> list[tuple[int, str, float]]:
    """Time each rung on texts of one window, by turns; the median of `repeats`."""
    model = onnx.load(folder / FILE)
    tagger = load(folder, threads=processors)
    found = []
    for tokens, text in texts.items():
        ids = tokenise(tagger.tokenizer, text).ids
        prefix, suffix = special_tokens(tagger.tokenizer)
        row = np.concatenate([prefix, ids, suffix]).astype(np.int64)[None]
        if row.shape[1] != tokens or tokens > tagger.window:
            raise ValueError(f"the text has {row.shape[1]} tokens, expected {tokens}, within one window")
        rungs: list[Callable[[], object]] = [
            _session(products(model, tokens, quantising=False).SerializeToString(), processors),
            _session(products(model, tokens, quantising=True).SerializeToString(), processors),
            _session(folder / FILE, processors, row),
            partial(tagger, [text]),
        ]
        seconds = np.array([_turn(rungs, turn) for turn in range(-WARM_UP, repeats)])[WARM_UP:]
        medians = 1000 * np.median(seconds, axis=0)
        found += [(tokens, rung, float(ms)) for rung, ms in zip(RUNGS, medians, strict=True)]
    return found


def _turn(rungs: list[Callable[[], object]], turn: int) -> list[float]:
    """Seconds of each rung, another one first each time."""
    seconds = [0.0] * len(rungs)
    for step in range(len(rungs)):
        number = (turn + step) % len(rungs)
        started = time.perf_counter()
        rungs[number]()
        seconds[number] = time.perf_counter() - started
    return seconds


def _session(model: bytes | Path, threads: int, row: np.ndarray | None = None) -> Callable[[], object]:
    """A run of a model: on a row of ids, (1, tokens), or else on random numbers."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")  # the next rung needs the processors
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    feed = {}
    for value in session.get_inputs():
        if row is not None:
            feed[value.name] = {"input_ids": row, "attention_mask": np.ones_like(row)}.get(
                value.name, np.zeros_like(row)
            )
        elif value.type == "tensor(float)":
            feed[value.name] = random.standard_normal(value.shape).astype(np.float32)
        else:
            feed[value.name] = random.integers(0, 256, value.shape, dtype=np.uint8)
    return lambda: session.run(None, feed)


def main() -> None:
    """Print the ladder of MODEL."""
    folder, processors, repeats = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-processors:])
    texts = {int(tokens): text for tokens, text in json.load(sys.stdin).items()}
    print(json.dumps(climb(folder, texts, processors, repeats)))


if __name__ == "__main__":
    main()

"""The ladder's graphs compute the model's own products."""

import ladder
import numpy as np
import onnx
import onnxruntime
import pytest
from bench_client import ROOT
from onnx import numpy_helper

from space.engine import load
from training.corpora import Document
from training.measuring.latency import texts_of

STUDENT = ROOT / "space" / "bundled" / "student"
TOKENS = 3


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return onnx.load(STUDENT / ladder.FILE)


def weights(model: onnx.ModelProto) -> list[np.ndarray]:
    """The integers of each product, in the order of `groups`."""
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return [arrays[node.input[1]] for _, own in ladder.groups(model.graph) for node in own]


def run(made: onnx.ModelProto, integers: bool) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    random = np.random.default_rng(1)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    shapes = {value.name: value.shape for value in session.get_inputs()}
    feed = {
        name: random.integers(0, 128, shape, dtype=np.uint8)
        if integers
        else random.standard_normal(shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    return feed, session.run(None, feed)


def test_products_alone_are_those_of_the_model(model):
    feed, outputs = run(ladder.products(model, TOKENS, quantising=False), integers=True)
    assert len(outputs) == len(weights(model)) == 19  # of three layers, and the classifier's
    inputs = [feed[f"input_{n}"] for n, (_, own) in enumerate(ladder.groups(model.graph)) for _ in own]
    for given, weight, output in zip(inputs, weights(model), outputs, strict=True):
        assert (output == (given.astype(np.int32) - 128) @ weight.astype(np.int32)).all()


def test_products_with_quantisation_take_and_give_real_numbers(model):
    scales = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    feed, outputs = run(ladder.products(model, TOKENS, quantising=True), integers=False)
    nodes = [(n, node) for n, (_, own) in enumerate(ladder.groups(model.graph)) for node in own]
    for (number, node), weight, output in zip(nodes, weights(model), outputs, strict=True):
        scale = scales[node.input[1].removesuffix("_quantized") + "_scale"]
        exact = feed[f"input_{number}"] @ (weight * scale)
        assert np.abs(output - exact).max() < 0.02 * np.abs(exact).max() + 0.02


def test_a_graph_without_such_products_is_an_error():
    with pytest.raises(ValueError, match="no MatMulInteger"):
        ladder.groups(onnx.GraphProto())


def test_every_rung_is_timed():
    document = Document(id="1", text="Lithium caused tremor in five of the patients. " * 10)
    [text] = texts_of(load(STUDENT, threads=1), [document], 32, 1)
    found = ladder.climb(STUDENT, {32: text}, 1, 1)
    assert [(tokens, rung) for tokens, rung, _ in found] == [(32, rung) for rung in ladder.RUNGS]
    assert all(milliseconds > 0 for *_, milliseconds in found)
    with pytest.raises(ValueError, match="has 32 tokens, expected 33"):
        ladder.climb(STUDENT, {33: text}, 1, 1)

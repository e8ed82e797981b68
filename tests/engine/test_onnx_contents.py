"""The look into ONNX files, held against the onnx package."""

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from space.engine import EngineError, onnx_contents


def operators(nodes) -> set[tuple[str, str]]:
    """(domain, name) of nodes and everything below them, by the onnx package."""
    found = set()
    for node in nodes:
        found.add((node.domain, node.op_type))
        for attribute in node.attribute:
            below = {AttributeProto.GRAPH: [attribute.g], AttributeProto.GRAPHS: attribute.graphs}
            for inner in below.get(attribute.type, []):
                found |= operators(inner.node)
    return found


def nested() -> onnx.ModelProto:
    """If inside If, a function, and tensors in every place that may hold one."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    constant = helper.make_node("Constant", [], ["x"], value=numpy_helper.from_array(np.ones(1, np.float32)))
    inner = helper.make_graph([constant], "inner", [], [value])
    choice = helper.make_node("If", ["yes"], ["x"], then_branch=inner, else_branch=inner)
    outer = helper.make_graph([choice], "outer", [], [value])
    nodes = [
        helper.make_node("If", ["yes"], ["y"], then_branch=outer, else_branch=outer),
        helper.make_node("MatMulInteger", ["p", "q"], ["z"]),
        helper.make_node("FusedMatMul", ["y", "y"], ["w"], domain="com.microsoft"),
    ]
    yes = numpy_helper.from_array(np.array(True), "yes")
    model = helper.make_model(helper.make_graph(nodes, "nested", [], [value], [yes]))
    body = [helper.make_node("Gelu", ["a"], ["b"], domain="com.microsoft")]
    model.functions.append(
        helper.make_function("own.domain", "F", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
    )
    return model


@pytest.mark.parametrize("file", ["model.onnx", "model_quantized.onnx", "model_fp16.onnx"])
def test_operators_are_those_that_the_onnx_package_finds(model, file):
    contents = onnx_contents.read(model / "onnx" / file)
    assert contents.operators == operators(onnx.load(model / "onnx" / file).graph.node)
    assert contents.saturating == (file == "model_quantized.onnx")
    assert not contents.external_data


@pytest.mark.parametrize(
    ("largest", "raw", "saturating"), [(64, True, False), (65, True, True), (64, False, True)]
)
def test_weights_of_seven_bits_do_not_saturate(tmp_path, largest, raw, saturating):
    """Nor does what is no weight of a product, however large; numbers that are not read may."""
    weights = numpy_helper.from_array(np.array([[-64, largest]], np.int8), "w")
    if not raw:
        weights = helper.make_tensor("w", TensorProto.INT8, [1, 2], [-64, largest])
    table = numpy_helper.from_array(np.array([[-128, 127]], np.int8), "table")
    zero = helper.make_tensor("zero", TensorProto.INT8, [1], [0])  # as onnxruntime writes it
    nodes = [
        helper.make_node("MatMulInteger", ["x", "w", "", "zero"], ["y"]),
        helper.make_node("Gather", ["table", "x"], ["z"]),
    ]
    model = helper.make_model(helper.make_graph(nodes, "products", [], [], [weights, zero, table]))
    onnx.save(model, tmp_path / "products.onnx")
    assert onnx_contents.read(tmp_path / "products.onnx").saturating is saturating


def test_subgraphs_and_functions_are_looked_into(tmp_path):
    onnx.save(nested(), tmp_path / "nested.onnx")
    contents = onnx_contents.check(tmp_path / "nested.onnx")
    expected = operators(nested().graph.node) | operators(nested().functions[0].node)
    assert contents.operators == expected
    assert ("com.microsoft", "Gelu") in contents.operators


def test_external_data_is_found_in_attributes_of_subgraphs(tmp_path):
    model = nested()
    (branch, *_) = (a.g for a in model.graph.node[0].attribute)
    tensor = branch.node[0].attribute[0].g.node[0].attribute[0].t
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../secret")
    (tmp_path / "nested.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(EngineError, match="external data"):
        onnx_contents.check(tmp_path / "nested.onnx")


@given(st.data())
def test_damaged_bytes_are_read_or_refused_but_never_crash(model, tmp_path_factory, data):
    content = bytearray((model / "onnx" / "model_quantized.onnx").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "model.onnx"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with suppress(EngineError):  # any other error fails the test
        assert onnx_contents.check(path).operators

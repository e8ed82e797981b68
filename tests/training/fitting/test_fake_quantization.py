"""Linear layers compute as the INT8 file will."""

from itertools import groupby

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tiny_fitting import assert_equal

from training.fitting.fake_quantization import FakeQuantization, rounded_activations, rounded_weight
from training.recipe.fitting import Fitting


def test_a_linear_layer_computes_what_onnx_runtime_does(tmp_path):
    torch.manual_seed(0)
    layer = torch.nn.Linear(24, 10)
    windows = [torch.randn(1, 7, 24) * 3 + 1, torch.randn(1, 7, 24)]
    weight = numpy_helper.from_array(layer.weight.detach().numpy().T.copy(), "w")
    shape = [1, 7, None]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    file = tmp_path / "int8.onnx"
    quantize_dynamic(
        model, file, ["MatMul"], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )
    assert "MatMulInteger" in {node.op_type for node in onnx.load(file).graph.node}
    session = onnxruntime.InferenceSession(file)

    fake = FakeQuantization(layer)
    with fake.applied():
        ours = layer(torch.cat(windows)) - layer.bias  # each window has its own range
    theirs = np.concatenate([session.run(None, {"x": window.numpy()})[0] for window in windows])
    np.testing.assert_allclose(ours.detach().numpy(), theirs, atol=2e-5)
    exact = torch.cat(windows) @ layer.weight.T
    assert (ours - exact).abs().max() > 1e-2  # rounding is seen


def test_weights_have_a_scale_for_each_output():
    weight = torch.tensor([[64.0, 0.4, -63.6], [0.64, 0.0, -0.004]])
    torch.testing.assert_close(rounded_weight(weight), torch.tensor([[64.0, 0.0, -64.0], [0.64, 0.0, 0.0]]))
    assert not rounded_weight(torch.zeros(2, 3)).any()


def test_activations_have_a_range_for_each_window():
    windows = torch.tensor([[-55.0, 200.0, 0.4], [0.0, 25.5, 0.04]])
    torch.testing.assert_close(
        rounded_activations(windows), torch.tensor([[-55.0, 200.0, 0.0], [0.0, 25.5, 0.0]])
    )
    assert not rounded_activations(torch.zeros(1, 4)).any()


@pytest.mark.parametrize("rounded", [rounded_weight, rounded_activations])
def test_rounding_has_the_gradient_of_the_identity(rounded):
    values = torch.randn(3, 4, requires_grad=True)
    rounded(values).backward(torch.arange(12.0).reshape(3, 4))
    torch.testing.assert_close(values.grad, torch.arange(12.0).reshape(3, 4))


def test_nothing_of_it_stays_in_the_model(run, settings, make_model, tmp_path):
    model = run(Fitting(**settings(quantization_aware=2)), "run")
    model.save_pretrained(tmp_path / "saved")
    again = type(model).from_pretrained(tmp_path / "saved")
    assert_equal(again.state_dict(), model.state_dict())
    assert model.state_dict().keys() == make_model().state_dict().keys()
    ids = torch.arange(8)[None] + 5
    torch.testing.assert_close(model.eval()(ids).logits, again.eval()(ids).logits, rtol=0, atol=0)
    assert not any("forward" in vars(module) for module in model.modules())


def test_the_last_epochs_alone_round_and_every_evaluation_does(run, settings, monkeypatch):
    learning = []

    def noted(weight: torch.Tensor) -> torch.Tensor:
        learning.append(torch.is_grad_enabled())
        return rounded_weight(weight)

    monkeypatch.setattr("training.fitting.fake_quantization.rounded_weight", noted)
    run(Fitting(**settings(epochs=3, quantization_aware=1)), "run")
    assert [kind for kind, _ in groupby(learning)] == [False, True, False]
    before = learning.index(True)
    assert before == 2 * (len(learning) - before - sum(learning))  # two evaluations, then one

"""Weights come back from every file that training makes of them, rounded as the file stores them."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from tiny_bert import TEXTS, WINDOW, documents, save_bert
from transformers import AutoConfig, AutoModelForTokenClassification

from space.engine import load
from training.errors import StageError
from training.onnx import fusion, parity
from training.onnx import int8 as quantize
from training.onnx.export import export, store_fp16
from training.onnx.int8 import Setting
from training.onnx.weights import read_back

FP32 = "onnx/model.onnx"
SETTINGS = [
    Setting(activations="dynamic", per_channel=True, embeddings=True, exclude_layers=()),
    Setting(activations="dynamic", per_channel=False, embeddings=False, exclude_layers=(1,)),
    Setting(activations="calibrated", per_channel=True, embeddings=True, exclude_layers=()),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with onnx/model.onnx in which no two weights are equal, as training leaves none: of
    equal ones an export stores one."""
    folder = save_bert(tmp_path_factory.mktemp("trained"))
    model = AutoModelForTokenClassification.from_pretrained(folder)
    for name, parameter in model.named_parameters():
        if "LayerNorm" in name:
            parameter.data.normal_(1, 0.1)
    model.save_pretrained(folder)
    export(folder, TEXTS)
    return folder


@pytest.fixture
def weights(trained: Path) -> dict[str, torch.Tensor]:
    return dict(AutoModelForTokenClassification.from_pretrained(trained).named_parameters())


@pytest.fixture
def empty(trained):
    """A model of the checkpoint's architecture with other weights."""
    torch.manual_seed(99)
    return AutoModelForTokenClassification.from_config(AutoConfig.from_pretrained(trained))


def test_fp32_and_fp16_come_back_to_the_last_bit(trained, empty, weights):
    read_back(trained / FP32, empty)
    assert all(torch.equal(own, weights[name]) for name, own in empty.named_parameters())

    store_fp16(trained, TEXTS)
    read_back(trained / "onnx/model_fp16.onnx", empty)
    assert all(torch.equal(own, weights[name].half().float()) for name, own in empty.named_parameters())


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_int8_comes_back_within_half_a_step(setting, trained, empty, weights, tmp_path):
    config, file = AutoConfig.from_pretrained(trained), tmp_path / "int8.onnx"
    fusion.fuse(trained / FP32, config, tmp_path / "fused.onnx", parity.probes(trained, TEXTS, WINDOW))
    inputs = quantize.calibration_inputs(load(trained), documents(12), 4)
    quantize.convert(tmp_path / "fused.onnx", file, setting, config, inputs)

    read_back(file, empty)

    exact = []
    for name, own in empty.named_parameters():
        most = weights[name].abs().max().item()  # of a tensor; a column's step is no larger
        steps = 127 if "embeddings" in name else 64  # products have 7 bits
        assert (own - weights[name]).abs().max().item() <= most / steps / 2 * 1.001, name
        exact += [name] if torch.equal(own, weights[name]) else []
    assert {name for name in exact if name.startswith("bert.encoder") and name.endswith("bias")}
    products = {name for name in weights if "dense.weight" in name or "query.weight" in name}
    kept = {name for name in products if any(f"layer.{layer}." in name for layer in setting.exclude_layers)}
    assert products & set(exact) == kept
    assert ("bert.embeddings.word_embeddings.weight" in exact) is not setting.embeddings


def test_a_file_without_a_weight_is_refused(trained, empty, tmp_path):
    graph = onnx.load(trained / FP32)
    [bias] = [tensor for tensor in graph.graph.initializer if tensor.name == "classifier.bias"]
    before = [parameter.clone() for parameter in empty.parameters()]
    bias.CopyFrom(numpy_helper.from_array(np.zeros(7, np.float32), bias.name))
    onnx.save(graph, tmp_path / "model.onnx")

    with pytest.raises(StageError, match=r"1 of \d+ weights cannot be read back, classifier\.bias among"):
        read_back(tmp_path / "model.onnx", empty)
    assert all(torch.equal(own, old) for own, old in zip(empty.parameters(), before, strict=True))

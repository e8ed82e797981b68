"""Exported files compute what PyTorch computes, or are not written."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from tiny_bert import TEXTS, WINDOW
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    PreTrainedModel,
)

from training.errors import StageError
from training.onnx import export, parity


def model_of(folder):
    return AutoModelForTokenClassification.from_pretrained(folder).eval()


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_one_fp32_file_equal_to_pytorch_at_any_length_and_batch(exported):
    graph = onnx.load(exported / "onnx/model.onnx", load_external_data=False)
    assert [value.name for value in graph.graph.input] == ["input_ids", "attention_mask", "token_type_ids"]
    assert {t.data_type for t in graph.graph.initializer} == {TensorProto.FLOAT}
    assert [path for path in files(exported) if path.startswith("onnx/")] == ["onnx/model.onnx"]
    assert graph.opset_import[0].version == export.OPSET

    ours, theirs = parity.onnx_logits(exported / "onnx/model.onnx"), model_of(exported)
    generator = np.random.default_rng(0)
    for batch, tokens in ((1, 3), (1, WINDOW), (3, 17)):
        inputs = {
            "input_ids": generator.integers(5, 100, (batch, tokens)),
            "attention_mask": np.ones((batch, tokens), dtype=np.int64),
            "token_type_ids": np.zeros((batch, tokens), dtype=np.int64),
        }
        with torch.no_grad():
            expected = theirs(**{name: torch.from_numpy(v) for name, v in inputs.items()}).logits.numpy()
        np.testing.assert_allclose(ours(inputs), expected, atol=1e-4)


def test_probes_hold_one_word_a_full_window_and_padding_on_either_side(tiny_bert):
    shapes = [probe["input_ids"].shape for probe in parity.probes(tiny_bert, TEXTS, WINDOW)]
    assert min(tokens for _, tokens in shapes) == 3
    assert shapes.count((1, WINDOW)) >= 1
    right, left = (probe["attention_mask"] for probe in parity.probes(tiny_bert, TEXTS, WINDOW)[-2:])
    assert (right[0, 0], right[0, -1]) == (1, 0)
    assert (left[0, 0], left[0, -1]) == (0, 1)
    with pytest.raises(ValueError, match="at least one word"):
        parity.probes(tiny_bert, ["  "], WINDOW)


def test_lost_parity_writes_nothing(tiny_bert, monkeypatch):
    wrong = model_of(tiny_bert)
    with torch.no_grad():
        wrong.classifier.bias[1] += 0.01
    monkeypatch.setattr(export, "load_model", lambda folder: wrong)
    before = files(tiny_bert)
    with pytest.raises(StageError, match=r"model\.onnx lost parity: logits differ by 0\.01"):
        export.export(tiny_bert, TEXTS)
    assert files(tiny_bert) == before


@pytest.mark.parametrize("kind", [BertForSequenceClassification, BertForMaskedLM])
def test_a_model_of_any_head_is_exported_as_what_its_checkpoint_says(tiny_bert, kind, monkeypatch):
    model: PreTrainedModel = kind(BertConfig.from_pretrained(tiny_bert)).eval()
    model.save_pretrained(tiny_bert)
    parity.check_reload(model, tiny_bert, TEXTS)
    export.export(tiny_bert, TEXTS)
    [probe, *_] = parity.probes(tiny_bert, TEXTS, WINDOW)
    logits = parity.onnx_logits(tiny_bert / "onnx/model.onnx")(probe)
    np.testing.assert_allclose(logits, parity.torch_logits(model)(probe), atol=1e-4)

    other = kind(BertConfig.from_pretrained(tiny_bert))
    before = files(tiny_bert)
    monkeypatch.setattr(export, "load_model", lambda folder: other)
    with pytest.raises(StageError, match=r"model\.onnx lost parity"):
        export.export(tiny_bert, TEXTS)
    assert files(tiny_bert) == before


def test_not_a_number_is_lost_parity():
    probe = {"attention_mask": np.ones((1, 2), dtype=np.int64)}
    with pytest.raises(StageError, match="differ by nan"):
        parity.check("file", lambda _: np.full((1, 2, 3), np.nan), lambda _: np.zeros((1, 2, 3)), [probe])


def test_fp16_file_is_half_as_large_and_computes_in_fp32_with_rounded_weights(exported, tmp_path):
    export.store_fp16(exported, TEXTS)
    file = exported / "onnx/model_fp16.onnx"
    weights = onnx.load(file).graph.initializer
    assert {tensor.data_type for tensor in weights} == {TensorProto.FLOAT16}
    saved = (exported / "onnx/model.onnx").stat().st_size - file.stat().st_size
    casts = 200 * len(weights)  # bytes of a node and its names
    assert 2 * sum(onnx.numpy_helper.to_array(tensor).size for tensor in weights) - casts < saved

    rounded, exact = model_of(exported), model_of(exported)
    with torch.no_grad():
        for parameter in rounded.parameters():
            parameter.copy_(parameter.half().float())
    encoded = AutoTokenizer.from_pretrained(exported)(TEXTS[0], return_tensors="np")
    logits = parity.onnx_logits(file)(dict(encoded))
    with torch.no_grad():
        tensors = {name: torch.from_numpy(values) for name, values in encoded.items()}
        of_rounded, of_exact = rounded(**tensors).logits.numpy(), exact(**tensors).logits.numpy()
    np.testing.assert_allclose(logits, of_rounded, atol=1e-4)
    assert np.abs(logits - of_exact).max() > 10 * np.abs(logits - of_rounded).max()

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    optimised = onnx.load(tmp_path / "optimised.onnx")
    assert TensorProto.FLOAT16 not in {t.data_type for t in optimised.graph.initializer}


def test_a_weight_beyond_fp16_is_refused(exported):
    graph = onnx.load(exported / "onnx/model.onnx")
    weight = next(t for t in graph.graph.initializer if t.name == "classifier.bias")
    weight.CopyFrom(onnx.numpy_helper.from_array(np.full(5, 70000, dtype=np.float32), weight.name))
    onnx.save(graph, exported / "onnx/model.onnx")
    with pytest.raises(StageError, match=r"classifier\.bias reaches 7e\+04; FP16 ends at 65504"):
        export.store_fp16(exported, TEXTS)
    assert not (exported / "onnx/model_fp16.onnx").exists()

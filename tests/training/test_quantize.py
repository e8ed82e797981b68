"""INT8 files: fused, near FP32, for any padding, and chosen by the stated rule."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from tiny_bert import LABELS, LAYERS, TEXTS, WINDOW, documents
from transformers import AutoConfig

from space.engine import load
from training.corpora.document import Document, Span
from training.errors import StageError
from training.measuring.metrics import document_counts
from training.onnx import conversion, fusion, parity
from training.onnx import int8 as quantize
from training.onnx.conversion import Setting
from training.onnx.int8 import Try, choose, grid
from training.recipe.models import Int8

COUNT = partial(document_counts, labels=LABELS)
PLAIN = Setting(activations="dynamic", per_channel=True, embeddings=True, exclude_layers=())
LINEAR = 6  # matrix products with weights in an encoder layer


@pytest.fixture
def guard(exported: Path) -> list[Document]:
    """Documents whose gold mentions are what the FP32 file finds."""
    tagger = load(exported, file="model.onnx")
    texts = [document.text for document in documents(12)]
    return [
        Document(
            id=str(number),
            text=text,
            spans=tuple(Span(start=e.start, end=e.end, label=e.label) for e in found),
        )
        for number, (text, found) in enumerate(zip(texts, tagger(texts), strict=True))
    ]


@pytest.fixture
def fused(exported, tmp_path):
    config = AutoConfig.from_pretrained(exported)
    probes = parity.probes(exported, TEXTS, WINDOW)
    fusion.fuse(exported / "onnx/model.onnx", config, tmp_path / "fused.onnx", probes)
    return tmp_path / "fused.onnx"


def operators(file: Path) -> Counter[str]:
    """Those of the graph, and of the branches of its Ifs."""
    todo, found = [onnx.load(file).graph], Counter()
    while todo:
        for node in todo.pop().node:
            found[node.op_type] += 1
            todo += [attribute.g for attribute in node.attribute if attribute.HasField("g")]
    return found


def near(file: Path, reference: Path, probes: Iterable[parity.Inputs], share: float) -> bool:
    """Whether logits differ by less than this share of the reference's spread, on average."""
    ours = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    theirs = parity.onnx_logits(reference)
    for probe in probes:
        seen = probe["attention_mask"] == 1
        expected = theirs(probe)[seen]
        if np.abs(ours.run(["logits"], probe)[0][seen] - expected).mean() > share * expected.std():
            return False
    return True


def test_fused_graph_has_the_operators_of_every_layer(fused, tmp_path):
    found = operators(fused)
    assert (found["If"], found["MultiHeadAttention"]) == (LAYERS, 2 * LAYERS)
    assert (found["Gelu"], found["BiasGelu"]) == (LAYERS, 0)
    assert found["MatMul"] == LINEAR * LAYERS + 1

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(fused, options, providers=["CPUExecutionProvider"])
    optimised = operators(tmp_path / "optimised.onnx")
    assert (optimised["LayerNormalization"], optimised["SkipLayerNormalization"]) == (2 * LAYERS, 0)


def test_an_unfused_graph_is_refused(exported):
    with pytest.raises(StageError, match=r"2 layers should give 2 MultiHeadAttention \(found 0\)"):
        fusion.check_fused(onnx.load(exported / "onnx/model.onnx").graph, LAYERS)


def test_without_the_whole_mask_padding_on_the_left_would_lose_parity(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(fusion, "attend_by_mask", lambda model: None)
    config = AutoConfig.from_pretrained(exported)
    *_, right, left = parity.probes(exported, TEXTS, WINDOW)
    fusion.fuse(exported / "onnx/model.onnx", config, tmp_path / "fused.onnx", [right])
    with pytest.raises(StageError, match="fused, lost parity"):
        fusion.fuse(exported / "onnx/model.onnx", config, tmp_path / "fused.onnx", [left])


def test_int8_file_runs_under_plain_onnxruntime_near_fp32(exported, guard):
    report = quantize.quantize(exported, Int8(f1_budget=1), guard, COUNT, ())
    file = exported / "onnx/model_quantized.onnx"
    assert report.fp32_guard_f1 == 1
    assert report.chosen == report.tries[0]
    assert report.chosen.setting == PLAIN
    assert report.chosen.bytes == file.stat().st_size < 0.5 * (exported / "onnx/model.onnx").stat().st_size
    assert report.chosen.loss < 0.5
    found = operators(file)
    assert (found["MatMulInteger"], found["MatMul"]) == (LINEAR * LAYERS + 1, 0)
    assert found["QEmbedLayerNormalization"] == 1
    assert near(file, exported / "onnx/model.onnx", parity.probes(exported, TEXTS, WINDOW), 0.1)
    assert load(exported).file == file
    assert not list(exported.glob(".quantize-*"))


@pytest.mark.parametrize("activations", ["dynamic", "calibrated"])
def test_no_sum_of_two_products_overflows_16_bits(exported, fused, tmp_path, activations):
    setting = PLAIN.model_copy(update={"activations": activations})
    inputs = conversion.calibration_inputs(load(exported), documents(12), 10)
    conversion.convert(fused, tmp_path / "int8.onnx", setting, AutoConfig.from_pretrained(exported), inputs)
    graph = onnx.load(tmp_path / "int8.onnx").graph
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = [name for name in weights if name.endswith("MatMul_quantized") or "::MatMul" in name]
    found = [weights[name] for name in products if weights[name].dtype == np.int8 and weights[name].ndim == 2]
    assert len(found) == LINEAR * LAYERS + 1
    largest = max(np.abs(values.astype(int)).max() for values in found)
    assert largest > 32
    assert 2 * largest * 255 < 2**15


def test_calibrated_activations_leave_no_dynamic_scale(exported, fused, tmp_path):
    setting = PLAIN.model_copy(update={"activations": "calibrated"})
    inputs = conversion.calibration_inputs(load(exported), documents(12), 10)
    assert len(inputs) == 10
    conversion.convert(fused, tmp_path / "int8.onnx", setting, AutoConfig.from_pretrained(exported), inputs)
    found = operators(tmp_path / "int8.onnx")
    assert found["DynamicQuantizeLinear"] == 0
    assert found["QuantizeLinear"] == 4 * LAYERS + 1  # one for each input of a product, Q, K and V sharing
    probes = parity.probes(exported, TEXTS, WINDOW)
    assert near(tmp_path / "int8.onnx", exported / "onnx/model.onnx", probes, 0.15)


@pytest.mark.parametrize("activations", ["dynamic", "calibrated"])
def test_a_file_is_what_the_standard_allows(exported, fused, tmp_path, activations):
    config = AutoConfig.from_pretrained(exported)
    inputs = parity.probes(exported, TEXTS, WINDOW)
    setting = PLAIN.model_copy(update={"activations": activations})
    conversion.convert(fused, tmp_path / "int8.onnx", setting, config, inputs)
    onnx.checker.check_model(tmp_path / "int8.onnx")


def test_excluded_layers_and_embeddings_stay_fp32(exported, fused, tmp_path):
    setting = PLAIN.model_copy(update={"exclude_layers": (1,), "embeddings": False})
    config = AutoConfig.from_pretrained(exported)
    conversion.convert(fused, tmp_path / "int8.onnx", setting, config, [])
    found = operators(tmp_path / "int8.onnx")
    assert (found["MatMul"], found["MatMulInteger"]) == (LINEAR, LINEAR * (LAYERS - 1) + 1)
    assert (found["EmbedLayerNormalization"], found["QEmbedLayerNormalization"]) == (1, 0)
    wrong = PLAIN.model_copy(update={"exclude_layers": (2,)})
    with pytest.raises(StageError, match="layers 0 to 1, found 2"):
        conversion.convert(fused, tmp_path / "int8.onnx", wrong, config, [])


def test_none_within_the_budget_writes_nothing(exported, guard, monkeypatch):
    monkeypatch.setattr(quantize, "measure", lambda *_: (1.0, [attempt(900, 0.02, 1, least=0.015)]))
    with pytest.raises(StageError, match=r"every INT8 setting loses more than 0\.01 of FP32's") as error:
        quantize.quantize(exported, Int8(f1_budget=0.01), guard, COUNT, ())
    assert "guard F1 -0.0200 (at most -0.0150)" in str(error.value)
    assert not (exported / "onnx/model_quantized.onnx").exists()
    assert not list(exported.glob(".quantize-*"))


def attempt(size: int, loss: float, latency_ms: float, least: float | None = None) -> Try:
    least_loss = loss if least is None else least
    return Try(setting=PLAIN, bytes=size, loss=loss, least_loss=least_loss, latency_ms=latency_ms)


def test_the_smallest_within_the_budget_is_kept_and_of_equally_small_ones_the_fastest():
    too_lossy, slow, fast, large = (
        attempt(900, 0.05, 1),
        attempt(1000, 0.003, 9),
        attempt(1005, 0.004, 7),
        attempt(2000, 0.0, 2),
    )
    assert choose([large, too_lossy, slow, fast], 0.005) == fast
    assert choose([large, too_lossy, slow], 0.005) == slow
    assert choose([large, too_lossy, slow, fast], 0.0) == large
    assert choose([attempt(900, -0.05, 1)], 0.0).bytes == 900  # better than FP32 is no loss


def test_a_loss_that_may_be_chance_is_kept_where_there_is_no_smaller_one():
    uncertain, sure, certain = attempt(900, 0.03, 1, least=-0.01), attempt(2000, 0.0, 1), attempt(800, 0.2, 1)
    assert choose([certain, uncertain], 0.005) == uncertain
    assert choose([certain, uncertain, sure], 0.005) == sure


def test_the_grid_is_every_combination():
    settings = Int8(
        activations=("dynamic", "calibrated"), embeddings=(True, False), exclude_layers=((), (0, 1), (2,))
    )
    assert len(set(grid(settings))) == 2 * 2 * 3
    assert grid(Int8()) == [PLAIN]

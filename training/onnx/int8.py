"""Node `MODEL.int8`: writes the FP32 file as INT8, choosing the setting by F1 on the guard documents.

The file is fused first and quantized then: only the large matrix products and the embeddings become INT8,
and one file serves the engine, optimum and browsers, faster and nearer to FP32 than quantizing the plain
export.
"""

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from pydantic import BaseModel, ConfigDict
from transformers import AutoConfig, PretrainedConfig

from cards.ledger import Claim
from space.engine import Tagger, load, special_tokens, tokenise, windows

from ..corpora.document import Document
from ..encoders.families import family_of
from ..errors import StageError
from ..measuring import latency
from ..measuring.metrics import score
from ..recipe.models import Int8, Model
from ..run_folder import VARIANTS
from . import parity
from .export import PARITY_TEXTS
from .fusion import fuse
from .node_order import sort_nodes

if TYPE_CHECKING:
    from ..run_context import Context

FP32, INT8 = VARIANTS["fp32"], VARIANTS["int8"]
REPORT = "report.json"  # in the node's folder
TRIES = ".quantize-"  # a folder's prefix
SAME_SIZE = 1.01  # files whose sizes differ by less count as equally small; the faster one is kept
LATENCY_TOKENS, LATENCY_REPEATS = 128, 20
EMBEDDINGS = ["EmbedLayerNormalization", "Gather"]  # fused and not; DistilBERT's fused graph has both
FLOAT_TENSORS = {"DefaultTensorType": TensorProto.FLOAT}  # of what the fused operators give


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Setting(_Record):
    """One way to quantize; `exclude_layers` are encoder layers that stay FP32."""

    activations: Literal["dynamic", "calibrated"]
    per_channel: bool
    embeddings: bool
    exclude_layers: tuple[int, ...]

    def __str__(self) -> str:
        kept = ", ".join(map(str, self.exclude_layers)) or "none"
        return (
            f"{self.activations} activations, {'per channel' if self.per_channel else 'per tensor'}, "
            f"embeddings {'INT8' if self.embeddings else 'FP32'}, layers in FP32: {kept}"
        )


class Try(_Record):
    """Result of one setting.

    `latency_ms` is the median for one text of LATENCY_TOKENS tokens, or a full window where that is less.
    """

    setting: Setting
    bytes: int
    guard_f1: float
    latency_ms: float

    def __str__(self) -> str:
        size = f"{self.bytes / 1e6:.2f} MB"
        return f"{self.setting}: {size}, guard F1 {self.guard_f1:.4f}, {self.latency_ms:.1f} ms"


class QuantizationReport(_Record):
    """Every try, and the one that ships; F1 is the macro F1 on the guard documents."""

    fp32_guard_f1: float
    f1_budget: float
    tries: tuple[Try, ...]
    chosen: Try


def run(context: "Context", model: Model) -> list[Claim]:
    """Quantize a model; report.json in the node's folder tells of every try."""
    assert model.int8 is not None  # the graph has this node for no other model
    reports = [(fold.step(context.node) / REPORT).read_bytes() for fold in context.folds]
    report = quantize(
        context.model_folder,
        model.int8,
        context.guard(),
        context.recipe.labels,
        context.recipe.rules,
        [QuantizationReport.model_validate_json(text) for text in reports],
    )
    (context.work / REPORT).write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(f"{context.node}: FP32 has guard F1 {report.fp32_guard_f1:.4f}", flush=True)
    for attempt in report.tries:
        kept = "  <- kept" if attempt == report.chosen else ""
        print(f"{context.node}: {attempt}{kept}", flush=True)
    return []


def quantize(
    model_folder: Path,
    settings: Int8,
    guard: Sequence[Document],
    labels: Sequence[str],
    rules: Sequence[str],
    folds: Sequence[QuantizationReport] = (),
) -> QuantizationReport:
    """Try every combination of the settings, and keep one as `onnx/model_quantized.onnx`: see `choose`.

    Each is made of `onnx/model.onnx` and measured through the engine as the file that would ship, with the
    rules that the model will run with. Of a model that learned from the guard, F1 is the mean of what its
    `folds` report.

    Raises:
        StageError: none is within the F1 budget, a layer to exclude is not there, or fusing fails (see
            `fusion.fuse`); the folder is left as it was.
    """
    for left in model_folder.glob(f"{TRIES}*"):  # by a run that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=TRIES, dir=model_folder) as work:
        taggers = candidates(model_folder, settings, guard, rules, Path(work))
        tries = measure(taggers, guard, labels)
        fp32_f1 = _macro_f1(load(model_folder, file=FP32, rules=rules), guard, labels)
        if folds:
            tries = [_crossed(attempt, folds) for attempt in tries]
            fp32_f1 = float(np.mean([report.fp32_guard_f1 for report in folds]))
        chosen = choose(tries, fp32_f1, settings.f1_budget)
        taggers[chosen.setting].file.replace(model_folder / INT8)
    return QuantizationReport(
        fp32_guard_f1=fp32_f1, f1_budget=settings.f1_budget, tries=tuple(tries), chosen=chosen
    )


def _crossed(attempt: Try, folds: Sequence[QuantizationReport]) -> Try:
    """A try with the mean F1 of the same setting in the folds."""
    same = [own.guard_f1 for report in folds for own in report.tries if own.setting == attempt.setting]
    return attempt.model_copy(update={"guard_f1": float(np.mean(same))})


def candidates(
    model_folder: Path, settings: Int8, guard: Sequence[Document], rules: Sequence[str], work: Path
) -> dict[Setting, Tagger]:
    """Quantize a model in every combination of the settings, into the folder `work`.

    Raises:
        StageError: a layer to exclude is not there, or fusing fails.
    """
    config = AutoConfig.from_pretrained(model_folder)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(model_folder / name, work)
    fp32 = load(model_folder, file=FP32, rules=rules)
    texts = [document.text for document in guard[:PARITY_TEXTS]]
    fused = work / "fused.onnx"
    fuse(model_folder / FP32, config, fused, parity.probes(model_folder, texts, fp32.window))
    inputs = calibration_inputs(fp32, guard, settings.calibration_windows)

    (work / "onnx").mkdir()
    taggers: dict[Setting, Tagger] = {}
    for number, setting in enumerate(grid(settings)):
        file = work / "onnx" / f"{number}.onnx"
        convert(fused, file, setting, config, inputs)
        taggers[setting] = load(work, file=file.name, rules=rules)
    return taggers


def grid(settings: Int8) -> list[Setting]:
    """List all combinations of the recipe's settings."""
    axes = ("activations", "per_channel", "embeddings", "exclude_layers")
    combinations = itertools.product(*(getattr(settings, axis) for axis in axes))
    return [Setting(**dict(zip(axes, values, strict=True))) for values in combinations]


def choose(tries: Sequence[Try], fp32_f1: float, budget: float) -> Try:
    """Choose the smallest file that loses at most `budget` against FP32; of equally small ones the fastest.

    Raises:
        StageError: none does.
    """
    within = [attempt for attempt in tries if fp32_f1 - attempt.guard_f1 <= budget]
    if not within:
        raise StageError(
            f"no INT8 setting is within {budget} of FP32's macro F1 {fp32_f1:.4f} on the guard documents:\n"
            + "".join(f"  {attempt}\n" for attempt in tries)
            + "Nothing was written. Offer more in the model's `int8`: exclude_layers (the last "
            "layers first), embeddings: [false], or a larger f1_budget."
        )
    limit = SAME_SIZE * min(attempt.bytes for attempt in within)
    small = [attempt for attempt in within if attempt.bytes <= limit]
    return min(small, key=lambda attempt: attempt.latency_ms)


def convert(
    fused: Path, to: Path, setting: Setting, config: PretrainedConfig, inputs: Sequence[parity.Inputs]
) -> None:
    """Write the fused FP32 file as INT8: weights signed, activations unsigned, as VNNI multiplies them.

    The products' weights have 7 bits, from -64 to 64: then two of their products with activations fit the 16
    bits in which processors without VNNI add them up, and every processor gives the same sums (onnxruntime
    issue 6004).

    Args:
        fused: see `fusion.fuse`.
        to: the new file.
        setting: how.
        config: of the model.
        inputs: windows that constant activation scales are taken from, where the setting wants them.

    Raises:
        StageError: a layer to exclude is not there.
    """
    model = onnx.load(fused)
    excluded = nodes_of(model.graph, setting.exclude_layers, config)
    if setting.embeddings:
        quantize_dynamic(model, to, EMBEDDINGS, weight_type=QuantType.QInt8, extra_options=FLOAT_TENSORS)
        model = onnx.load(to)
    if setting.activations == "dynamic":
        quantize_dynamic(
            model,
            to,
            ["MatMul"],
            per_channel=setting.per_channel,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=excluded,
            extra_options=FLOAT_TENSORS,
        )
    else:
        declare_products(model.graph)
        quantize_static(
            model,
            to,
            _Reader(model.graph, inputs),
            op_types_to_quantize=["MatMul"],
            per_channel=setting.per_channel,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=excluded,
            extra_options={"MatMulConstBOnly": True, "OpTypesToExcludeOutputQuantization": ["MatMul"]},
        )
    sort_nodes(to)


class _Reader(CalibrationDataReader):
    """Calibration inputs in the form that the quantizer asks for them, those that the graph has."""

    def __init__(self, graph: onnx.GraphProto, inputs: Iterable[parity.Inputs]):
        known = {value.name for value in graph.input}
        self._inputs = ({name: values for name, values in own.items() if name in known} for own in inputs)

    def get_next(self) -> parity.Inputs | None:
        return next(self._inputs, None)


def calibration_inputs(tagger: Tagger, documents: Sequence[Document], count: int) -> list[parity.Inputs]:
    """Take the first `count` windows of the documents, as the engine cuts them."""
    prefix, suffix = special_tokens(tagger.tokenizer)
    size = tagger.window - len(prefix) - len(suffix)
    inputs = []
    for document in documents:
        ids = tokenise(tagger.tokenizer, document.text).ids
        for cut in windows(len(ids), size, tagger.overlap):
            row = np.concatenate([prefix, ids[cut.start : cut.stop], suffix]).astype(np.int64)[None]
            inputs.append(
                {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
            )
    return inputs[:count]


def declare_products(graph: onnx.GraphProto) -> None:
    """State the type of what the products with weights take and give, in place.

    Shape inference does not know the fused operators between them, and the quantizer leaves out tensors of
    unknown type.
    """
    weights = {tensor.name for tensor in graph.initializer}
    names = {
        name
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in weights
        for name in (node.input[0], node.output[0])
    }
    del graph.value_info[:]
    shape = ["batch", "tokens", None]
    for name in sorted(names):
        graph.value_info.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def nodes_of(graph: onnx.GraphProto, layers: Sequence[int], config: PretrainedConfig) -> list[str]:
    """Name the matrix products in these encoder layers.

    Raises:
        StageError: there is no such layer, or the layers are one.
    """
    family, depth = family_of(config), config.num_hidden_layers
    if not layers:
        return []
    if family.stack is None:
        raise StageError(f"int8.exclude_layers: the layers of an {family.name} are one; leave it out")
    wrong = [layer for layer in layers if not 0 <= layer < depth]
    if wrong:
        raise StageError(f"int8.exclude_layers: the model has layers 0 to {depth - 1}, found {wrong[0]}")
    within = re.compile(rf"/{re.escape(family.stack.replace('.', '/'))}\.(\d+)/")
    found = []
    for node in graph.node:
        layer = within.search(node.name)
        if node.op_type == "MatMul" and layer and int(layer[1]) in layers:
            found.append(node.name)
    return found


def measure(taggers: Mapping[Setting, Tagger], guard: Sequence[Document], labels: Sequence[str]) -> list[Try]:
    """Measure size, guard F1 and latency of each file."""
    timing = latency.measure(taggers, guard, _latency_tokens(taggers), LATENCY_REPEATS)
    return [
        Try(
            setting=setting,
            bytes=tagger.file.stat().st_size,
            guard_f1=_macro_f1(tagger, guard, labels),
            latency_ms=float(np.median(timing.milliseconds[setting])),
        )
        for setting, tagger in taggers.items()
    ]


def _latency_tokens(taggers: Mapping[Setting, Tagger]) -> int:
    return min(LATENCY_TOKENS, *(tagger.window for tagger in taggers.values()))


def _macro_f1(tagger: Tagger, documents: Sequence[Document], labels: Sequence[str]) -> float:
    return score(documents, tagger([document.text for document in documents]), labels).macro.f1

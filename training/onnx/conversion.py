"""Conversion of a fused FP32 file to INT8, in one setting.

The file is fused first and quantized then: only the large matrix products and the embeddings become INT8,
and one file serves the engine, optimum and browsers, faster and nearer to FP32 than quantizing the plain
export.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from pydantic import BaseModel, ConfigDict
from transformers import PretrainedConfig

from space.engine import Tagger, special_tokens, tokenise, windows

from ..corpora.document import Document
from ..encoders.families import family_of
from ..errors import StageError
from . import parity
from .node_order import sort_nodes

EMBEDDINGS = ["EmbedLayerNormalization", "Gather"]  # fused and not; DistilBERT's fused graph has both
FLOAT_TENSORS = {"DefaultTensorType": TensorProto.FLOAT}  # of what the fused operators give


class Setting(BaseModel):
    """One way to quantize; `exclude_layers` are encoder layers that stay FP32."""

    model_config = ConfigDict(frozen=True)

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

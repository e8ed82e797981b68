"""Fusion of an encoder's ONNX operators: attention, bias + GELU, embeddings + LayerNorm.

Where ONNX Runtime's optimizer knows no attention like an encoder's, its operators stay as they were exported.

A new version of an exporter can keep a pattern from being recognised without any message
(onnxruntime issue 22629), so what was fused is counted, and the result compared with the export.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from onnxruntime.quantization.quant_utils import add_pre_process_metadata
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.fusion_utils import FusionUtils
from onnxruntime.transformers.onnx_model import OnnxModel
from transformers import PretrainedConfig

from ..encoders.families import fusion_of
from ..errors import StageError
from . import parity

EACH_LAYER = {"MultiHeadAttention": 1, "SkipLayerNormalization": 2, "BiasGelu": 1}
_MASK = 4  # input of MultiHeadAttention: key_padding_mask
_LENGTHS = 7  # input of EmbedLayerNormalization: the mask that it sums to lengths
_KEYS, _FULL = "attention_mask_of_keys", "attention_mask_is_full"  # names of values


def fuse(file: Path, config: PretrainedConfig, to: Path, probes: Sequence[parity.Inputs]) -> None:
    """Write the FP32 export `file` with fused operators (domain com.microsoft) to `to`.

    Args:
        file: as `export` made it.
        config: of its model; one whose family has no kind of fusion is written with its own operators.
        to: the new file.
        probes: inputs that both files must give the same logits for, padded batches among them.

    Raises:
        StageError: a layer was not fused, or parity is lost.
    """
    kind = fusion_of(config)
    model = OnnxModel(onnx.load(file)) if kind is None else _fused(file, config, kind)
    # An export names a weight that several products share by Identities, behind which no quantizer looks.
    FusionUtils(model).remove_identity_nodes()
    add_pre_process_metadata(model.model)  # tells the quantizer that there is nothing left to simplify
    model.save_model_to_file(str(to))  # declares the operators' domain, too
    parity.check(f"{file.name}, fused,", parity.onnx_logits(to), parity.onnx_logits(file), probes)


def _fused(file: Path, config: PretrainedConfig, kind: str) -> OnnxModel:
    options = FusionOptions(kind)
    options.use_multi_head_attention = True  # leaves the projections as MatMul, for INT8
    fused = optimizer.optimize_model(
        str(file),
        kind,
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        optimization_options=options,
        opt_level=0,
    )
    check_fused(fused.model.graph, config.num_hidden_layers)
    attend_by_mask(fused)
    graph = fused.model.graph
    split_skips(graph)
    split_gelus(graph)
    skip_full_masks(graph)
    return fused


def check_fused(graph: onnx.GraphProto, layers: int) -> None:
    """Count the fused operators.

    Raises:
        StageError: a layer lacks one.
    """
    found = Counter(node.op_type for node in graph.node)
    expected = {operator: number * layers for operator, number in EACH_LAYER.items()}
    if any(found[operator] != number for operator, number in expected.items()):
        listing = ", ".join(f"{number} {name} (found {found[name]})" for name, number in expected.items())
        raise StageError(
            f"the export was not fused as expected: {layers} layers should give {listing}. INT8 needs an "
            "encoder with GELU and attention like BERT's; check the versions of onnxruntime and optimum-onnx."
        )


def attend_by_mask(model: OnnxModel) -> None:
    """Give every attention the whole (batch, tokens) mask. In place.

    The optimizer gives the number of ones instead, which is right only for padding at the end.
    """
    graph = model.model.graph
    for node in graph.node:
        if node.op_type == "MultiHeadAttention":
            node.input[_MASK] = _KEYS
        elif node.op_type == "EmbedLayerNormalization" and len(node.input) > _LENGTHS:
            node.input[_LENGTHS] = ""
    graph.node.insert(0, helper.make_node("Cast", ["attention_mask"], [_KEYS], _KEYS, to=TensorProto.INT32))
    model.prune_graph()


def skip_full_masks(graph: onnx.GraphProto) -> None:
    """Let attention take no mask where nothing is padded. In place.

    Without a mask the CPU kernel works through blocks that fit the cache, as FlashAttention does: a tenth of
    a window's time. Whether there is padding is known only when the graph runs, so each attention becomes an
    If with two of them; texts that are run alone, as the engine does, and padded batches share one file.
    """
    nodes = []
    for node in graph.node:
        if node.op_type != "MultiHeadAttention":
            nodes.append(node)
            continue
        branches = {}
        for branch, mask in (("then", ""), ("else", node.input[_MASK])):
            attention = onnx.NodeProto()
            attention.CopyFrom(node)
            attention.name = attention.output[0] = f"{node.output[0]}_{branch}"
            attention.input[_MASK] = mask
            result = helper.make_tensor_value_info(attention.output[0], TensorProto.FLOAT, None)
            branches[f"{branch}_branch"] = helper.make_graph([attention], attention.name, [], [result])
        nodes.append(helper.make_node("If", [_FULL], [node.output[0]], f"{node.name}_padding", **branches))
    least = f"{_FULL}_least"
    nodes[:0] = [
        helper.make_node("ReduceMin", ["attention_mask"], [least], least, keepdims=0),
        helper.make_node("Cast", [least], [_FULL], _FULL, to=TensorProto.BOOL),
    ]
    del graph.node[:]
    graph.node.extend(nodes)


def split_skips(graph: onnx.GraphProto) -> None:
    """Write residual + bias + LayerNorm as three operators again. In place.

    The CPU kernel of SkipLayerNormalization took six times as long (onnxruntime 1.31.1, 384 wide, six
    of them: 1.5 ms against 0.24), which was a sixth of an INT8 student's time. The residual is added by
    Sum since onnxruntime fuses an Add again when it loads the file.
    """
    nodes = []
    for node in graph.node:
        if node.op_type != "SkipLayerNormalization":
            nodes.append(node)
            continue
        found, residual, gamma, beta, bias = node.input
        biased, added, normed = (f"{node.name}_{part}" for part in ("biased", "added", "normed"))
        epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
        nodes += [
            helper.make_node("Add", [found, bias], [biased], biased),
            helper.make_node("Sum", [biased, residual], [added], added),
            helper.make_node(
                "LayerNormalization", [added, gamma, beta], [node.output[0]], normed, axis=-1, epsilon=epsilon
            ),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


def split_gelus(graph: onnx.GraphProto) -> None:
    """Write bias + GELU as two operators again. In place.

    The kernel of Gelu is vectorised by MLAS and takes 0.6 times what BiasGelu's does (onnxruntime 1.31.1);
    the bias is added within the INT8 product before it when onnxruntime loads the file.
    """
    nodes = []
    for node in graph.node:
        if node.op_type != "BiasGelu":
            nodes.append(node)
            continue
        biased = f"{node.name}_biased"
        nodes += [
            helper.make_node("Add", node.input, [biased], biased),
            helper.make_node("Gelu", [biased], node.output, node.name, domain=node.domain),
        ]
    del graph.node[:]
    graph.node.extend(nodes)

"""A RoBERTa-like model: byte-level tokens, no token types, and positions that begin behind the padding id."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from space.engine import load

POSITIONS, PADDING, HIDDEN = 34, 1, 8
TAGS = ["O", "B-Drug", "I-Drug"]


def graph(vocabulary: int) -> onnx.ModelProto:
    """Random weights; positions, as in transformers, are the running count of tokens plus PADDING."""
    random = np.random.default_rng(0)
    weights = {
        "words": random.normal(size=(vocabulary, HIDDEN)).astype(np.float32),
        "positions": random.normal(size=(POSITIONS, HIDDEN)).astype(np.float32),
        "classifier": random.normal(size=(HIDDEN, len(TAGS))).astype(np.float32),
        "padding": np.array(PADDING),
        "along": np.array(1),
    }
    nodes = [
        helper.make_node("CumSum", ["attention_mask", "along"], ["count"]),
        helper.make_node("Add", ["count", "padding"], ["position_ids"]),
        helper.make_node("Gather", ["positions", "position_ids"], ["at"]),
        helper.make_node("Gather", ["words", "input_ids"], ["embedded"]),
        helper.make_node("Add", ["embedded", "at"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "classifier"], ["logits"]),
    ]
    names = ["input_ids", "attention_mask"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in names]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", len(TAGS)])]
    constants = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    body = helper.make_graph(nodes, "roberta", inputs, outputs, constants)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def roberta(tmp_path) -> Path:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: n for n, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(sep=("</s>", 2), cls=("<s>", 0))
    (tmp_path / "onnx").mkdir()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    onnx.save(graph(len(vocabulary)), tmp_path / "onnx" / "model.onnx")
    config = {
        "architectures": ["RobertaForTokenClassification"],
        "model_type": "roberta",
        "vocab_size": len(vocabulary),
        "max_position_embeddings": POSITIONS,
        "pad_token_id": PADDING,
        "id2label": {str(n): tag for n, tag in enumerate(TAGS)},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    return tmp_path


@pytest.mark.parametrize("change", [{}, {"pad_token_id": None}], ids=["padding stated", "padding by default"])
def test_its_window_leaves_out_the_positions_up_to_the_padding(roberta, change):
    config = json.loads((roberta / "config.json").read_text()) | change
    (roberta / "config.json").write_text(json.dumps(config))
    tagger = load(roberta)
    assert tagger.window == POSITIONS - PADDING - 1
    text = "Lithium was stopped because of tremor, 😀 and aspirin was given. " * 20
    entities = tagger([text])[0]
    assert entities
    assert all(entity.text == text[entity.start : entity.end] for entity in entities)

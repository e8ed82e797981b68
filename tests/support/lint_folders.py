"""Repositories that are right, to be made wrong in one thing by the tests of the lint."""

import json
import struct
from pathlib import Path

import onnx

CARDS = Path(__file__).parents[1] / "cards" / "cards_of_others"
LABELS = ["O", "B-Drug", "I-Drug", "B-Problem", "I-Problem"]

SPACE = """---
title: Reef
sdk: gradio
sdk_version: 6.0.0
colorFrom: red
colorTo: blue
app_file: app.py
short_description: Tags notes
license: mit
---
# Reef
"""

DATASET = """---
license: cc-by-4.0
language: en
task_categories: [token-classification]
size_categories: [1K<n<10K]
configs:
- config_name: default
  data_files:
  - split: train
    path: data/*.jsonl
dataset_info:
  splits:
  - name: train
    num_examples: 4000
  - name: test
    num_examples: 500
tags: [medical]
---
# Notes
"""


def weights(shape: list[int], kind: str = "F32", name: str = "weight") -> bytes:
    """A safetensors file of zeros with one tensor."""
    size = shape[0] * shape[1] * {"F32": 4, "F16": 2}[kind]
    header = json.dumps({name: {"dtype": kind, "shape": shape, "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(size)


def graph(width: int) -> bytes:
    """An ONNX graph whose output has `width` places for each token."""
    shape = ["batch", "tokens", width]
    ends = [onnx.helper.make_tensor_value_info(name, 1, shape) for name in ("hidden", "logits")]
    node = onnx.helper.make_node("Identity", ["hidden"], ["logits"])
    made = onnx.helper.make_graph([node], "head", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 17)]
    return onnx.helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString()


def folder(parent: Path, name: str, card: str) -> Path:
    """A repository of a million parameters, five labels and one quantized file."""
    made = parent / name
    (made / "onnx").mkdir(parents=True)
    (made / "model.safetensors").write_bytes(weights([1000, 1000]))
    (made / "onnx" / "model_quantized.onnx").write_bytes(bytes(1_100_000))
    config = {
        "architectures": ["BertForTokenClassification"],
        "max_position_embeddings": 512,
        "id2label": {str(number): label for number, label in enumerate(LABELS)},
        "label2id": {label: number for number, label in enumerate(LABELS)},
    }
    (made / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (made / "README.md").write_text(card, encoding="utf-8")
    return made


def space(parent: Path) -> Path:
    """A Space with its app and a pinned Gradio."""
    made = parent / "reef-space"
    made.mkdir()
    (made / "README.md").write_text(SPACE)
    (made / "app.py").write_text("")
    (made / "requirements.txt").write_text("gradio==6.0.0\n")
    return made


def dataset(parent: Path) -> Path:
    """A data set of one file."""
    made = parent / "notes"
    (made / "data").mkdir(parents=True)
    (made / "README.md").write_text(DATASET)
    (made / "data" / "train.jsonl").write_text("{}\n")
    return made


def card_of(name: str) -> str:
    return (CARDS / f"files_{name}.md").read_text(encoding="utf-8")


def change(made: Path, old: str, new: str) -> None:
    """Put `new` on the card where `old` stands."""
    path = made / "README.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_config(made: Path, **changes) -> None:
    path = made / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")

"""golden.json: written from the file that ships, and the bundled pair answers it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tiny_model import make_model

from space.engine import load, tokenise
from training.measuring import known_answer

BUNDLED = Path(__file__).parents[2] / "space" / "bundled"


def read(folder: Path) -> dict:
    return json.loads((folder / known_answer.NAME).read_text(encoding="utf-8"))


def test_it_holds_what_the_shipped_file_answers(tmp_path):
    folder = make_model(tmp_path / "model", variants=("int8", "fp32"))
    known_answer.write(folder)
    written = read(folder)
    [found] = load(folder, file="model_quantized.onnx")([known_answer.TEXT])
    assert [e["text"] for e in written["entities"]] == [e.text for e in found] != []
    assert written["text"] == known_answer.TEXT
    for entity, now in zip(written["entities"], found, strict=True):
        assert entity == asdict(now) | {"score": pytest.approx(now.score, abs=1e-6)}
        assert known_answer.TEXT[entity["start"] : entity["end"]] == entity["text"]


@pytest.mark.parametrize("name", ["student", "teacher"])
def test_the_text_needs_more_than_one_window(name):
    tagger = load(BUNDLED / name)
    assert len(tokenise(tagger.tokenizer, known_answer.TEXT)) > tagger.window


@pytest.mark.parametrize("name", ["student", "teacher"])
def test_the_bundled_pair_answers_it(name):
    written = read(BUNDLED / name)
    [found] = load(BUNDLED / name)([written["text"]])
    expected = [(e["start"], e["end"], e["label"], e["text"]) for e in written["entities"]]
    assert [(e.start, e.end, e.label, e.text) for e in found] == expected
    scores = [e["score"] for e in written["entities"]]
    assert [e.score for e in found] == pytest.approx(scores, abs=0.05)

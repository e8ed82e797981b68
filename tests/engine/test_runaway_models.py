"""Models that would never end, or fill the memory: loading refuses them, or ends by its limit."""

import json
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from space.engine import EngineError, load, load_tokenizer, time_limit, tokenise
from space.engine.time_limit import within_limit


def test_work_that_does_not_end_is_given_up_and_told_to_stop(monkeypatch):
    monkeypatch.setattr(time_limit, "LIMIT_S", 0.01)
    ended = threading.Event()
    with pytest.raises(EngineError, match=r"model\.onnx: a run did not end within 0\.01 seconds"):
        within_limit("model.onnx: a run", ended.wait, ended.set)
    assert ended.is_set()


def test_work_within_the_limit_gives_its_result_or_its_error():
    assert within_limit("work", lambda: 7) == 7
    with pytest.raises(KeyError):
        within_limit("work", lambda: {}["absent"])
    with pytest.raises(TimeoutError, match="its own"):
        within_limit("work", lambda: (_ for _ in ()).throw(TimeoutError("its own")))


def loop_for_ever(graph):
    """logits go through a Loop whose condition stays true."""

    def value(name: str, kind: int, shape: list | None) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["on_again"]), helper.make_node("Identity", ["x"], ["y"])],
        "body",
        [
            value("i", TensorProto.INT64, []),
            value("on", TensorProto.BOOL, []),
            value("x", TensorProto.FLOAT, None),
        ],
        [value("on_again", TensorProto.BOOL, []), value("y", TensorProto.FLOAT, None)],
    )
    graph.graph.node[-1].output[0] = "before"
    graph.graph.initializer.append(numpy_helper.from_array(np.array(True), "true"))
    graph.graph.node.append(helper.make_node("Loop", ["", "true", "before"], ["logits"], body=body))


def test_a_graph_without_an_end(copy, monkeypatch):
    path = copy / "onnx" / "model.onnx"
    graph = onnx.load(path)
    loop_for_ever(graph)
    onnx.save(graph, path)
    monkeypatch.setattr(time_limit, "LIMIT_S", 2)
    with pytest.raises(EngineError, match=r"model\.onnx: a run did not end within 2 seconds"):
        load(copy, file="model.onnx")
    assert load(copy)(["nausea"])[0][0].text == "nausea"  # nothing is left running that would be in the way


def saved(tmp_path, normalizer=None, pre_tokenizer=None):
    vocabulary = {"[UNK]": 0, "a": 1}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


@pytest.mark.parametrize(
    "normalizer",
    [
        normalizers.Sequence([normalizers.Replace("a", "a" * 10) for _ in range(12)]),
        normalizers.Sequence(
            [normalizers.Sequence([normalizers.Replace(Regex("[ab]"), "ab")]) for _ in range(40)]
        ),
        normalizers.Replace("", "x" * 100),
        normalizers.Prepend("x" * 1_000_000),
    ],
    ids=["each ten times", "doubling", "between all letters", "a megabyte before"],
)
def test_a_normalizer_that_makes_texts_explode(tmp_path, normalizer):
    with pytest.raises(EngineError, match="its normalizer could make a text more than 64 times as long"):
        load_tokenizer(saved(tmp_path, normalizer))


RUNAWAY = [r"(a+)+$", r"(?:a|a)*b", r"([a-z]+)*\d", r"(\w{1,9}){1,50}!", r"(a*)\1\1b", r"(?:x|(?:y+)+)z"]


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_a_pattern_that_may_never_end(tmp_path, pattern):
    with pytest.raises(EngineError, match="repeats a group or refers back"):
        load_tokenizer(saved(tmp_path, normalizers.Replace(Regex(pattern), "")))
    with pytest.raises(EngineError, match="repeats a group or refers back"):
        load_tokenizer(saved(tmp_path, None, pre_tokenizers.Split(Regex(pattern), "isolated")))


def test_a_pattern_that_takes_the_fifth_power_of_a_line(tmp_path):
    pattern = pre_tokenizers.Split(Regex(r"\s*\s*\s*\s*\s*;"), "isolated")
    with pytest.raises(EngineError, match=r"tokenizer\.json: "):
        load_tokenizer(saved(tmp_path, None, pattern))


# Of GPT-2 and RoBERTa, Llama 3, o200k, CLIP, BLOOM; parentheses in a class or escaped repeat no group.
PUBLISHED = [
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}]*[\p{Ll}\p{M}]+(?i:'s|'t|'re)?|\p{N}{1,3}|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    r" ?[^(\s|[.,!?…。，、।۔،])]+",
    r"[()+*]+|\(+|\)+|\w+",
]


@pytest.mark.parametrize("pattern", PUBLISHED)
def test_patterns_of_published_tokenizers_are_taken(tmp_path, pattern):
    tokenizer = load_tokenizer(saved(tmp_path, None, pre_tokenizers.Split(Regex(pattern), "isolated")))
    assert len(tokenise(tokenizer, "a (b) c")) > 1


def test_usual_normalizers_are_taken(tmp_path):
    usual = [
        normalizers.Prepend("▁"),
        normalizers.Replace(" ", "▁"),
        normalizers.NFKD(),
        normalizers.Lowercase(),
        normalizers.Replace(Regex(" {2,}"), " "),
    ]
    assert len(tokenise(load_tokenizer(saved(tmp_path, normalizers.Sequence(usual))), "a b")) > 0


def test_a_tokenizer_that_fails_on_one_text_alone(tmp_path):
    """What the trial could not know is an EngineError as well, even where Rust code fails an assertion."""
    path = saved(tmp_path)
    content = json.loads(path.read_text())
    content["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"Regex": r"(q+)+$"},
        "behavior": "Isolated",
        "invert": False,
    }
    tokenizer = Tokenizer.from_str(json.dumps(content))
    with pytest.raises(EngineError, match="the tokenizer fails on this text"):
        tokenise(tokenizer, "q" * 40 + "!")

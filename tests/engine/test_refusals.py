"""Model folders that must not be used: each gives an EngineError that names what is wrong."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from space.engine import EngineError, load

ABSENT = "(absent)"


def edit(copy, **changes) -> None:
    path = copy / "config.json"
    config = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in config.items() if value != ABSENT}))


def rewrite(copy, change) -> None:
    """Apply `change` to the FP32 graph, and leave it as the only ONNX file."""
    path = copy / "onnx" / "model.onnx"
    graph = onnx.load(path)
    change(graph)
    for file in copy.glob("onnx/*.onnx"):
        file.unlink()
    onnx.save(graph, path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architectures": ["BertForMaskedLM"]}, "BertForMaskedLM, not a token classifier"),
        ({"architectures": "BertForTokenClassification"}, "architectures should be a list of names"),
        ({"architectures": [None]}, "architectures should be a list of names"),
        ({"id2label": ABSENT}, "no id2label"),
        ({"id2label": None}, "no id2label.* found None"),
        ({"id2label": ["O", "B-X", "I-X"]}, "no id2label"),
        ({"id2label": {}}, "no id2label"),
        ({"id2label": {"0": "O", "2": "B-X"}}, "keys of id2label are not 0 to 1"),
        ({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}, "'LABEL_0' is no IOB tag"),
        ({"id2label": {"0": "O", "1": "B-"}}, "'B-' is no IOB tag"),
        ({"id2label": {"0": "O", "1": "E-X"}}, "'E-X' is no IOB tag"),
        ({"id2label": {"0": "O", "1": 7}}, "7 is no IOB tag"),
        ({"id2label": {"0": "O", "1": None}}, "None is no IOB tag"),
        ({"id2label": {"0": "O", "1": "B-\ud800"}}, "is no IOB tag"),
        ({"id2label": {"00": "O", "1": "B-X"}}, "keys of id2label are not 0 to 1"),
        ({"id2label": {str(n): f"B-{n}" for n in range(1, 100_001)}}, "keys of id2label are not 0 to 99999"),
        ({"id2label": {"0": "B-X", "1": "I-X"}}, "needs O once"),
        ({"id2label": {"0": "O", "1": "B-X", "2": "B-X"}}, "each B-X, I-X once"),
        ({"id2label": {"0": "O", "1": "B-X", "2": "I-X"}}, "config.json names 3 labels"),
        ({"vocab_size": 100}, "vocab_size 100"),
        ({"vocab_size": "many"}, "vocab_size should be a count, found 'many'"),
        ({"vocab_size": True}, "vocab_size should be a count, found True"),
        ({"vocab_size": 1e9}, "vocab_size should be a count"),
        ({"max_position_embeddings": ABSENT}, "max_position_embeddings should be a count, found None"),
        ({"max_position_embeddings": None}, "max_position_embeddings should be a count, found None"),
        ({"max_position_embeddings": -1}, "max_position_embeddings should be a count, found -1"),
        ({"max_position_embeddings": float("inf")}, "max_position_embeddings should be a count, found inf"),
        ({"clinstill": None}, "clinstill should be an object"),
        ({"clinstill": [64, 16]}, "clinstill should be an object"),
        ({"clinstill": {"window": -1}}, "do not fit"),
        ({"clinstill": {"window": True, "overlap": False}}, "do not fit"),
        ({"clinstill": {"window": 64.0, "overlap": 16}}, "do not fit"),
        ({"clinstill": {"window": 64, "overlap": -1}}, "do not fit"),
        ({"clinstill": {"window": 64, "overlap": None}}, "do not fit"),
        ({"max_position_embeddings": 10**12, "clinstill": {"window": 10**9}}, "window <= 8192"),
        ({"model_type": ["roberta"], "vocab_size": 0}, "vocab_size should be a count"),
        ({"model_type": "roberta", "pad_token_id": -1}, "pad_token_id should be below"),
        ({"model_type": "roberta", "pad_token_id": 127}, "pad_token_id should be below"),
        ({"model_type": "roberta", "pad_token_id": 100, "clinstill": {"window": 64}}, "window <= 27"),
        ({"clinstill": {"window": 129, "overlap": 8}}, "do not fit"),
        ({"clinstill": {"window": 64, "overlap": 64}}, "do not fit"),
        ({"clinstill": {"window": "wide"}}, "do not fit"),
        ({"clinstill": {"window": 20, "overlap": 18}}, "leaves no room"),
        ({"max_position_embeddings": 512, "clinstill": {"window": 200}}, "cannot run a window of 200 tokens"),
    ],
)
def test_a_configuration_that_does_not_fit(copy, changes, message):
    edit(copy, **changes)
    with pytest.raises(EngineError, match=message):
        load(copy)


def test_without_its_own_setting_the_window_is_what_the_positions_allow(copy):
    edit(copy, clinstill=ABSENT)
    tagger = load(copy)
    assert (tagger.window, tagger.overlap) == (128, 32)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"a": "\xff"}', b"[" * 100_000, b'{"a":' * 100_000],
    ids=[
        "missing",
        "empty",
        "cut",
        "list",
        "null",
        "half of UTF-16",
        "not UTF-8",
        "deep list",
        "deep object",
    ],
)
def test_a_missing_or_broken_json_file(copy, name, content):
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)
    with pytest.raises(EngineError, match=name.replace(".", r"\.")):
        load(copy)


def test_a_tokenizer_of_another_model(copy):
    tokenizer = Tokenizer.from_file(str(copy / "tokenizer.json"))
    tokenizer.add_tokens([f"new{number}" for number in range(5)])
    tokenizer.save(str(copy / "tokenizer.json"))
    with pytest.raises(EngineError, match="do not belong together"):
        load(copy)
    edit(copy, vocab_size=1000)  # the configuration may claim more than the graph has
    with pytest.raises(EngineError, match="tokenizer's last id"):
        load(copy)


def test_special_tokens_beyond_the_vocabulary(copy):
    tokenizer = json.loads((copy / "tokenizer.json").read_text())
    tokenizer["post_processor"]["special_tokens"]["[CLS]"]["ids"] = [999_999]
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(EngineError, match="puts the token 999999 around a text, but its vocabulary ends at"):
        load(copy)


def test_a_vocabulary_without_its_unknown_token(copy):
    tokenizer = json.loads((copy / "tokenizer.json").read_text())
    tokenizer["model"]["unk_token"] = "[GONE]"
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(EngineError, match=r"tokenizer\.json: the tokenizer fails .*Missing \[UNK\] token"):
        load(copy)


def test_a_name_too_long_for_a_folder():
    with pytest.raises(EngineError, match="no such folder"):
        load("x" * 5000)
    with pytest.raises(EngineError, match="no such folder"):
        load("a\0b")


def test_no_such_file_or_folder(model, tmp_path):
    with pytest.raises(EngineError, match=r"onnx/absent\.onnx is missing; found: onnx/model\.onnx"):
        load(model, file="absent.onnx")
    with pytest.raises(EngineError, match="no such folder"):
        load(tmp_path / "absent")
    with pytest.raises(EngineError, match=r"config\.json is missing"):
        load(tmp_path)
    with pytest.raises(EngineError, match="no revision"):
        load(model, revision="main")


@pytest.mark.parametrize("file", ["model.onnx", "model_quantized.onnx"])
@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_truncated_onnx_file(copy, file, share):
    path = copy / "onnx" / file
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(EngineError, match=file.replace(".", r"\.")):
        load(copy, file=file)


def test_files_that_are_not_onnx(copy):
    path = copy / "onnx" / "model_quantized.onnx"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    with pytest.raises(EngineError, match="git lfs pull"):
        load(copy)
    path.write_bytes((copy / "model.safetensors").read_bytes())
    with pytest.raises(EngineError, match="not an ONNX file"):
        load(copy)


def test_external_data(copy):
    path = copy / "onnx" / "model.onnx"
    onnx.save_model(
        onnx.load(path), path, save_as_external_data=True, location="model.onnx_data", size_threshold=0
    )
    with pytest.raises(EngineError, match="external data"):
        load(copy, file="model.onnx")


def foreign_node(graph):
    graph.graph.node.append(helper.make_node("Leak", ["logits"], ["leaked"], domain="evil.ops"))


def foreign_subgraph(graph):
    """The operator is hidden in the branch of an If."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    leak = helper.make_node("Leak", [], ["x"], domain="evil.ops")
    branch = helper.make_graph([leak], "branch", [], [value])
    graph.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    graph.graph.node.append(helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch))


def foreign_function(graph):
    """The operator is hidden in a function of the model's own."""
    leak = helper.make_node("Leak", ["a"], ["b"], domain="evil.ops")
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("evil.ops", 1)]
    graph.functions.append(helper.make_function("com.microsoft", "Nice", ["a"], ["b"], [leak], opsets))


@pytest.mark.parametrize("change", [foreign_node, foreign_subgraph, foreign_function])
def test_custom_operators_wherever_they_hide(copy, change):
    rewrite(copy, change)
    with pytest.raises(EngineError, match=r"evil\.ops::Leak"):
        load(copy)


def test_an_operator_domain_that_the_runtime_knows_but_we_do_not_allow(copy):
    def change(graph):
        graph.graph.node.append(helper.make_node("Scaler", ["logits"], ["scaled"], domain="ai.onnx.ml"))

    rewrite(copy, change)
    with pytest.raises(EngineError, match=r"ai\.onnx\.ml::Scaler"):
        load(copy)


def test_inputs_and_outputs_of_another_kind_of_model(copy):
    def rename_output(graph):
        graph.graph.output[0].name = graph.graph.node[-1].output[0] = "last_hidden_state"

    def extra_input(graph):
        graph.graph.input.append(helper.make_tensor_value_info("head_mask", TensorProto.INT64, [1]))

    rewrite(copy, rename_output)
    with pytest.raises(EngineError, match="outputs last_hidden_state; expected logits"):
        load(copy)
    rewrite(copy, extra_input)
    with pytest.raises(EngineError, match="has the inputs attention_mask, head_mask, input_ids"):
        load(copy)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_scores_that_are_no_numbers(copy, value):
    def change(graph):
        (bias,) = [one for one in graph.graph.initializer if one.name == "classifier.bias"]
        bias.CopyFrom(numpy_helper.from_array(np.full(bias.dims, value, np.float32), bias.name))

    rewrite(copy, change)
    with pytest.raises(EngineError, match=r"model\.onnx: gives scores that are NaN or infinite"):
        load(copy)


def test_scores_that_are_no_numbers_for_one_text_alone(copy):
    """Never "no entities": a damaged weight may touch one word of the vocabulary."""
    aspirin = Tokenizer.from_file(str(copy / "tokenizer.json")).token_to_id("aspirin")

    def change(graph):
        (words,) = [one for one in graph.graph.initializer if one.name == "word_embeddings"]
        values = numpy_helper.to_array(words).copy()
        values[aspirin] = np.nan
        words.CopyFrom(numpy_helper.from_array(values, words.name))

    rewrite(copy, change)
    tagger = load(copy)
    assert tagger(["nausea"])[0][0].text == "nausea"
    with pytest.raises(EngineError, match="NaN or infinite"):
        tagger(["aspirin"])


def output_of_another_rank(graph):
    last = graph.graph.node[-1]
    last.output[0] = "scores_of_a_batch"
    graph.graph.node.append(helper.make_node("ReduceMax", ["scores_of_a_batch"], ["logits"], keepdims=0))
    graph.graph.output[0].type.tensor_type.shape.Clear()


def texts_as_scores(graph):
    graph.graph.node[-1].output[0] = "numbers"
    graph.graph.node.append(helper.make_node("Cast", ["numbers"], ["logits"], to=TensorProto.STRING))
    graph.graph.output[0].type.tensor_type.elem_type = TensorProto.STRING


def inputs_of_another_type(graph):
    for value in graph.graph.input:
        value.type.tensor_type.elem_type = TensorProto.FLOAT
    ids = helper.make_node("Cast", ["input_ids"], ["whole"], to=TensorProto.INT64)
    graph.graph.node.insert(0, ids)


def one_length_alone(graph):
    for value in graph.graph.input:
        value.type.tensor_type.shape.dim[1].dim_value = 64


@pytest.mark.parametrize(
    "change", [output_of_another_rank, texts_as_scores, inputs_of_another_type, one_length_alone]
)
def test_inputs_and_outputs_of_another_shape_or_type(copy, change):
    rewrite(copy, change)
    with pytest.raises(EngineError, match=r"model\.onnx: "):
        load(copy)


def test_a_graph_that_the_runtime_cannot_load(copy):
    rewrite(
        copy, lambda graph: graph.graph.node.append(helper.make_node("NoSuchOperator", ["logits"], ["x"]))
    )
    with pytest.raises(EngineError, match="cannot load it"):
        load(copy)


def test_the_command_line_prints_one_line_and_exits_with_2(tmp_path):
    command = [sys.executable, "-m", "space.engine", str(tmp_path)]
    done = subprocess.run(command, input="", capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {tmp_path}: config.json is missing; ")
    assert done.stderr.count("\n") == 1

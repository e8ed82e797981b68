"""Usage snippets. Those of transformers and optimum run in the training environment's tests."""

import ast

import pytest
import tiny_ledger

from cards.errors import CardError
from cards.render import snippets


def test_the_engines_snippet_prints_what_the_card_shows(student):
    assert snippets.run("clinstill", [student, student], tiny_ledger.TEXT) == [tiny_ledger.OUTPUT] * 2


@pytest.mark.parametrize(
    ("task", "tool"), [(task, tool) for task, tools in snippets.TOOLS.items() for tool in tools]
)
def test_snippets_are_python_whatever_the_text(task, tool):
    text = 'He said: "5\'-AMP"\n\tand \\ left — ✓'
    tree = ast.parse(snippets.code(tool, "me/model", "model.onnx", text, task))
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert text in strings
    assert "me/model" in strings


def test_int8_is_the_file_of_choice():
    assert snippets.onnx_file(["onnx/model.onnx", "onnx/model_quantized.onnx"]) == "model_quantized.onnx"
    assert snippets.onnx_file(["onnx/model_fp16.onnx", "onnx/model.onnx"]) == "model.onnx"
    assert snippets.onnx_file(["onnx/model_fp16.onnx"]) == "model_fp16.onnx"
    with pytest.raises(CardError, match="export the model"):
        snippets.onnx_file(["onnx/mine.onnx"])


def test_a_failing_snippet_says_why(student):
    (student / "tokenizer.json").unlink()
    with pytest.raises(CardError, match=r"tokenizer\.json"):
        snippets.run("clinstill", [student])

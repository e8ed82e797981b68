"""The card's snippets for transformers and optimum, run on model folders as they are staged."""

import contextlib
import io
import re
from pathlib import Path

import pytest
import tiny_ledger

from cards.ledger import Task, Tool
from cards.render import snippets

ONE_CLASS = re.compile(r"(calm|urgent) (0\.\d+|1\.0)\n")
FIVE_WORDS = re.compile(r"(\S+ (0\.\d+|1\.0)\n){5}")
FORM: dict[Task, re.Pattern[str]] = {"text-classification": ONE_CLASS, "fill-mask": FIVE_WORDS}


def printed(tool: Tool, folder: Path, text: str, task: Task) -> str:
    """What a snippet prints, run in this process, whose libraries are loaded; `snippets.run` starts one."""
    file = "" if tool == "transformers" else snippets.onnx_file(map(str, (folder / "onnx").glob("*.onnx")))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(snippets.code(tool, str(folder), file, text, task), {})
    return out.getvalue()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random classifier and a random encoder, each under its task, in the Hub's layout."""
    import tiny_bert
    from optimum.exporters.onnx import main_export
    from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("models")
    for task, kind in (
        ("text-classification", BertForSequenceClassification),
        ("fill-mask", BertForMaskedLM),
    ):
        path = tiny_bert.save_bert(folder / task)
        config = BertConfig.from_pretrained(path)
        if task == "text-classification":
            config.id2label, config.label2id = {0: "calm", 1: "urgent"}, {"calm": 0, "urgent": 1}
        kind(config).save_pretrained(path)
        main_export(path, path / "onnx", task=task, library_name="transformers", do_validation=False)
    return folder


@pytest.mark.parametrize("tool", ["transformers", "optimum"])
def test_a_snippet_prints_what_the_card_shows(tool, tmp_path):
    run = tiny_ledger.make_run(tmp_path / "run")
    student = run / "models" / "student"
    assert printed(tool, student, tiny_ledger.TEXT, "token-classification") == tiny_ledger.OUTPUT


@pytest.mark.parametrize("task", FORM)
def test_the_snippets_of_other_tasks_run_and_find_the_same(task, models):
    text = "Tremor after [MASK] was given."
    first, second = (printed(tool, models / task, text, task) for tool in snippets.TOOLS[task])
    assert FORM[task].fullmatch(first), first
    assert first == second

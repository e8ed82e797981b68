"""A published card's snippets, run as its reader would: a current transformers, the wheel, no optimum.

The models are those of the recipe `smoke`, which `make smoke` trains into build/smoke; the optimum
snippet was run there, when the ledger was written.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from cards.render import snippets

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "build" / "smoke" / "models"
TEST = ROOT / "training" / "recipes" / "smoke" / "test.jsonl"


@pytest.fixture(params=["student", "teacher"])
def model(request) -> Path:
    folder = MODELS / request.param
    assert (folder / "ledger.json").is_file(), "no smoke run here: `make smoke` makes it"
    return folder


@pytest.fixture(scope="module")
def document() -> dict:
    """A test text with at least four entities of each type."""
    for line in TEST.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        labels = [entity["label"] for entity in found["entities"]]
        if min(labels.count("Chemical"), labels.count("Disease")) >= 4:
            return found
    raise AssertionError(f"no such text in {TEST}")


def run_installed(tool: str, folder: Path, text: str, place: Path) -> str:
    """What a snippet prints in this environment, run outside the repository."""
    file = snippets.onnx_file(path.name for path in (folder / "onnx").iterdir())
    code = snippets.code(tool, str(folder), file, text)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def spans(printed: str) -> set[tuple[str, int, int]]:
    """Label, start and end of each printed entity."""
    return {(label, int(start), int(end)) for label, start, end, *_ in map(str.split, printed.splitlines())}


def test_this_is_what_users_have():
    assert int(version("transformers").partition(".")[0]) >= 5
    with pytest.raises(PackageNotFoundError):
        version("optimum")


@pytest.mark.parametrize("tool", ["transformers", "clinstill"])
def test_the_card_s_output_is_what_the_snippet_prints(tool, model, tmp_path):
    ledger = json.loads((model / "ledger.json").read_text(encoding="utf-8"))
    examples = [example for example in ledger["models"][model.name]["examples"] if example["tool"] == tool]
    assert examples
    for example in examples:
        assert run_installed(tool, model, example["text"], tmp_path) == example["output"]


@pytest.mark.parametrize("tool", ["transformers", "clinstill"])
def test_the_snippet_finds_most_of_the_gold_entities(tool, model, document, tmp_path):
    gold = {(entity["label"], entity["start"], entity["end"]) for entity in document["entities"]}
    found = spans(run_installed(tool, model, document["text"], tmp_path))
    assert len(found & gold) >= len(gold) / 2

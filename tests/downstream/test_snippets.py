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
PAGE = "\f"  # between what two snippets print
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


def run_installed(tool: str, folder: Path, texts: list[str], place: Path) -> list[str]:
    """What a snippet prints of each text in this environment, run outside the repository."""
    file = snippets.onnx_file(path.name for path in (folder / "onnx").iterdir())
    code = f"print({PAGE!r}, end='')\n".join(snippets.code(tool, str(folder), file, text) for text in texts)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(PAGE)


def spans(printed: str) -> set[tuple[str, int, int]]:
    """Label, start and end of each printed entity."""
    return {(label, int(start), int(end)) for label, start, end, *_ in map(str.split, printed.splitlines())}


def test_this_is_what_users_have():
    assert int(version("transformers").partition(".")[0]) >= 5
    with pytest.raises(PackageNotFoundError):
        version("optimum")


@pytest.mark.parametrize("tool", ["transformers", "clinstill"])
def test_the_snippet_prints_the_card_s_output_and_finds_most_gold_entities(tool, model, document, tmp_path):
    ledger = json.loads((model / "ledger.json").read_text(encoding="utf-8"))
    [example] = [one for one in ledger["models"][model.name]["examples"] if one["tool"] == tool]
    of_example, of_document = run_installed(tool, model, [example["text"], document["text"]], tmp_path)
    assert of_example == example["output"]
    gold = {(entity["label"], entity["start"], entity["end"]) for entity in document["entities"]}
    assert len(spans(of_document) & gold) >= len(gold) / 2

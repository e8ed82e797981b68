"""Other programs that load a model: found, asked, compared; the programs here are played by the engine.

With the real ones: tests/downstream/test_rehearsal.py.
"""

import shutil
import sys

import pytest
from tiny_model import make_model, state

from publish.verifying import loading
from publish.verifying.loading import LoaderError, Program, start
from space.engine import load

INT8, FP32, WEIGHTS = "onnx/model_quantized.onnx", "onnx/model.onnx", "model.safetensors"
TEXTS = ["Aspirin caused renal failure.", "", "Headache after ibuprofen " * 40]
# A loader by the engine, with something that may go wrong.
PLAYED = """
import json, sys
from space.engine import load
folder, file, precision = sys.argv[1:]
tagger = load(folder, file="model.onnx" if file.endswith("safetensors") else file, threads=1)
print(json.dumps({"labels": tagger.tags, "version": "1"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "text" in asked:
        ids = tagger.tokenizer.encode(asked["text"]).ids
        ANSWER_IDS
        print(json.dumps({"ids": ids}), flush=True)
    else:
        import numpy
        logits = tagger._session(numpy.array(asked["ids"]))
        ANSWER_LOGITS
        print(json.dumps({"logits": logits.tolist()}), flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def played(tmp_path, monkeypatch):
    """played(ids="", logits=""): from then on every program is the engine, with these lines in it."""
    monkeypatch.setenv("PYTHONPATH", str(loading.ROOT))

    def play(ids: str = "pass", logits: str = "pass") -> Program:
        script = tmp_path / "played.py"
        script.write_text(PLAYED.replace("ANSWER_IDS", ids).replace("ANSWER_LOGITS", logits))
        program = Program("played", (sys.executable, str(script)))
        monkeypatch.setattr(loading, "find", lambda tool: program)
        return program

    return play


def checks(folder):
    return {check.what: check for check in loading.check_loaders(folder, TEXTS, lambda line: None)}


def test_a_program_s_windows_are_merged_as_the_engine_s(played, folder):
    with start(played(), folder, INT8) as loader:
        found = loader(TEXTS)

    assert [len(entities) for entities in found] == [2, 0, 80]
    assert loader.ids_differ == []


def test_every_program_loads_all_that_it_can(played, folder):
    played()

    found = checks(folder)

    assert {check.verdict for check in found.values()} == {"ok"}
    assert set(found) == {f"loads in {name}" for name in ("clinstill", *loading.TOOLS)}
    assert found["loads in transformers"].found == f"{WEIGHTS}: 82 entities, played 1; the engine's own"
    assert [line.split(":")[0] for line in found["loads in optimum"].found.splitlines()] == [FP32, INT8]


def test_rules_of_the_engine_are_no_difference_to_other_programs(played, folder, tmp_path, monkeypatch):
    played()
    ruled = shutil.copytree(folder, tmp_path / "ruled")
    state(ruled, rules=["placeholders"], temperature=2)
    monkeypatch.setattr(sys.modules[__name__], "TEXTS", ["[** Aspirin **] caused headache."])
    assert len(load(ruled)(TEXTS)[0]) == 1

    found = checks(ruled)

    assert {check.verdict for check in found.values()} == {"ok"}
    assert found["loads in clinstill"].found.splitlines()[0] == f"{FP32}: 2 entities"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"ids": "ids = ids[:-1]"}, "its tokenizer reads 3 of 3 texts otherwise"),
        ({"logits": "logits = -logits"}, "other entities than the engine's in 2"),
        ({"logits": "raise SystemExit('no such operator')"}, "the program ended: no such operator"),
    ],
)
def test_what_differs_fails_and_says_how(played, folder, fault, said):
    played(**fault)

    found = checks(folder)

    assert found["loads in clinstill"].verdict == "ok"
    assert found["loads in transformers.js"].verdict == "FAIL"
    assert said in found["loads in transformers.js"].found


def test_a_missing_program_is_not_run_and_never_ok(folder, monkeypatch):
    monkeypatch.setattr(loading, "find", lambda tool: None)

    found = checks(folder)

    assert found["loads in optimum"].verdict == "not run"
    assert "`make loaders`" in found["loads in optimum"].found


def test_a_program_is_found_where_its_modules_are(tmp_path, monkeypatch):
    """Here the light environment, which has none of them."""
    monkeypatch.setattr(loading, "ROOT", tmp_path)
    monkeypatch.setattr(loading, "LOADERS", tmp_path)
    assert [loading.find(tool) for tool in loading.TOOLS] == [None] * 3

    monkeypatch.setitem(loading.MODULES, "transformers", ("numpy",))
    assert loading.find("transformers").command[0] == sys.executable


def test_a_file_that_the_engine_refuses_is_given_to_no_other(played, folder, tmp_path):
    played()
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / INT8).write_bytes(b"not a graph")

    found = checks(broken)

    assert found["loads in clinstill"].verdict == "FAIL"
    assert INT8 in found["loads in clinstill"].found
    assert INT8 not in found["loads in optimum"].found


def test_a_token_is_not_handed_on(played, folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    program = played(ids="import os; assert 'HF_TOKEN' not in os.environ")

    with start(program, folder, INT8) as loader:
        loader(TEXTS)


def test_a_program_that_cannot_start_says_why(folder, tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('no module named torch')")

    with (
        pytest.raises(LoaderError, match="no module named torch"),
        start(Program("broken", (sys.executable, str(script))), folder, INT8),
    ):
        pass

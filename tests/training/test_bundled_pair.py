"""The bundled pair keeps its promises: in its ledger, and measured again on the real test split."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cards.ledger import read_ledger
from space.engine import Entity
from training import corpora
from training.measuring.metrics import score
from training.measuring.provenance import environment
from training.recipe import load_recipe

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "space" / "bundled"
DATA = os.environ.get("CLINSTILL_DATA")


def macro_f1(variant: str) -> float:
    return read_ledger(BUNDLED / "student" / "ledger.json").claim(f"{variant}.test.macro.f1").value


def test_scores_keep_the_promise():
    assert macro_f1("teacher.fp16") >= 0.84
    assert macro_f1("student.int8") >= 0.825
    assert abs(macro_f1("student.int8") - macro_f1("student.fp32")) <= 0.005


def test_files_keep_the_promise():
    sizes = {path: path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()}
    assert sizes[BUNDLED / "student/onnx/model_quantized.onnx"] <= 12e6
    assert max(sizes.values()) <= 32e6
    assert sum(sizes.values()) <= 44e6


def test_the_student_is_three_times_faster():
    ledger = read_ledger(BUNDLED / "student" / "ledger.json")
    teacher, student = (
        ledger.claim(f"{v}.latency.128.median").value for v in ("teacher.fp32", "student.int8")
    )
    assert teacher / student >= 3


@pytest.mark.corpora
@pytest.mark.skipif(not DATA, reason="CLINSTILL_DATA names no folder of corpora")
@pytest.mark.parametrize("name", ["student", pytest.param("teacher", marks=pytest.mark.soak)])
def test_the_command_line_reproduces_the_ledger(name):
    test = corpora.load(load_recipe("bundled").corpora["bc5cdr"], {})["test"]
    lines = "".join(json.dumps({"id": d.id, "text": d.text}) + "\n" for d in test)
    command = [sys.executable, "-m", "space.engine", str(BUNDLED / name)]
    done = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [d.id for d in test]

    found = [[Entity(**entity) for entity in answer["entities"]] for answer in answers]
    measured = score(test, found, ("Chemical", "Disease")).macro.f1

    variant = {"student": "student.int8", "teacher": "teacher.fp16"}[name]
    claim = read_ledger(BUNDLED / name / "ledger.json").claim(f"{variant}.test.macro.f1")
    assert claim.environment
    here = environment(claim.environment.threads)
    same_digits = (here.isa, here.versions["onnxruntime"]) == (
        claim.environment.isa,
        claim.environment.versions["onnxruntime"],
    )
    assert measured == pytest.approx(claim.value, abs=5e-5 if same_digits else 0.003)

"""Model folders damaged at random: nothing but EngineError may come of one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_model import make_model

ROOT = Path(__file__).parents[2]
FUZZ = ROOT / "tests" / "support" / "fuzz_models.py"


@pytest.mark.parametrize("seeds", [60, pytest.param(2_000, marks=pytest.mark.soak)])
def test_a_damaged_model_folder_is_used_or_refused_in_a_sentence(tmp_path, seeds):
    """In a process of its own, since a crash in native code would end this one."""
    model = make_model(tmp_path / "model", variants=("fp32",))
    command = [sys.executable, FUZZ, model, "0", str(seeds)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lines[-1], done.stderr.decode(errors="replace")[-2000:])
    assert len(lines) == 2 * seeds
    outcomes = [line["outcome"] for line in lines if "outcome" in line]
    refused = {outcome.split(":")[0] for outcome in outcomes if outcome != "used"}
    # It would show nothing if all were refused alike, or none.
    assert refused >= {"/model/config.json", "/model/tokenizer.json", "/model/onnx/model.onnx"}
    assert 0.05 < outcomes.count("used") / seeds < 0.6

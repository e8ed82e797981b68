"""`make load` in little: phases of a second, on a machine that may be busy with other things."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("load")
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "load", "--quick", "--out", folder],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])},
        capture_output=True,
        text=True,
        timeout=600,
    )
    # 1: a promise not met, as may be in so short a time
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
    return folder


def test_the_figure_and_its_numbers_are_written(written):
    report = json.loads((written / "load.json").read_text(encoding="utf-8"))
    assert (written / "load.png").read_bytes().startswith(b"\x89PNG")
    assert report["quick"] is True
    assert report["engine_alone"]["texts_per_s"] > 0
    assert report["machine"]["threads"] >= 1
    assert [check["name"] for check in report["checks"]]


def test_every_answer_was_that_of_the_engine(written):
    report = json.loads((written / "load.json").read_text(encoding="utf-8"))
    phases = [*report["rising"], *report["capacity_search"]]
    assert sum(phase["accepted"] for phase in phases) > 0
    assert [phase for phase in phases if phase["wrong"] or phase["failed"]] == []


def test_at_least_what_is_above_the_engine_s_rate_is_rejected(written):
    [highest] = json.loads((written / "load.json").read_text(encoding="utf-8"))["rising"][-1:]
    assert highest["sent"] == highest["accepted"] + highest["rejected"]

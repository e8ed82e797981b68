"""A command started with a Python that lacks its packages names the one that has them."""

import subprocess
import sys

import pytest
from sources import ROOT

COMMANDS = [
    ("-m", "cards", "rules"),
    ("publish/push.py", "runs/smoke", "--dry-run"),
    ("publish/verify.py", "me/model"),
    ("-m", "training", "run", "smoke", "--out", "runs/none"),
    ("space/app.py",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_right_environment_is_named(command):
    """-S: without any installed package."""
    done = subprocess.run([sys.executable, "-S", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "`make" in done.stderr and ".venv" in done.stderr
    assert "Traceback" not in done.stderr

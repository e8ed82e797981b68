"""A command started with a Python that lacks its packages names the one that has them."""

import os
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


@pytest.mark.parametrize("command", ["publish/push.py", "publish/verify.py"])
def test_another_version_of_a_package_is_told_too(command, tmp_path):
    """The environment for training has an older client of the Hub."""
    (tmp_path / "huggingface_hub.py").touch()
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, command, "me/model"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("The package 'huggingface_hub' is missing here, or is another version.")
    assert ".venv/bin/python" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_right_environment_is_named(command):
    """-S: without any installed package."""
    done = subprocess.run([sys.executable, "-S", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "`make" in done.stderr and ".venv" in done.stderr
    assert "Traceback" not in done.stderr

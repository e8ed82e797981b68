"""The scripts themselves: help, and a Python without the packages."""

import subprocess
import sys
from pathlib import Path

import pytest

PUBLISH = Path(__file__).parents[2] / "publish"


@pytest.mark.parametrize(("script", "option"), [("push", "--teacher-repo-id"), ("verify", "--revision")])
def test_help_teaches_by_example(script, option, tmp_path):
    done = subprocess.run(
        [sys.executable, PUBLISH / f"{script}.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 0, done.stderr
    assert option in done.stdout
    assert f"python publish/{script}.py" in done.stdout


@pytest.mark.parametrize("script", ["push", "verify"])
def test_missing_package_names_the_command_that_installs_it(script, tmp_path):
    """-S leaves site-packages out, as in a Python in which nothing was set up."""
    done = subprocess.run(
        [sys.executable, "-S", PUBLISH / f"{script}.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 2
    assert "`make setup`" in done.stderr
    assert "Traceback" not in done.stderr

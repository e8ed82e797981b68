"""No telemetry: ONNX Runtime, as published, would send records of its use to its maker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_model import make_model

ROOT = Path(__file__).parents[2]
RUN = "from space.engine import load\nprint(load({folder!r})(['Aspirin.'])[0][0].label)"


def run(code: str, home: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_tagging_leaves_no_record(tmp_path):
    folder = make_model(tmp_path / "model", variants=("int8",))
    home = tmp_path / "home"
    home.mkdir()
    assert run(RUN.format(folder=str(folder)), home) == "Chemical"
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("package", ["space.engine", "cards", "training"])
def test_each_package_that_imports_it_says_so_first(package, tmp_path):
    assert run(f"import {package}, os\nprint(os.environ['ORT_DISABLE_TELEMETRY'])", tmp_path) == "1"
    modules = (ROOT / package.replace(".", "/")).rglob("*.py")
    assert any("import onnxruntime" in module.read_text() for module in modules)

"""The wheel `clinstill`, built and installed alone: the engine and its declared dependencies only."""

import json
import shutil
import subprocess
import sys
import venv
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from sources import ROOT
from tiny_model import make_model

from space.engine import __version__

TEXT = "Aspirin caused renal failure."


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, so that nothing left over from another build gets in."""
    project = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "space" / "engine", project / "space" / "engine", ignore=ignore)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", project / "dist", project], check=True)
    (built,) = (project / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory) -> Path:
    """A fresh environment's bin folder: the wheel, and links to what it declares that it needs."""
    environment = tmp_path_factory.mktemp("alone")
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, wheel], check=True)
    (site,) = (environment / "lib").glob("python*/site-packages")
    needs = PathDistribution(next(site.glob("clinstill-*.dist-info"))).requires
    for name in _closure(needs):
        _link(name, site)
    return python.parent


def _closure(requirements: list[str]) -> set[str]:
    """Names of what these requirements bring in, themselves included, extras left out."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and requirement.name not in found:
            found.add(requirement.name)
            waiting += distribution(requirement.name).requires or []
    return found


def _link(name: str, site: Path) -> None:
    installed = distribution(name)
    tops = {file.parts[0] for file in installed.files if file.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(installed.locate_file(top))


def run(command: list, folder: Path, **options) -> subprocess.CompletedProcess:
    """Run outside the repository, so that nothing of it can be imported."""
    return subprocess.run(
        command, cwd=folder, env={"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, **options
    )


def test_the_wheel_tags_text_alone(alone, tmp_path):
    model = make_model(tmp_path / "model")
    code = (
        "from clinstill import load\n"
        f"for entity in load({str(model)!r})([{TEXT!r}])[0]:\n"
        "    print(entity.label, entity.start, entity.end, entity.text)\n"
    )
    done = run([alone / "python", "-c", code], tmp_path)
    assert (done.stdout, done.stderr) == ("Chemical 0 7 Aspirin\nDisease 15 28 renal failure\n", "")


def test_the_wheel_brings_the_command_line(alone, tmp_path):
    model = make_model(tmp_path / "model")
    line = json.dumps({"id": "1", "text": TEXT}) + "\n"
    done = run([alone / "clinstill", model], tmp_path, input=line)
    assert done.returncode == 0, done.stderr
    entities = json.loads(done.stdout)["entities"]
    assert [entity["text"] for entity in entities] == ["Aspirin", "renal failure"]


def test_the_wheel_names_its_version(wheel, alone, tmp_path):
    done = run([alone / "python", "-c", "import clinstill; print(clinstill.__version__)"], tmp_path)
    assert done.stdout.strip() == __version__ == wheel.name.split("-")[1]


def test_a_type_checker_believes_the_wheel(alone, tmp_path):
    (tmp_path / "use.py").write_text(
        "from clinstill import Entity, load\n"
        "found: list[list[Entity]] = load('me/model')(['a'])\n"
        "start: str = found[0][0].start\n"
    )
    python = f"--python-executable={alone / 'python'}"
    mypy = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", python, "use.py"]
    said = run(mypy, tmp_path).stdout
    assert said.startswith("use.py:3: error: Incompatible types in assignment"), said
    assert "Found 1 error" in said


def test_the_environment_holds_nothing_of_the_space(alone, tmp_path):
    """Else the two tests above would show nothing."""
    for module in ("gradio", "pydantic", "space", "pytest"):
        assert run([alone / "python", "-c", f"import {module}"], tmp_path).returncode == 1

"""The requirement files: exact pins, the same versions where code runs in both environments."""

import re
import tomllib
from itertools import combinations

import pytest
import yaml
from packaging.requirements import Requirement
from sources import PACKAGES, ROOT, sources, third_party

LIGHT = "requirements.txt"
TRAINING = "training/requirements.txt"
TESTS = "tests/requirements.txt"
LIGHT_TESTS = "tests/light-requirements.txt"
EXTRA = "space/requirements-extra.txt"
DOWNSTREAM = "tests/downstream-requirements.txt"
# Distributions that are not named as the module they bring.
DISTRIBUTIONS = {
    "markdown_it": "markdown-it-py",
    "optimum": "optimum-onnx",
    "opentelemetry": "opentelemetry-sdk",
    "pynvml": "nvidia-ml-py",
    "yaml": "pyyaml",
}
# Imported when something is switched on, and pinned in EXTRA.
OPTIONAL = {"opentelemetry-sdk"}


def pins(file: str) -> dict[str, str]:
    """Distribution -> version, files that it includes counted in. Anything but a pin fails."""
    found = {}
    path = ROOT / file
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            found |= pins(str((path.parent / line[3:]).relative_to(ROOT)))
        elif line:
            match = re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)", line)
            assert match, f"{file}: {line!r} is not an exact pin of a lower-case name"
            found[match[1]] = match[2]
    return found


def distribution(module: str) -> str:
    return DISTRIBUTIONS.get(module, module.replace("_", "-"))


@pytest.mark.parametrize("name", ["numpy", "onnxruntime", "pydantic", "tokenizers"])
def test_what_runs_in_both_environments_is_pinned_in_both(name):
    assert pins(LIGHT)[name] == pins(TRAINING)[name]


def test_a_package_has_one_version_wherever_it_is_pinned():
    """All but the Hub's client, whose two versions are why there are two environments."""
    for one, other in combinations(map(pins, (LIGHT, TRAINING, TESTS, LIGHT_TESTS)), 2):
        shared = (one.keys() & other.keys()) - {"huggingface-hub"}
        assert {name: one[name] for name in shared} == {name: other[name] for name in shared}


def test_the_light_environment_has_no_torch():
    assert not {"torch", "transformers", "optimum", "optimum-onnx"} & pins(LIGHT).keys()


def test_downstream_has_a_current_transformers_and_our_torch():
    assert int(pins(DOWNSTREAM)["transformers"].partition(".")[0]) >= 5
    assert pins(DOWNSTREAM)["torch"] == pins(TRAINING)["torch"]
    assert not {"optimum", "optimum-onnx"} & pins(DOWNSTREAM).keys()


def test_the_space_runs_the_gradio_that_it_pins():
    front_matter = yaml.safe_load((ROOT / "space/README.md").read_text(encoding="utf-8").split("---")[1])
    assert front_matter["sdk_version"] == pins("space/requirements.txt")["gradio"]


@pytest.mark.parametrize(
    ("folders", "file"),
    [
        (("space",), EXTRA),
        (("cards", "publish"), LIGHT),
        (("training", "space/engine", "cards", "publish/loaders"), TRAINING),
    ],
)
def test_every_imported_package_is_pinned(folders, file):
    """The loaders run where transformers and optimum are, not where the rest of `publish` is;
    a run is trained and linted without the Hub."""
    files = set(sources(*folders))
    if "publish" in folders:
        files -= set(sources("publish/loaders"))
    if "training" in folders:
        files -= {path for path in files if path.match("cards/lint/hub.py")}
    imported = {distribution(module) for path in files for module in third_party(path)}
    assert imported - pins(file).keys() == set()


def test_the_space_starts_without_what_is_optional():
    imported = {distribution(module) for path in sources("space") for module in third_party(path)}
    assert imported - pins("space/requirements.txt").keys() <= OPTIONAL


def test_the_wheel_admits_the_pinned_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    for file in (LIGHT, TRAINING):
        for requirement in requirements:
            assert requirement.specifier.contains(pins(file)[requirement.name])
    imported = {distribution(module) for path in sources("space/engine") for module in third_party(path)}
    assert imported == {requirement.name for requirement in requirements}


def test_no_requirement_names_an_index():
    for file in (LIGHT, "space/requirements.txt", EXTRA, TRAINING, TESTS, LIGHT_TESTS, DOWNSTREAM):
        assert not re.search(r"https?:|--|@", (ROOT / file).read_text(encoding="utf-8")), file


def test_every_package_of_ours_is_looked_at():
    with_code = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert with_code <= set(PACKAGES)

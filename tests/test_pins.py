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
PEERS = "locks/peers.in"
# Distributions that are not named as the module they bring.
DISTRIBUTIONS = {
    "markdown_it": "markdown-it-py",
    "PIL": "pillow",
    "optimum": "optimum-onnx",
    "opentelemetry": "opentelemetry-sdk",
    "pydantic_core": "pydantic",  # which pins it exactly
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


@pytest.mark.parametrize("name", ["numpy", "tokenizers"])
def test_peers_cut_texts_with_what_the_engine_does(name):
    assert pins(PEERS)[name] == pins(LIGHT)[name]


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
        files -= {path for path in files if path.match("cards/lint/input/hub.py")}
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


def locked(name: str) -> dict[str, str]:
    """Distribution -> version in `locks/NAME.txt`. A package without a hash fails."""
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    found = {}
    for package in re.split(r"\n(?=\S)", text.strip()):
        match = re.match(r"([a-z0-9.-]+)==(\S+)", package)
        assert match, f"{name}: {package!r} is no pinned package"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), f"{name}: {match[1]} has no hash"
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize(
    ("lock", "files"),
    [
        ("demo", [LIGHT]),
        ("image", [EXTRA]),
        ("light", [LIGHT, TESTS, LIGHT_TESTS]),
        ("training", [TRAINING, TESTS]),
        ("downstream", [DOWNSTREAM]),
        ("build", ["locks/build.in"]),
        ("sbom", ["locks/sbom.in"]),
        ("peers", [PEERS]),
    ],
)
def test_a_lock_holds_what_is_pinned(lock, files):
    """After a change of pins: make lock."""
    packages = locked(lock) | (locked("torch") if lock in ("training", "downstream") else {})
    for file in files:
        assert pins(file).items() <= packages.items()


def test_environments_that_share_a_folder_have_the_same_versions():
    light = locked("light")
    assert locked("demo").items() <= light.items()
    shared = locked("build").keys() & light.keys()
    assert {name: locked("build")[name] for name in shared} == {name: light[name] for name in shared}
    assert locked("torch-cpu")["torch"] == locked("torch")["torch"] + "+cpu"
    assert "nvidia-cublas" in locked("cuda")


def test_no_requirement_names_an_index():
    locks = [str(path.relative_to(ROOT)) for path in ROOT.glob("locks/*.txt")]
    for file in (LIGHT, "space/requirements.txt", EXTRA, TRAINING, TESTS, LIGHT_TESTS, DOWNSTREAM, *locks):
        text = (ROOT / file).read_text(encoding="utf-8").replace("    --hash=sha256:", "")
        assert not re.search(r"https?:|--|@", text), file


def test_every_package_of_ours_is_looked_at():
    with_code = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert with_code <= set(PACKAGES)

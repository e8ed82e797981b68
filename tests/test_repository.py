"""What a newcomer relies on: documents that tell the truth, a tree without leftovers."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sources import PACKAGES, ROOT, sources

from space.engine import __version__

MEGABYTE = 10**6
DOCUMENTS = ("README.md", "ARCHITECTURE.md")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_files() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found.append((path.relative_to(ROOT), data.decode("utf-8")))
    return found


def test_no_file_names_a_place_on_one_machine():
    """Invented paths in the tests of lint rules and errors are none."""
    own = re.compile(r"(?<![\w.~}/-])/(?:home|Users|root|mnt|work|opt|data)/\w")
    files = [(path, text) for path, text in text_files() if path.parts[0] != "tests"]
    assert [f"{path}: {match[0]}" for path, text in files for match in own.finditer(text)] == []
    assert [str(path) for path, text in text_files() if str(ROOT) in text] == []


def test_only_ci_knows_of_the_folder_beside_the_clone():
    beside = "../" + "shared"
    assert [str(path) for path, text in text_files() if beside in text] == [".ci/run"]


def test_no_file_is_too_large_for_a_clone():
    sizes = {path.relative_to(ROOT): path.stat().st_size for path in tracked()}
    assert {str(path): size for path, size in sizes.items() if size > 32 * MEGABYTE} == {}
    bundled = sum(size for path, size in sizes.items() if path.parts[:2] == ("space", "bundled"))
    assert 0 < bundled <= 44 * MEGABYTE


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"", text)
    for target in (one or other for one, other in targets):
        if not target.startswith(("https://", "#")):
            assert (ROOT / target.partition("#")[0]).exists(), f"{document} links {target}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_paths_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    for module in re.findall(r"python -m ((?:space|training|cards|publish)[\w.]*)", text):
        assert (ROOT / module.replace(".", "/") / "__main__.py").is_file(), f"python -m {module}"
    for script in re.findall(r"python ([\w/]+\.py)", text):
        assert (ROOT / script).is_file(), script
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)\b(?=[`\s,])", _code(text))) <= set(targets)
    for name in re.findall(r"`((?:space|training|cards|publish|tests|docs)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), name


def _code(text: str) -> str:
    """The code in a Markdown text: fenced blocks and code spans, one a line."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(blocks + re.findall(r"`[^`\n]+`", text))


def test_the_map_shows_every_module():
    """By its name, or as one of many alike: `formats/*.py`."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = [path for path in sources(*PACKAGES) if path.name not in ("__init__.py", "__main__.py")]
    missing = [path for path in modules if path.name not in text and f"{path.parent.name}/*.py" not in text]
    assert [str(path.relative_to(ROOT)) for path in missing] == []


# Names that several rooms have, and the one meaning of each.
SHARED_NAMES = {
    "card": "a model card",
    "cli": "arguments of a command",
    "distil": "a kind of step: what its settings are, and what it does",
    "errors": "exceptions",
    "finetune": "a kind of step",
    "front_matter": "the YAML above a card",
    "hub": "reads the Hugging Face Hub",
    "labels": "entity types",
    "prune": "a kind of step",
    "report": "what a check found, as it is written",
    "running": "work that goes on",
    "scores": "precision, recall and F1",
    "snippets": "usage code on a card",
    "speed": "how long a text takes",
    "theme": "colours and fonts",
    "vocabulary": "a kind of step",
    "weights": "files of weights",
}


def test_a_module_name_means_one_thing():
    """A name that is new to this list wants a thought: another meaning wants another name."""
    rooms = Counter(path.stem for path in sources(*PACKAGES) if path.stem not in ("__init__", "__main__"))
    assert {name for name, count in rooms.items() if count > 1} == SHARED_NAMES.keys()


def test_the_readme_s_python_prints_what_it_says():
    """Each Python block is run; the text block below it is what it printed."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n+```text\n(.*?)```", text, re.DOTALL)
    assert blocks
    for code, printed in blocks:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert (done.stdout, done.returncode) == (printed, 0), done.stderr


def test_the_changelog_tells_of_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\]", changelog, re.MULTILINE)


@pytest.fixture
def makefile(tmp_path) -> Path:
    """A folder with the Makefile and the lock files, and no environment."""
    private = [f"space/private/{name}" for name in ("package-lock.json", "runtime.js", "vendor.mjs")]
    locks = [str(lock.relative_to(ROOT)) for lock in ROOT.glob("locks/*.txt")]
    for name in ["Makefile", *locks, *private]:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = ["make", "--no-print-directory", "-C", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_make_alone_lists_the_targets(makefile):
    listed = make(makefile).stdout
    assert {"demo", "setup", "test", "lint"} <= {line.split()[0] for line in listed.splitlines()}


def test_make_says_which_python_is_missing(makefile):
    done = make(makefile, "--dry-run", "demo", "PYTHON=")
    assert done.returncode == 2
    assert "Python 3.11 was not found" in done.stderr


def test_make_demo_sets_up_no_torch_and_only_once(makefile):
    first = make(makefile, "--dry-run", "demo", "PORT=8000")
    assert "venv" in first.stdout
    assert "training" not in first.stdout
    assert "PORT=8000" in first.stdout
    (makefile / ".venv").mkdir()
    (makefile / ".venv" / ".ready").touch()
    assert make(makefile, "--dry-run", "demo").stdout.splitlines()[-1].endswith("space/app.py")
    assert "pip" not in make(makefile, "--dry-run", "demo").stdout


def test_make_without_node_says_how_to_get_the_private_page_and_serves_all_else(makefile):
    alone = make(makefile, "private", "NPM=")
    assert alone.returncode == 2
    assert "npm was not found. Install Node.js" in alone.stderr
    (makefile / ".venv" / "bin").mkdir(parents=True)
    (makefile / ".venv" / ".ready").touch()
    python = makefile / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\necho served $*\n", encoding="utf-8")
    python.chmod(0o755)
    demo = make(makefile, "demo", "NPM=")
    assert demo.returncode == 0
    assert "install Node.js and run: make private" in demo.stdout
    assert demo.stdout.splitlines()[-1] == "served space/app.py"
    runtime = makefile / "space" / "private" / "vendor" / "ort-wasm-simd-threaded.wasm"
    runtime.parent.mkdir()
    runtime.touch()
    assert "Node" not in make(makefile, "demo", "NPM=").stdout


def test_the_ci_script_is_valid_shell():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)

"""Who may import whom (ARCHITECTURE.md, "Imports")."""

import sys
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from sources import PACKAGES, ROOT, imports, sources

# What each part may import of ours besides itself.
ALLOWED = {
    "space": (),
    "cards": (),
    "training": ("space.engine", "cards"),
    # Verification measures again with the functions that measured: those parts of training need no torch.
    "publish": ("space.engine", "cards", "training.corpora", "training.measuring", "training.recipe"),
}
ENGINE_LIBRARIES = {"huggingface_hub", "numpy", "onnxruntime", "tokenizers"}  # the wheel's dependencies
OURS = {*PACKAGES, "tests"}


def offences(source: str, place: Path) -> list[str]:
    """What a file at `place` imports against the rules, one line each."""
    part = place.parts[0]
    in_engine = place.parts[:2] == ("space", "engine")
    found = []
    for imported in imports(source, place):
        where = f"{place}:{imported.line}: imports {imported.module}"
        if imported.relative:
            if not _within(imported.module, ["space.engine" if in_engine else part]):
                found.append(f"{where}, out of its own package")
        elif in_engine:
            if imported.top not in ENGINE_LIBRARIES | sys.stdlib_module_names:
                found.append(f"{where}; the engine takes relative imports and its wheel's libraries only")
        elif part == "space":
            # app.py is a program, so no import of its can be relative.
            if imported.top in OURS - ({"space"} if place.name == "app.py" else set()):
                found.append(f"{where}; the Space imports itself alone, by relative names")
        elif imported.top in OURS - {part} and not _within(imported.module, ALLOWED[part]):
            found.append(f"{where}; {part} may import {' and '.join(ALLOWED[part]) or 'nothing'} of ours")
    return found


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def test_imports_keep_their_direction():
    files = [(path.read_text(encoding="utf-8"), path.relative_to(ROOT)) for path in sources(*PACKAGES)]
    assert [line for source, place in files for line in offences(source, place)] == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("space/engine/load.py", "import torch"),
        ("space/engine/load.py", "from space.engine import tokens"),
        ("space/engine/load.py", "from ..ui import theme"),
        ("space/engine/load.py", "def late():\n    import gradio"),
        ("space/ui/highlight_tab.py", "from space.engine import load"),
        ("space/ui/highlight_tab.py", "from cards.ledger import read_ledger"),
        ("space/app.py", "from training import recipe"),
        ("cards/render/__init__.py", "from space.engine import load"),
        ("training/steps/distil.py", "from publish import push"),
        ("training/steps/distil.py", "import space.ui"),
        ("publish/push.py", "from training.steps import distil"),
        ("publish/push.py", "from training.running import run"),
        ("publish/push.py", "import training"),
        ("publish/push.py", "from tests.support import tiny_model"),
    ],
)
def test_a_wrong_direction_is_found(place, source):
    assert len(offences(source, Path(place))) == 1


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("space/engine/load.py", "import numpy as np\nfrom .tokens import windows\nfrom . import decode"),
        ("space/ui/highlight_tab.py", "import gradio as gr\nfrom .theme import THEME\nfrom . import views"),
        ("space/ui/highlight_tab.py", "if TYPE_CHECKING:\n    from cards import Tagger"),
        ("space/app.py", "from space.engine import load\nfrom space.ui.layout import build"),
        ("training/steps/distil.py", "from cards.ledger import Claim\nfrom space.engine import load"),
        (
            "publish/verifying/evaluation_data.py",
            "from training import corpora\nfrom training.measuring.metrics import count",
        ),
        (
            "publish/pushing/cli.py",
            "from cards import lint\nfrom publish.hub import push\nfrom space import engine",
        ),
    ],
)
def test_a_right_direction_is_let_through(place, source):
    assert offences(source, Path(place)) == []


def circle(files: Mapping[Path, str]) -> list[str]:
    """Find modules that import one another, in types too; the first of them is also the last."""
    modules = {".".join(place.with_suffix("").parts).removesuffix(".__init__"): place for place in files}
    graph: dict[str, set[str]] = {}
    for module, place in modules.items():
        named = {imported.module for imported in imports(files[place], place, types=True)}
        found = {
            name if name in modules else name.rpartition(".")[0] for name in named
        }  # a module, or its name
        graph[module] = found & modules.keys() - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_module_imports_its_importer():
    files = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sources(*PACKAGES)}
    assert circle(files) == []


def test_a_circle_is_found_in_types_too():
    types = "if TYPE_CHECKING:\n    from .b import B"
    files = {Path("space/__init__.py"): "", Path("space/a.py"): types, Path("space/b.py"): "from . import a"}
    assert set(circle(files)) == {"space.a", "space.b"}
    assert circle(files | {Path("space/b.py"): "import a"}) == []

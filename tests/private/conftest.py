"""The modules of the private page, and the engine that they have to agree with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from javascript import PRIVATE, Run, in_node, in_page, serve_folder
from tiny_model import make_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A small model's folder. Not to be written to."""
    return make_model(tmp_path_factory.mktemp("private") / "tiny", variants=("int8",))


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The folder of the student that the Space ships."""
    return PRIVATE.parent / "bundled" / "student"


@pytest.fixture(scope="session", params=[pytest.param("Chromium", marks=pytest.mark.browser), "Node"])
def javascript(request) -> Iterator[Run]:
    """run(body, **data): the body of an async function with `data` and `module(name)`, its result as JSON."""
    if request.param == "Chromium":
        browser = request.getfixturevalue("browser")
        with serve_folder(PRIVATE, {}) as url:
            page = browser.new_page()
            page.goto(f"{url}package.json")  # any file: the scripts stand on the page, not in it
            yield in_page(page)
            page.close()
    else:
        node = shutil.which("node")
        if node is None:
            pytest.skip("no Node on the path")
        with in_node(node) as run:
            yield run

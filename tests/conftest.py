"""What several folders of tests share. Imported where it is used: not every environment has all of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # as our packages do, whichever a test imports first

CARD = """---
license: apache-2.0
base_model: someone/base
tags: [clinical, onnx]
---

# A tiny model

| Type | F1 |
|---|---|
| Chemical | 0.9 |
"""


@pytest.hookimpl(trylast=True)  # pytest sorts by fixture itself
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with the browser come last: Playwright keeps an event loop running in this thread, in which
    `asyncio.run` then fails."""
    items.sort(key=lambda item: "browser" in item.fixturenames or bool(item.get_closest_marker("browser")))


@pytest.fixture(scope="session", autouse=True)
def _test_log(tmp_path_factory) -> Iterator[Path]:
    """Looks at test data are counted in a log of the tests, never in the user's; in what they start, too."""
    log = tmp_path_factory.mktemp("log") / "test_evaluations.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLINSTILL_TEST_LOG", str(log))
        yield log


@pytest.fixture(scope="session")
def browser():
    """An installed Chromium under Playwright's control: one for all, since there can be but one."""
    from running_space import chromium, find_chromium

    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the path, and CHROMIUM does not name one")
    with chromium(path) as running:
        yield running


@pytest.fixture(scope="session")
def tiny_pair(tmp_path_factory) -> Path:
    """A folder with student/ and teacher/, the student with a card."""
    from tiny_model import make_model

    folder = tmp_path_factory.mktemp("pair")
    make_model(folder / "student", variants=("int8",))
    make_model(folder / "teacher", variants=("fp32",))
    (folder / "student" / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_environment(tiny_pair) -> dict[str, str]:
    """What makes the Space load the tiny pair."""
    return {f"CLINSTILL_{role.upper()}": str(tiny_pair / role) for role in ("student", "teacher")}


@pytest.fixture(scope="session")
def running_space(tiny_environment, tmp_path_factory) -> Iterator:
    """The Space with the tiny pair, served on a free port: a RunningSpace."""
    from running_space import serve

    with serve(tmp_path_factory.mktemp("space"), tiny_environment) as space:
        yield space

"""A rendered run, built once and copied for each test; `--update` rewrites the expected cards:

.venv/bin/python -m pytest tests/cards --update
"""

import shutil
from pathlib import Path

import pytest
import tiny_ledger

from cards.render import render_run


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="write expected cards anew instead of comparing")


@pytest.fixture(scope="session")
def rendered_run(tmp_path_factory) -> Path:
    """A run whose cards are rendered; read it, do not change it."""
    run = tiny_ledger.make_run(tmp_path_factory.mktemp("cards") / "run")
    render_run(run, tiny_ledger.REPOS)
    return run


@pytest.fixture
def run(rendered_run, tmp_path) -> Path:
    """A copy of the rendered run for a test to change."""
    return shutil.copytree(rendered_run, tmp_path / "run")


@pytest.fixture
def student(run) -> Path:
    return run / "models" / "student"

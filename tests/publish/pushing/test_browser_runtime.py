"""The browser runtime of the Space's private page: fetched by a push, announced by a dry run."""

import os
from pathlib import Path

import pytest

from publish.pushing.browser_runtime import RUNTIME, ensure_runtime


@pytest.fixture
def private(tmp_path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """npm(script): a stand-in on the path that runs `script` in sh."""

    def make(script: str) -> None:
        (tmp_path / "npm").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "npm").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return make


def test_what_is_there_is_not_fetched_again(private, npm):
    npm("exit 1")
    (private / RUNTIME).parent.mkdir()
    (private / RUNTIME).touch()
    said = []
    ensure_runtime(private, said.append, fetch=True)
    assert said == []


def test_a_push_fetches_it(private, npm):
    npm(f'echo "$*" >> called; if [ "$1" = run ]; then mkdir vendor; echo wasm > {RUNTIME}; fi')
    said = []
    ensure_runtime(private, said.append, fetch=True)
    assert (private / "called").read_text() == "ci --ignore-scripts\nrun vendor\n"
    assert (private / RUNTIME).is_file()
    assert said == []


def test_a_dry_run_says_that_a_push_would(private, npm):
    npm("touch called")
    said = []
    ensure_runtime(private, said.append, fetch=False)
    assert "a push fetches it with npm" in said[0]
    assert not (private / "called").exists()


def test_without_npm_it_says_what_to_install(private, monkeypatch):
    monkeypatch.setenv("PATH", str(private))
    said = []
    ensure_runtime(private, said.append, fetch=True)
    assert "npm was not found" in said[0]
    assert "Install Node.js, then push again" in said[0]


def test_a_failing_npm_is_told_and_does_not_stop_the_push(private, npm):
    npm("echo noise >&2; echo 'npm error network: no route' >&2; exit 7")
    said = []
    ensure_runtime(private, said.append, fetch=True)
    assert "`npm ci --ignore-scripts` in private/ ended with 7 (npm error network: no route)." in said[0]

"""Fake models for the parts of the page, and the whole Space as a process for the rest."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tiny_model import make_model

from space.engine import Entity
from space.ui.contract import Model

SPACE = Path(__file__).parents[2] / "space"
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


class WordTagger:
    """Tags the given words wherever they stand."""

    def __init__(self, file: Path, words: dict[str, str], score: float = 0.9):
        self.labels = sorted(set(words.values()))
        self.file, self.sha256, self.threads, self.notes = file, "0" * 64, 1, []
        self.words, self.score, self.calls = words, score, 0

    def __call__(self, texts):
        self.calls += 1
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> list[Entity]:
        found = [
            Entity(start, start + len(word), label, self.score, word)
            for word, label in self.words.items()
            if (start := text.find(word)) >= 0
        ]
        return sorted(found, key=lambda entity: entity.start)


@pytest.fixture
def make_fake(tmp_path):
    """make_fake(name, words, card="") -> Model"""

    def make(name: str, words: dict[str, str], card: str = "") -> Model:
        file = tmp_path / f"{name}.onnx"
        file.write_bytes(b"x" * (4_000_000 if name == "Teacher" else 1_000_000))
        return Model(name, f"bundled/ ({name})", WordTagger(file, words), card)

    return make


@pytest.fixture(scope="session")
def tiny_pair(tmp_path_factory) -> Path:
    """A folder with student/ and teacher/, the student with a card."""
    folder = tmp_path_factory.mktemp("pair")
    make_model(folder / "student", variants=("int8",))
    make_model(folder / "teacher", variants=("fp32",))
    (folder / "student" / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@dataclass
class RunningSpace:
    url: str
    log: Path
    temporary: Path


@pytest.fixture(scope="session")
def running_space(tiny_pair, tmp_path_factory) -> Iterator[RunningSpace]:
    """The Space with the tiny pair, served on a free port."""
    folder = tmp_path_factory.mktemp("space")
    with serve(folder, space_environment(tiny_pair)) as space:
        yield space


def space_environment(pair: Path) -> dict[str, str]:
    return {"CLINSTILL_STUDENT": str(pair / "student"), "CLINSTILL_TEACHER": str(pair / "teacher")}


class serve:  # noqa: N801 - used as a with statement
    """Start `python space/app.py` with extra environment variables; wait until it answers."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder, self.environment = folder, environment

    def __enter__(self) -> RunningSpace:
        port, log, temporary = free_port(), self.folder / "log.txt", self.folder / "tmp"
        temporary.mkdir()
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, SPACE / "app.py"],
                env=os.environ
                | {"PORT": str(port), "GRADIO_TEMP_DIR": str(temporary), "TMPDIR": str(temporary)}
                | self.environment,
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait(f"http://127.0.0.1:{port}", log)
        return RunningSpace(f"http://127.0.0.1:{port}", log, temporary)

    def _wait(self, url: str, log: Path, seconds: int = 400) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the Space ended with {self.process.returncode}:\n{log.read_text()}")
            try:
                httpx.get(url, trust_env=False)
                return
            except httpx.TransportError:
                time.sleep(0.2)
        self.process.kill()
        pytest.fail(f"the Space did not answer within {seconds} s:\n{log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=30) in (0, -15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def chromium():
    """An installed Chromium under Playwright's control."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium: none on the path, and CHROMIUM does not name one")
    flags = ["no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update"]
    flags += ["disable-sync", "no-first-run"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[f"--{flag}" for flag in flags])
        yield browser
        browser.close()

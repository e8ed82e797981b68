"""Fake models for the parts of the page, and the whole Space as a process for the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_space import RunningSpace, serve
from tiny_model import make_model

from space.engine import Entity
from space.ui.contract import Model

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


def fake_model(name: str, tagger: WordTagger, card: str = "", ledger: dict | None = None) -> Model:
    revision = f"sha256:{tagger.sha256}"
    return Model(name, f"bundled/ ({name})", tagger, card, name.lower(), revision, ledger, lambda: tagger)


@pytest.fixture
def make_fake(tmp_path):
    """make_fake(name, words, card="") -> Model"""

    def make(name: str, words: dict[str, str], card: str = "") -> Model:
        file = tmp_path / f"{name}.onnx"
        file.write_bytes(b"x" * (4_000_000 if name == "Teacher" else 1_000_000))
        return fake_model(name, WordTagger(file, words), card)

    return make


@pytest.fixture(scope="session")
def tiny_pair(tmp_path_factory) -> Path:
    """A folder with student/ and teacher/, the student with a card."""
    folder = tmp_path_factory.mktemp("pair")
    make_model(folder / "student", variants=("int8",))
    make_model(folder / "teacher", variants=("fp32",))
    (folder / "student" / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def running_space(tiny_pair, tmp_path_factory) -> Iterator[RunningSpace]:
    """The Space with the tiny pair, served on a free port."""
    folder = tmp_path_factory.mktemp("space")
    chosen = {f"CLINSTILL_{role.upper()}": str(tiny_pair / role) for role in ("student", "teacher")}
    with serve(folder, chosen) as space:
        yield space

"""Fake models for the parts of the page."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from visiting import Visit

from space.contract import Model
from space.engine import Entity


class Words:
    """A tokenizer: a token for each word, and two special ones."""

    def encode(self, text: str) -> SimpleNamespace:
        return SimpleNamespace(ids=[0, *text.split(), 0])


class WordTagger:
    """Tags the given words wherever they stand."""

    def __init__(self, file: Path, words: dict[str, str], score: float = 0.9):
        self.labels = sorted(set(words.values()))
        self.file, self.sha256, self.threads, self.notes = file, "0" * 64, 1, []
        self.words, self.score, self.calls = words, score, 0
        self.tokenizer, self.texts = Words(), []

    def __call__(self, texts):
        self.calls += 1
        self.texts += texts
        return [self._tag(text) for text in texts]

    async def find(self, texts):
        return self(texts)

    def notice(self, text: str) -> str | None:
        return "It does not look like English." if "Kopfschmerzen" in text else None

    def _tag(self, text: str) -> list[Entity]:
        found = [
            Entity(start, start + len(word), label, self.score, word)
            for word, label in self.words.items()
            if (start := text.find(word)) >= 0
        ]
        return sorted(found, key=lambda entity: entity.start)


def fake_model(name: str, tagger: WordTagger, card: str = "", ledger: dict | None = None) -> Model:
    revision = f"sha256:{tagger.sha256}"
    return Model(
        name, f"bundled/ ({name})", tagger, card, name.lower(), revision, ledger, lambda threads: tagger
    )


@pytest.fixture
def make_fake(tmp_path):
    """make_fake(name, words, card="", ledger=None) -> Model"""

    def make(name: str, words: dict[str, str], card: str = "", ledger: dict | None = None) -> Model:
        file = tmp_path / f"{name}.onnx"
        file.write_bytes(b"x" * (4_000_000 if name == "Teacher" else 1_000_000))
        return fake_model(name, WordTagger(file, words), card, ledger)

    return make


@pytest.fixture
def open_visit(browser, running_space) -> Iterator:
    """open_visit(address="", **context options) -> Visit; at the end nothing may have gone wrong or out."""
    contexts, visits = [], []

    def open_page(address: str = "", **options) -> Visit:
        contexts.append(browser.new_context(**options))
        visits.append(Visit(contexts[-1].new_page(), running_space.url + address))
        return visits[-1]

    yield open_page
    for visit in visits:
        assert visit.complaints == []
        own = (running_space.url, "data:", "blob:")
        assert [url for url in visit.requests if not url.startswith(own)] == []
    for context in contexts:
        context.close()

"""Fake models for the parts of the page."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from running_space import RunningSpace, serve
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


SPACE_HOST = "me-space.hf.space"


@pytest.fixture(scope="session")
def published_space(tiny_environment, tmp_path_factory) -> Iterator[RunningSpace]:
    """The Space as huggingface.co runs it, but on loopback, with the page's tool on."""
    there = {"SPACE_ID": "me/space", "SPACE_HOST": SPACE_HOST, "HOST": "127.0.0.1", "CLINSTILL_MCP": "on"}
    with serve(tmp_path_factory.mktemp("published"), tiny_environment | there) as space:
        yield space


def visits_of(browser, running_space) -> Iterator:
    contexts, visits = [], []

    def open_page(address: str = "", **options) -> Visit:
        contexts.append(browser.new_context(**options))
        visits.append(Visit(contexts[-1].new_page(), running_space.url + address))
        return visits[-1]

    yield open_page
    for visit in visits:
        assert visit.complaints == [], running_space.log.read_text()[-4_000:]  # what the server said to it
        own = (running_space.url, "data:", "blob:")
        assert [url for url in visit.requests if not url.startswith(own)] == []
    for context in contexts:
        context.close()


@pytest.fixture
def open_visit(browser, running_space) -> Iterator:
    """open_visit(address="", **context options) -> Visit; at the end nothing may have gone wrong or out."""
    yield from visits_of(browser, running_space)


@pytest.fixture(scope="module")
def visit(browser, running_space) -> Iterator[Visit]:
    """One page for all tests of a module that leave its settings as they are."""
    for open_page in visits_of(browser, running_space):
        yield open_page()

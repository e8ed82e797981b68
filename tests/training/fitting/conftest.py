"""Fixtures of fittings, see tests/support/tiny_fitting.py."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import tiny_fitting
import torch
from transformers import BertForTokenClassification

from training.corpora.document import Document
from training.fitting.examples import Cutter, Example
from training.fitting.trainer import WordTrainer, fit
from training.recipe.fitting import Fitting


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for one another take longer than these models."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return tiny_fitting.make_documents()


@pytest.fixture(scope="session")
def cutter(documents: list[Document]) -> Cutter:
    return tiny_fitting.make_cutter(documents)


@pytest.fixture(scope="session")
def make_model(cutter: Cutter) -> Callable[..., BertForTokenClassification]:
    return partial(tiny_fitting.make_model, cutter.tokenizer.get_vocab_size())


@pytest.fixture
def settings() -> Callable[..., dict]:
    """Settings of two short epochs on corpora `a` and `b`, with these over them."""
    basic = {"on": {"a": ["train"], "b": ["train"]}, "epochs": 2, "learning_rate": 5e-3, "batch_size": 2}
    return lambda **more: {**basic, "bf16": False, **more}


@pytest.fixture
def run(tmp_path, documents, cutter, make_model) -> Callable[..., BertForTokenClassification]:
    """Fits a tiny model in a folder, and goes on with what is there."""

    def run(
        fitting: Fitting,
        folder: str,
        trainer: Callable[..., WordTrainer] = WordTrainer,
        cutter: Cutter = cutter,
        model: BertForTokenClassification | None = None,
        examples: list[Example] | None = None,
    ) -> BertForTokenClassification:
        model = model or make_model()
        if examples is None:
            cut = partial(cutter.prepare, annotates=tiny_fitting.COMPLETE)
            prepared = [cut(document, corpus="ab"[index % 2]) for index, document in enumerate(documents)]
            examples = [e for own in prepared for e in cutter.examples(own, fitting.continuations)]
        here: Path = tmp_path / folder
        here.mkdir(exist_ok=True)
        files = here / "checkpoints", here / "log.jsonl"
        others = documents[:4], cutter, tiny_fitting.LABELS, (), fitting, *files, []
        fit("tiny", model, examples, *others, trainer)
        return model

    return run

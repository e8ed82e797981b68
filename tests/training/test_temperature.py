"""What stands outside the weights: the temperature fits the guard, and a model's folder states it all."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_bert import RECIPE, documents
from tiny_model import state

from space.engine import RULES, load
from training.corpora.document import Document, Span
from training.corpora.formats import jsonl
from training.measuring import temperature
from training.run_context import Context
from training.run_folder import RunFolder


def guard_of(folder: Path, every: int) -> list[Document]:
    """Documents in which one in `every` entities that the model finds is right, however sure it is."""
    texts = documents(12)
    return [
        document.model_copy(
            update={"spans": tuple(Span(start=e.start, end=e.end, label=e.label) for e in found[::every])}
        )
        for document, found in zip(texts, load(folder)([d.text for d in texts]), strict=True)
    ]


def loss(folder: Path, divisor: float, guard: list[Document]) -> float:
    """Mean negative logarithm of what the scores give for what is the case, through the whole engine."""
    state(folder, temperature=divisor)
    chances = []
    for document, found in zip(guard, load(folder)([d.text for d in guard]), strict=True):
        right = {(span.start, span.end) for span in document.spans}
        chances += [e.score if (e.start, e.end) in right else 1 - e.score for e in found]
    return -float(np.log(np.maximum(chances, 1e-6)).mean())


@pytest.mark.parametrize(("every", "direction"), [(4, 1), (2, -1)], ids=["hotter", "colder"])
def test_no_other_temperature_fits_better(exported, every, direction):
    guard = guard_of(exported, every)
    best, entities = temperature.fit_temperature([(load(exported), guard)])
    assert entities == sum(map(len, load(exported)([d.text for d in guard])))
    assert (best - 1) * direction > 0.05
    fitted = loss(exported, best, guard)
    for other in (1.0, best - 0.1, best + 0.1):
        assert fitted <= loss(exported, other, guard)


def test_where_nothing_is_found_scores_stay(exported):
    assert temperature.fit_temperature([(load(exported), [Document(id="1", text=" ", spans=())])]) == (1.0, 0)


@pytest.fixture
def context(exported: Path, tmp_path: Path) -> Context:
    """Of the node, in a run with one exported model and a guard."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(exported, run.models / "student")
    run.guard.parent.mkdir()
    jsonl.write(guard_of(exported, 2), run.guard)
    return Context(RECIPE, run, node="student.calibrate")


def test_a_folder_states_how_its_model_runs(context):
    fitted, entities = temperature.run(context, RECIPE.models["student"])

    tagger = load(context.model_folder)
    assert (tagger.rules, tagger.temperature) == (tuple(RULES), fitted.value)
    assert fitted.id.text == "student.calibration.temperature"
    assert (fitted.n, fitted.split, fitted.unit) == (12, "guard", "setting")
    assert (entities.id.text, entities.value > 10) == ("student.calibration.entities", True)


def test_a_folder_that_is_complete_is_left_as_it_is(context):
    folder = context.model_folder
    weights = (folder / "model.safetensors").read_bytes()
    temperature.run(context, RECIPE.models["student"])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before[folder / "model.safetensors"] == weights
    temperature.run(context, RECIPE.models["student"])
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before

"""What stands outside the weights: the temperature fits the guard, and a model's folder states it all."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_bert import RECIPE, documents
from tiny_model import state
from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast

from space.engine import RULES, load
from training import calibrate
from training.corpora.document import Document, Span
from training.corpora.formats import jsonl
from training.encoders import read_notes
from training.run_context import Context, load_tokenizer
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


def loss(folder: Path, temperature: float, guard: list[Document]) -> float:
    """Mean negative logarithm of what the scores give for what is the case, through the whole engine."""
    state(folder, temperature=temperature)
    chances = []
    for document, found in zip(guard, load(folder)([d.text for d in guard]), strict=True):
        right = {(span.start, span.end) for span in document.spans}
        chances += [e.score if (e.start, e.end) in right else 1 - e.score for e in found]
    return -float(np.log(np.maximum(chances, 1e-6)).mean())


@pytest.mark.parametrize(("every", "direction"), [(4, 1), (2, -1)], ids=["hotter", "colder"])
def test_no_other_temperature_fits_better(exported, every, direction):
    guard = guard_of(exported, every)
    temperature, entities = calibrate.fit_temperature(load(exported), guard)
    assert entities == sum(map(len, load(exported)([d.text for d in guard])))
    assert (temperature - 1) * direction > 0.05
    fitted = loss(exported, temperature, guard)
    for other in (1.0, temperature - 0.1, temperature + 0.1):
        assert fitted <= loss(exported, other, guard)


def test_where_nothing_is_found_scores_stay(exported):
    assert calibrate.fit_temperature(load(exported), [Document(id="1", text=" ", spans=())]) == (1.0, 0)


@pytest.fixture
def context(exported: Path, tmp_path: Path) -> Context:
    """Of a run with one exported model and a guard."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(exported, run.models / "student")
    (run.models / "student" / "vocab.txt").write_text("[PAD]\n")
    jsonl.write(guard_of(exported, 2), run.split("guard"))
    return Context(RECIPE, run)


def test_a_folder_states_how_its_model_runs(context):
    folder = context.run.models / "student"

    temperature, entities = calibrate.run(context)

    tagger = load(folder)
    assert (tagger.rules, tagger.temperature) == (tuple(RULES), temperature.value)
    assert temperature.id.text == "student.calibration.temperature"
    assert (temperature.n, temperature.split, temperature.unit) == (12, "guard", "setting")
    assert (entities.id.text, entities.value > 10) == ("student.calibration.entities", True)
    cut = tagger.tokenizer.encode("metformin500mg", add_special_tokens=False)
    assert cut.word_ids.count(0) == len("metformin"), "a dose is a word of its own"


def test_a_folder_that_is_complete_is_left_as_it_is(context):
    calibrate.run(context)
    folder = context.run.models / "student"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert folder / "vocab.txt" not in before
    calibrate.run(context)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_steps_for_notes_survive_a_checkpoint(context, tmp_path):
    """As a class of BERT's, transformers 5 would make it anew, without them."""
    reading = read_notes(load_tokenizer(context.run.models / "student"))
    reading.save_pretrained(tmp_path / "saved")
    again = load_tokenizer(tmp_path / "saved")
    assert type(again) is PreTrainedTokenizerFast and read_notes(again) is again
    assert again("x\u2192y metformin500mg") == reading("x\u2192y metformin500mg")
    assert [again.pad_token, again.sep_token, again.unk_token] == ["[PAD]", "[SEP]", "[UNK]"]


def test_a_tokenizer_of_another_kind_is_left_as_it_is():
    other = PreTrainedTokenizerFast(tokenizer_object=ByteLevelBPETokenizer()._tokenizer)
    assert read_notes(other) is other

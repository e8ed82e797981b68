"""A student learns from its teacher, and a killed distillation goes on as if it had not been."""

import copy
import json
from functools import partial

import pytest
import torch
from tiny_fitting import COMPLETE, assert_equal, killed, last_weights

from training.errors import StageError
from training.fitting.distillation import (
    PROJECTION,
    Agreement,
    DistillationTrainer,
    compares_layers,
    matched_layers,
)
from training.fitting.teachers import Teacher, label
from training.recipe.distil import PRESETS, Distil, Loss

EVERYTHING = {"temperature": 2, "kl": 1, "ce": 1, "logits": 1, "hidden": 1, "attention": 1, "patient": 1}


def test_agreement_counts_what_is_known():
    agreement = Agreement()
    known = torch.tensor([[True, True, True, False]])
    agreement.update(torch.tensor([[0, 1, 1, 0]]), torch.tensor([[0, 1, 2, 0]]), known)
    assert agreement.take() == pytest.approx(2 / 3)
    assert agreement.take() == 0  # nothing since


def test_layers_are_matched_as_they_were_copied_or_evenly(make_model):
    student, teacher = make_model(layers=3).config, make_model(layers=6).config
    loss = Loss(temperature=1, hidden=1)
    assert matched_layers(loss, student, teacher, None) == (1, 3, 5)
    assert matched_layers(loss, student, teacher, (0, 2, 5)) == (0, 2, 5)
    chosen = Loss(temperature=1, hidden=1, match=(0, 1, 2))
    assert matched_layers(chosen, student, teacher, (0, 2, 5)) == (0, 1, 2)
    with pytest.raises(StageError, match=r"layers 0 to 5; found \[0, 6, 1\]"):
        matched_layers(Loss(temperature=1, hidden=1, match=(0, 6, 1)), student, teacher, None)
    with pytest.raises(StageError, match="one alone"):
        matched_layers(Loss(preset="pkd"), make_model(layers=1).config, teacher, None)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_preset_fills_in_what_the_recipe_does_not_say(preset):
    shown = Loss.model_validate({"preset": preset, "kl": 0.25}).model_dump()
    assert shown | PRESETS[preset] | {"kl": 0.25} == shown
    # The resolved recipe reads as what it was.
    assert Loss.model_validate(shown).model_dump() == shown


def test_a_loss_needs_a_term():
    with pytest.raises(ValueError, match="no term has a weight"):
        Loss(temperature=2)
    with pytest.raises(ValueError, match="temperature"):
        Loss(kl=1)


@pytest.fixture(scope="module")
def teacher(make_model):
    return make_model(seed=5)


@pytest.fixture
def distilled(run, settings, documents, cutter, make_model, teacher):
    """Distils a narrower student in a folder."""

    def distilled(loss: dict, folder: str, wrap=lambda trainer: trainer):
        step = {"do": "distil", "teachers": ["t"], "start": {"encoder": "e"}, "loss": loss}
        step = Distil.model_validate(settings(**step))
        texts = [cutter.prepare(document, COMPLETE) for document in documents[:8]]
        texts += [cutter.prepare(document) for document in documents[8:]]
        soft = label(
            [Teacher(teacher, cutter)], texts, cutter.tags, step.loss.temperature, step.combine, False
        )
        pairs = zip(texts, soft, strict=True)
        student = make_model(hidden=16)
        trainer = partial(
            DistillationTrainer,
            distillation=step.loss,
            teacher=copy.deepcopy(teacher) if compares_layers(step.loss) else None,
            layers=matched_layers(step.loss, student.config, teacher.config, None),
        )
        examples = [e for text, own in pairs for e in cutter.examples(text, step.continuations, own)]
        return run(step, folder, wrap(trainer), model=student, examples=examples)

    return distilled


def test_a_killed_distillation_ends_with_the_same_weights(distilled, make_model, tmp_path):
    whole = distilled(EVERYTHING, "whole")
    with pytest.raises(KeyboardInterrupt):
        distilled(EVERYTHING, "killed", killed)
    resumed = distilled(EVERYTHING, "killed")
    assert_equal(resumed.state_dict(), whole.state_dict())
    assert_equal(last_weights(tmp_path / "killed"), last_weights(tmp_path / "whole"))
    # The projection was trained, and is gone.
    assert PROJECTION + ".weight" in last_weights(tmp_path / "whole")
    assert whole.state_dict().keys() == make_model(hidden=16).state_dict().keys()


def test_a_student_comes_to_agree_with_its_teacher(distilled, tmp_path):
    distilled({"temperature": 1, "kl": 1}, "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    epochs = [line for line in lines if "student_teachers_agreement" in line]
    assert len(epochs) == 2
    assert epochs[0]["student_teachers_agreement"] < epochs[1]["student_teachers_agreement"]
    assert epochs[0]["teachers_gold_agreement"] == epochs[1]["teachers_gold_agreement"] > 0
    assert 0 < epochs[1]["student_gold_agreement"] < 1


@pytest.mark.parametrize("name", Loss.terms())
def test_every_term_teaches(distilled, make_model, name):
    trained = distilled({"temperature": 2, name: 1}, "run")
    moved = trained.bert.encoder.layer[0].output.dense.weight
    assert not torch.equal(moved, make_model(hidden=16).bert.encoder.layer[0].output.dense.weight)

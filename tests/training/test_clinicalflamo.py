"""ClinicalFlamo's recipe goes the whole way, with tiny stand-ins for its bases and corpus."""

import json
import shutil
from pathlib import Path

import pytest
from case_reports import CORPUS, write_corpus
from safetensors.numpy import load_file

from cards.ledger import read_ledger
from training import running
from training.recipe import load_recipe
from training.run_context import Context
from training.run_folder import RunFolder

STAND_INS = [
    "steps.bio-clinicalbert.base={id: stand-in/teacher, license: mit, source: 'scratch:2x64'}",
    "steps.bio-clinicalbert.on={bc5cdr: [train]}",  # what a vocabulary is learnt from
    "steps.distil-clinicalbert.base={id: stand-in/student, license: mit, source: 'scratch:1x32'}",
    "steps.distil-clinicalbert.on={bc5cdr: [train]}",
    CORPUS,
    "guard.documents=4",
    "evaluation.lengths=[32]",
    "evaluation.repeats=3",
    "evaluation.resamples=50",
    "models.student.int8.f1_budget=1",  # what is learnt from thirty sentences is noise
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("flamo")
    write_corpus(folder / "invented")
    run = RunFolder(folder / "run")
    recipe = load_recipe("clinicalflamo", STAND_INS)
    with pytest.MonkeyPatch.context() as patch:
        # Snippets are run by other tests.
        patch.setattr("training.ledger.examples", lambda folders, task: [()] * len(folders))
        running.run(Context(recipe, run, {"invented": folder / "invented"}))
    return run


def test_it_keeps_the_published_hyper_parameters(run):
    steps = load_recipe(str(run.recipe)).steps
    teacher, student, pruned = (steps[name] for name in ("teacher", "student", "pruned"))
    assert (teacher.epochs, teacher.learning_rate) == (3, 2e-5)
    assert student.loss == pruned.loss
    assert (student.loss.temperature, student.loss.weights) == (4, {"kl": 0.5, "ce": 0.5})
    assert (student.schedule, student.patience) == ("cosine", 3)
    assert pruned.amount == 0.4


def test_every_variant_is_measured(run):
    ledger = read_ledger(run.ledger)
    for variant in ("teacher.fp32", "teacher.fp16", "student.fp32", "student.int8"):
        assert 0 <= ledger.claim(f"{variant}.test.macro.f1").value <= 1
        assert ledger.claim(f"{variant}.latency.32.median").value > 0
    assert ledger.models["student"].base.id == "stand-in/student"


def test_the_published_sparsity_is_that_of_the_file(run):
    claimed = read_ledger(run.ledger).claim("student.sparsity").value
    weights = load_file(run.models / "student" / "model.safetensors")
    linear = [w for name, w in weights.items() if ".layer." in name and w.ndim == 2]
    assert claimed == pytest.approx(0.4, abs=0.001)
    assert sum((w == 0).sum() for w in linear) / sum(w.size for w in linear) == pytest.approx(
        claimed, abs=1e-6
    )


def test_a_pruned_student_states_what_was_pruned_and_what_it_cost(run):
    ledger = read_ledger(run.ledger)
    assert ledger.claim("student.setting.amount").value == 0.4
    records = [json.loads((run.step(s) / "record.json").read_text()) for s in ("student", "pruned")]
    costs = [record["cost"]["seconds"] for record in records]
    assert ledger.claim("student.training.seconds").value == pytest.approx(sum(costs))


def test_a_new_measurement_makes_the_ledger_stale(run, tmp_path):
    copy = RunFolder(Path(shutil.copytree(run.path, tmp_path / "copy")))
    context = Context(load_recipe(str(copy.recipe)), copy)
    ledger = running.find(context, "ledger")
    assert running.reason(context, ledger) is None

    record = copy.step("student.scores") / "record.json"
    measured = json.loads(record.read_text())
    measured["claims"][0]["value"] += 1
    record.write_text(json.dumps(measured))

    assert running.reason(context, ledger) == "what it reads: record of student.scores"

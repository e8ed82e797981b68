"""ClinicalFlamo's recipe goes the whole way, with tiny stand-ins for its bases and corpus."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from cards.ledger import read_ledger
from training import pipeline
from training.recipe import load_recipe
from training.run_context import Context
from training.run_folder import RunFolder
from training.stages import STAGES

STAND_INS = [
    "teacher.base={id: stand-in/teacher, license: mit, source: 'scratch:2x64'}",
    "student.base={id: stand-in/student, license: mit, source: 'scratch:1x32'}",
    "corpus={id: invented, format: jsonl, license: cc0-1.0, types: {Chemical: Chemical, Disease: Disease},"
    " files: {train: train.jsonl, development: development.jsonl, test: test.jsonl}}",
    "guard_documents=4",
    "evaluation.lengths=[32]",
    "evaluation.repeats=3",
    "evaluation.resamples=50",
    "quantization.f1_budget=1",  # what is learnt from thirty sentences is noise
]


def write_split(path: Path, count: int) -> None:
    lines = []
    for index in range(count):
        drug, disease = ("zalcipine", "morvastat")[index % 2], ("rash", "acute gout", "tremor")[index % 3]
        text = f"Case {path.stem} {index}: {disease} improved after {drug} was stopped."
        entities = [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label}
            for name, label in ((drug, "Chemical"), (disease, "Disease"))
        ]
        lines.append(json.dumps({"id": f"{path.stem}-{index}", "text": text, "entities": entities}))
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("flamo")
    (folder / "invented").mkdir()
    for split, count in (("train", 30), ("development", 10), ("test", 8)):
        write_split(folder / "invented" / f"{split}.jsonl", count)
    run = RunFolder(folder / "run")
    recipe = load_recipe("clinicalflamo", STAND_INS)
    # Its test F1 is nobody's business: evaluations on invented text are not counted. The snippets are run by
    # other tests.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.ledger.examples", lambda folder: ())
        patch.setattr("training.evaluation_log.LOG", folder / "test_evaluations.jsonl")
        pipeline.run(Context(recipe, run, {"invented": folder / "invented"}))
    return run


def test_it_keeps_the_published_hyper_parameters(run):
    recipe = load_recipe(str(run.recipe))
    assert (recipe.teacher.fitting.epochs, recipe.teacher.fitting.learning_rate) == (3, 2e-5)
    assert (recipe.student.distillation.temperature, recipe.student.distillation.alpha) == (4, 0.5)
    assert (recipe.student.fitting.schedule, recipe.student.fitting.patience) == ("cosine", 3)
    assert recipe.pruning and recipe.pruning.amount == 0.4


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
    costs = [
        json.loads((run.work(s) / "record.json").read_text())["cost"]["seconds"] for s in ("student", "prune")
    ]
    assert ledger.claim("student.training.seconds").value == pytest.approx(sum(costs))


def test_a_new_measurement_makes_the_ledger_stale(run, tmp_path):
    copy = RunFolder(Path(shutil.copytree(run.path, tmp_path / "copy")))
    context = Context(load_recipe(str(copy.recipe)), copy)
    ledger = next(stage for stage in STAGES if stage.name == "ledger")
    assert pipeline.is_done(context, ledger)

    record = copy.work("evaluate") / "record.json"
    measured = json.loads(record.read_text())
    measured["claims"][0]["value"] += 1
    record.write_text(json.dumps(measured))

    assert not pipeline.is_done(context, ledger)

"""Cross-validation in place of guard documents: what is chosen, and on what."""

import json
import shutil
from pathlib import Path
from statistics import mean

import pytest
from tiny_recipe import RECIPE, write_corpus

from training import running
from training.corpora.apart import Fold
from training.graph import graph
from training.measuring import scores
from training.onnx.int8 import REPORT, QuantizationReport
from training.recipe import RecipeError, load_recipe
from training.run_context import Context
from training.run_folder import RunFolder

FOLDS = 3
GUARD = {"corpus": "invented", "split": "train", "folds": FOLDS}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a teacher and a student, up to the student's calibration."""
    folder = tmp_path_factory.mktemp("crossed")
    write_corpus(folder / "invented")
    steps = {name: RECIPE["steps"][name] for name in ("encoder", "teacher", "student")}
    steps["teacher"] = steps["teacher"] | {"epochs": 4, "learning_rate": 1e-2}
    models = {"student": {"from": "student", "int8": {"per_channel": [True, False], "f1_budget": 1}}}
    recipe = RECIPE | {"guard": GUARD, "steps": steps, "models": models}
    (folder / "tiny.yaml").write_text(json.dumps(recipe))
    running.run(context_of(folder), last="student.calibrate")
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def context_of(folder: Path, *settings: str) -> Context:
    recipe = load_recipe(str(folder / "tiny.yaml"), list(settings))
    return Context(recipe, RunFolder(folder / "run"), {"invented": folder / "invented"})


def curve(run: RunFolder, step: str) -> list[float]:
    lines = [json.loads(line) for line in (run.log / f"{step}.jsonl").read_text().splitlines()]
    return [line["eval_f1"] for line in lines if "eval_f1" in line]


def test_each_fold_learns_from_the_other_parts(finished):
    context = context_of(finished)
    whole = context.split("invented", "train")
    parts = []
    for number, fold in enumerate(context.folds):
        own = Context(context.recipe, fold)
        apart, rest = own.guard(), own.split("invented", "train")
        assert all(Fold(number, FOLDS).holds(document) for document in apart)
        assert {d.id for d in apart} | {d.id for d in rest} == {d.id for d in whole}
        assert not {d.id for d in apart} & {d.id for d in rest}
        parts += apart
    assert sorted(d.id for d in parts) == sorted(d.id for d in whole), "each document is the guard once"
    assert len(whole) == 24, "what is published learns from all"


def test_the_best_epoch_is_that_of_the_folds_mean(finished):
    context = context_of(finished)
    for step in ("teacher", "student"):
        curves = [curve(fold, step) for fold in context.folds]
        assert len(curves) == FOLDS
        assert step == "student" or any(map(any, curves)), "nothing was learned, so nothing is compared"
        assert curve(context.run, step) == pytest.approx(
            [mean(scores) for scores in zip(*curves, strict=True)]
        )


def test_the_int8_setting_is_chosen_by_the_folds_mean(finished):
    context = context_of(finished)
    runs = (context.run, *context.folds)
    reports = [
        QuantizationReport.model_validate_json((run.step("student.int8") / REPORT).read_bytes())
        for run in runs
    ]
    whole, *folds = reports
    assert whole.fp32_guard_f1 == pytest.approx(mean(report.fp32_guard_f1 for report in folds))
    for number, attempt in enumerate(whole.tries):
        assert attempt.loss == pytest.approx(mean(report.tries[number].loss for report in folds))
        assert attempt.least_loss <= attempt.loss


def test_claims_on_the_guard_are_of_all_documents_and_of_the_folds_files(finished):
    context = context_of(finished)
    claims = {claim.id.text: claim for claim in running.read_record(context, "student.calibrate").claims}
    assert claims["student.calibration.temperature"].n == 24
    own = context.of("student.scores")
    variant = scores.load_variants(own.model_folder, 1)[-1]
    [claim] = scores._on_guard(own, variant)
    assert claim.n == 24 and claim.artifact is None, "no file that is published was measured on it"


def test_nothing_runs_again_and_a_lost_file_of_a_fold_is_made_again(folder, capsys):
    running.run(context_of(folder), last="student.calibrate")
    assert "starts" not in capsys.readouterr().out
    (folder / "run/folds/1/models/student/onnx/model.onnx").unlink()
    running.run(context_of(folder), last="folds")
    started = [line for line in capsys.readouterr().out.splitlines() if "starts" in line]
    assert [line.partition(":")[0] for line in started] == ["folds", "student.export", "student.int8"]


def test_edited_code_of_a_step_runs_the_folds_again(folder, monkeypatch):
    real = running.code_of

    def edited(name: str) -> dict[str, str]:
        return {
            key: "edited" if key == "training.fitting.distillation" else of for key, of in real(name).items()
        }

    monkeypatch.setattr(running, "code_of", edited)
    context = context_of(folder)
    [folds] = [node for node in graph(context.recipe) if node.name == "folds"]
    assert running.reason(context, folds) == "code: training.fitting.distillation"


def test_fewer_folds_leave_none_behind(folder):
    running.run(context_of(folder, "guard.folds=2"), last="folds")
    assert len(context_of(folder).folds) == 2


def test_a_part_of_a_corpus_may_be_the_guard_by_itself(folder):
    context = context_of(folder, "guard.fold=1")
    assert "folds" not in [node.name for node in graph(context.recipe)]
    running.run(context, last="corpora")
    assert all(Fold(1, FOLDS).holds(document) for document in context.guard())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["guard.fold=3"], "fold 3 of 3 folds; they are numbered from 0"),
        (["guard.folds=null", "guard.fold=0"], "fold 0 of no folds"),
        (["guard.folds=1"], "greater than or equal to 2"),
        (["guard.split=test"], "guard.folds: all of 'test' is trained on, and it is measured on"),
    ],
)
def test_wrong_folds_are_errors_of_the_recipe(finished, settings, message):
    with pytest.raises(RecipeError, match=message):
        context_of(finished, *settings)

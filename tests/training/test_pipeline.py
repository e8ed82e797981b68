"""Stages run once, again when their inputs change, and go on when they were killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from training import corpus, pipeline
from training.cli import main
from training.corpora import CorpusError
from training.recipe import RecipeError, load_recipe
from training.run_context import Context
from training.run_folder import RunFolder
from training.stages import STAGES

ROOT = Path(__file__).parents[2]
MADE = ("corpus", "encoders", "teacher", "student", "prune")

FITTING = {"train_on": ["train"], "epochs": 2, "learning_rate": 2e-3, "batch_size": 4}
RECIPE = {
    "name": "tiny",
    "title": "Tiny",
    "summary": "finds invented drugs",
    "labels": ["Drug"],
    "corpus": {
        "id": "invented",
        "format": "jsonl",
        "license": "cc0-1.0",
        "files": {"train": "train.jsonl", "development": "development.jsonl", "test": "test.jsonl"},
        "types": {"Drug": "Drug"},
    },
    "guard_documents": 4,
    "window": 32,
    "overlap": 4,
    "threads": 1,  # a load that changes between two runs must not change the weights
    "vocabulary": {"min_count": 2, "splits": ["train"]},
    "teacher": {
        "base": {"id": "tiny", "license": "apache-2.0", "source": "scratch:2x32"},
        "fitting": FITTING,
    },
    "student": {"layers": [1], "distillation": {"alpha": 0.5, "temperature": 2}, "fitting": FITTING},
    "pruning": {"amount": 0.5, "recovery": FITTING | {"epochs": 1}},
}


def write_corpus(folder: Path) -> None:
    folder.mkdir()
    for split, count in (("train", 24), ("development", 8), ("test", 6)):
        lines = []
        for index in range(count):
            drug = ("zalcipine", "morvastat", "kelidone")[index % 3]
            text = f"Patient {index} took {drug} for {index + 2} days and then felt better."
            start = text.index(drug)
            entities = [{"start": start, "end": start + len(drug), "label": "Drug"}]
            lines.append(json.dumps({"id": f"{split}-{index}", "text": text, "entities": entities}))
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recipe, corpus and a run that has done every stage that trains."""
    folder = tmp_path_factory.mktemp("tiny")
    write_corpus(folder / "invented")
    (folder / "tiny.yaml").write_text(json.dumps(RECIPE))  # YAML too, without aliases for what is the same
    run_stages(context_of(folder))
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished folder that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def context_of(folder: Path, *settings: str) -> Context:
    recipe = load_recipe(str(folder / "tiny.yaml"), list(settings))
    return Context(recipe, RunFolder(folder / "run"), {"invented": folder / "invented"})


def run_stages(context: Context) -> list[str]:
    """Run what has to be run of the training stages, as `pipeline.run` does; the names of those."""
    pipeline.resolve(context)
    ran = []
    for stage in STAGES:
        if stage.name in MADE and not pipeline.is_done(context, stage):
            pipeline.run_stage(context, stage)
            ran.append(stage.name)
    return ran


def test_the_student_has_the_chosen_layer_and_the_recipe_its_tags(folder):
    student = context_of(folder).classifier(folder / "run" / "work/student/model")
    assert student.config.num_hidden_layers == 1
    assert student.config.id2label == {0: "O", 1: "B-Drug", 2: "I-Drug"}
    assert student.config.clinstill == {"window": 32, "overlap": 4}
    assert {p.dtype for p in student.parameters()} == {torch.float32}


def test_a_run_again_from_nothing_gives_the_same_weights(folder):
    made = [f"work/{stage}/model/model.safetensors" for stage in ("teacher", "student", "prune")]
    first = [(folder / "run" / file).read_bytes() for file in made]
    shutil.rmtree(folder / "run")
    run_stages(context_of(folder))
    assert [(folder / "run" / file).read_bytes() for file in made] == first


def test_recovery_keeps_the_sparsity(folder):
    from training.pruning import sparsity

    pruned = context_of(folder).classifier(folder / "run" / "work/prune/model")
    assert sparsity(pruned) == pytest.approx(0.5, abs=0.001)
    claims = pipeline.read_record(context_of(folder), "prune").claims
    assert [c.id.text for c in claims] == ["student.sparsity"] and claims[0].value == pytest.approx(
        0.5, abs=0.001
    )


def test_guard_documents_are_in_no_other_split(folder):
    context = context_of(folder)
    guard = {d.id for d in context.documents("guard")}
    assert len(guard) == 4
    assert not guard & {d.id for d in context.documents("train", "development", "test", "unlabelled")}


def test_a_finished_stage_is_not_repeated(folder):
    assert run_stages(context_of(folder)) == []


@pytest.mark.parametrize(
    ("setting", "ran"),
    [
        ("student.distillation.alpha=0.9", ["student", "prune"]),
        ("pruning.amount=0.6", ["prune"]),
        ("quantization.f1_budget=0.1", []),
        ("vocabulary.min_count=3", ["encoders", "teacher", "student", "prune"]),
    ],
)
def test_a_changed_key_repeats_the_stages_that_read_it(folder, setting, ran):
    context = context_of(folder, setting)
    pipeline.resolve(context)
    stale = next((s.name for s in STAGES if s.name in MADE and not pipeline.is_done(context, s)), None)
    assert stale == (ran[0] if ran else None)
    if ran == ["prune"]:
        assert run_stages(context) == ran


def test_a_changed_corpus_is_noticed(folder):
    train = folder / "invented/train.jsonl"
    train.write_text(train.read_text().replace("felt better", "slept well"))
    assert not pipeline.is_done(context_of(folder), STAGES[0])


def test_a_missing_output_is_made_again(folder):
    (folder / "run" / "work/student/model/model.safetensors").unlink()
    assert not pipeline.is_done(context_of(folder), next(s for s in STAGES if s.name == "student"))


def test_a_missing_corpus_says_where_it_goes(folder):
    shutil.rmtree(folder / "invented")
    with pytest.raises(CorpusError, match=r"--data invented=.*is no folder"):
        pipeline.is_done(context_of(folder), STAGES[0])


def test_training_logs_agreement_of_teacher_and_gold(folder):
    lines = [json.loads(line) for line in (folder / "run/log/student.jsonl").read_text().splitlines()]
    logged = [line["teacher_gold_agreement"] for line in lines if "teacher_gold_agreement" in line]
    assert logged and all(0 <= share <= 1 for share in logged)


def test_costs_are_measured(folder):
    cost = pipeline.read_record(context_of(folder), "teacher").cost
    assert cost.seconds > 0 and cost.peak_memory > 50e6
    assert cost.sittings[-1].threads == 1
    assert cost.sittings[-1].arithmetic in ("FP32", "bfloat16 autocast")
    assert pipeline.read_record(context_of(folder), "encoders").cost.sittings[-1].threads is None


def command(folder: Path, verb: str, *settings: str) -> list[str]:
    call = [sys.executable, "-m", "training", verb, str(folder / "tiny.yaml"), "--out", str(folder / "run")]
    return call + ["--data", f"invented={folder / 'invented'}"] + [w for s in settings for w in ("--set", s)]


def test_a_killed_training_goes_on_from_its_checkpoint(folder):
    shutil.rmtree(folder / "run" / "work/teacher")
    long = "teacher.fitting.epochs=12"
    killed = subprocess.Popen(command(folder, "teacher", long), cwd=ROOT, start_new_session=True)
    checkpoints = folder / "run" / "work/teacher/checkpoints"
    attempt = folder / "run" / "work/teacher/attempt.json"  # written after a checkpoint
    deadline = time.monotonic() + 120
    while not (list(checkpoints.glob("checkpoint-*/trainer_state.json")) and attempt.exists()):
        assert killed.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    (checkpoints / "checkpoint-9999").mkdir()  # killed while writing one
    assert not (folder / "run" / "work/teacher/record.json").exists()
    spent = json.loads(attempt.read_text())["seconds"]

    again = subprocess.run(command(folder, "teacher", long), cwd=ROOT, capture_output=True, text=True)

    assert again.returncode == 0, again.stderr
    assert "going on from checkpoint-" in again.stdout
    assert "teacher: 1 thread (as the recipe says), " in again.stdout
    assert again.stderr == "", "a library speaks between the lines of progress"
    assert "newly initialized" in (folder / "run/log/libraries.log").read_text()
    state = json.loads(sorted(checkpoints.glob("checkpoint-*/trainer_state.json"))[-1].read_text())
    steps = [entry["step"] for entry in state["log_history"] if "eval_f1" in entry]
    assert steps == sorted(set(steps)), "an epoch was done twice"
    record = json.loads((folder / "run" / "work/teacher/record.json").read_text())
    assert record["cost"]["seconds"] > spent


def test_a_stage_out_of_turn_says_what_is_missing(folder, capsys, monkeypatch):
    shutil.rmtree(folder / "run" / "work/encoders")
    monkeypatch.setattr(
        "training.library_logs.keep", lambda file: None
    )  # its handlers would outlive this test
    with pytest.raises(SystemExit) as stopped:
        main(command(folder, "teacher")[3:])
    assert stopped.value.code == 2
    assert "'encoders' has not been run" in capsys.readouterr().err


def test_hidden_states_and_attention_maps_can_be_matched(folder):
    context = context_of(
        folder, "student.distillation.hidden_weight=0.5", "student.distillation.attention_weight=0.5"
    )
    assert run_stages(context)[0] == "student"


def test_mentions_that_were_mended_are_claimed(folder):
    file = folder / "invented/test.jsonl"
    first, *others = file.read_text().splitlines()
    record = json.loads(first)
    record["entities"][0]["end"] += 1
    file.write_text("\n".join([json.dumps(record), *others]))
    with pytest.raises(CorpusError, match="begins or ends with white space"):
        corpus.run(context_of(folder))
    claims = {
        claim.id.text: claim.value for claim in corpus.run(context_of(folder, "corpus.trim_mentions=true"))
    }
    assert claims["corpus.test.mended"] == 1
    assert claims["corpus.test.drug.mentions"] == 6
    assert "corpus.train.mended" not in claims


def test_unknown_layers_are_refused(folder):
    with pytest.raises(RecipeError, match="layers 0 to 1"):
        run_stages(context_of(folder, "student.layers=[0, 2]"))


def test_a_student_of_another_base_learns_across_tokenizers(folder):
    base = "student.base={id: other, license: mit, source: 'scratch:1x64'}"
    context = context_of(folder, "student.layers=null", base)
    assert run_stages(context) == ["encoders", "teacher", "student", "prune"]
    student = context.classifier(folder / "run" / "work/student/model")
    assert student.config.hidden_size == 64

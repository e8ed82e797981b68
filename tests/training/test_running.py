"""Steps run once, again when their settings, inputs or code change, and go on when they were killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_recipe import RECIPE, write_corpus

from training import planning, running
from training.cli import main
from training.code_closure import code_of
from training.corpora import CorpusError, preparing
from training.encoders.checkpoints import classifier
from training.errors import StageError
from training.graph import graph
from training.ledger import claimed
from training.recipe import load_recipe
from training.run_context import Context
from training.run_folder import RunFolder
from training.store import Store
from training.tasks.entities import ENTITIES
from training.tasks.lookup import TASKS

ROOT = Path(__file__).parents[2]

TRAINED = ("teacher", "student", "pruned")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recipe, corpus and a run that has done every step."""
    folder = tmp_path_factory.mktemp("tiny")
    write_corpus(folder / "invented")
    (folder / "tiny.yaml").write_text(json.dumps(RECIPE))  # YAML too, without aliases for what is the same
    running.run(context_of(folder), last="pruned")
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished folder that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def context_of(folder: Path, *settings: str, store: Path | None = None, run: str = "run") -> Context:
    recipe = load_recipe(str(folder / "tiny.yaml"), list(settings))
    data = {"invented": folder / "invented"}
    return Context(recipe, RunFolder(folder / run), data, Store(store) if store else None)


def reasons(context: Context) -> dict[str, str]:
    """Why steps have to run, of those whose inputs are there; what waits for others is left out."""
    found: dict[str, str] = {}
    for node in graph(context.recipe):
        if node.name in (*context.recipe.steps, "corpora") and not found.keys() & set(node.needs):
            found |= {node.name: why} if (why := running.reason(context, node)) else {}
    return found


def model_of(context: Context, step: str) -> torch.nn.Module:
    return classifier(context.run.output(step), context.recipe)


def test_the_student_has_the_chosen_layer_and_the_recipe_its_tags(folder):
    student = model_of(context_of(folder), "student")
    assert student.config.num_hidden_layers == 1
    assert student.config.id2label == {0: "O", 1: "B-Drug", 2: "I-Drug"}
    assert student.config.clinstill == {"window": 32, "overlap": 4}
    assert {p.dtype for p in student.parameters()} == {torch.float32}


WIDE = "steps.encoder.base.source=scratch:2x64"  # two heads of 32


def test_a_narrower_student_is_rehearsed_and_learns_from_its_teachers_layers(folder, capsys):
    start = "steps.student.start={layers: [1], width: 32, feed_forward: 48, of: teacher}"
    loss = "steps.student.loss={temperature: 2, kl: 1, hidden: 1, attention: 1}"
    context = context_of(folder, WIDE, start, loss, run="narrow")
    running.run(context, last="student")
    assert "rehearsal: student goes through export, INT8 and the engine" in capsys.readouterr().out
    teacher, student = (model_of(context, step).config for step in ("teacher", "student"))
    assert (teacher.hidden_size, teacher.num_attention_heads, teacher.intermediate_size) == (64, 2, 256)
    assert (student.hidden_size, student.num_attention_heads, student.intermediate_size) == (32, 1, 48)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("width: 48", "start.width: this BERT is 64 wide, in heads of 32, .*found 48"),
        ("feed_forward: 257", "start.feed_forward: .* have 256 neurons, .*found 257"),
    ],
)
def test_a_size_that_a_student_cannot_have_is_told_before_anything_is_trained(folder, size, said):
    context = context_of(folder, WIDE, f"steps.student.start={{{size}, of: teacher}}", run="narrow")
    with pytest.raises(StageError, match=f"models.student would fail: {said}"):
        running.run(context, last="rehearsal")


def test_a_run_again_from_nothing_gives_the_same_weights(folder):
    made = [f"steps/{step}/model/model.safetensors" for step in TRAINED]
    first = [(folder / "run" / file).read_bytes() for file in made]
    shutil.rmtree(folder / "run")
    running.run(context_of(folder), last="pruned")
    assert [(folder / "run" / file).read_bytes() for file in made] == first


def test_recovery_keeps_the_sparsity(folder):
    from training.steps.prune import sparsity

    assert sparsity(model_of(context_of(folder), "pruned")) == pytest.approx(0.5, abs=0.001)
    [claim] = running.read_record(context_of(folder), "pruned").claims
    assert claim.id.text == "pruned.sparsity" and claim.value == pytest.approx(0.5, abs=0.001)
    assert claim.command.endswith("--from pruned --until pruned")


def test_guard_documents_are_in_no_other_split(folder):
    context = context_of(folder)
    guard = {d.id for d in context.guard()}
    splits = ("train", "development", "test")
    assert len(guard) == 4
    assert not guard & {d.id for split in splits for d in context.split("invented", split)}


def test_a_finished_step_is_not_repeated_and_leaves_no_checkpoints(folder):
    assert reasons(context_of(folder)) == {}
    assert not list((folder / "run").rglob("checkpoint*"))


@pytest.mark.parametrize(
    ("setting", "first", "why"),
    [
        ("steps.student.loss.kl=0.9", "student", 'setting loss: {"preset": null'),
        ("steps.pruned.amount=0.6", "pruned", "setting amount: 0.5 -> 0.6"),
        ("steps.encoder.trim.min_count=3", "encoder", "setting trim"),
        ("window=24", "teacher", "setting window: 32 -> 24"),
        ("models.student.int8.f1_budget=0.1", None, ""),
        ("threads=2", None, ""),
    ],
)
def test_a_changed_key_repeats_the_steps_that_read_it(folder, setting, first, why):
    found = reasons(context_of(folder, setting))
    assert list(found)[:1] == ([first] if first else [])
    assert found.get(first, "").startswith(why)


def test_a_changed_corpus_is_noticed(folder):
    train = folder / "invented/train.jsonl"
    train.write_text(train.read_text().replace("felt better", "slept well"))
    assert list(reasons(context_of(folder))) == ["corpora"]


def test_a_missing_output_is_made_again(folder):
    (folder / "run/steps/student/model/model.safetensors").unlink()
    assert reasons(context_of(folder))["student"] == "what it left was changed or is missing"


def test_a_missing_corpus_says_where_it_goes(folder):
    shutil.rmtree(folder / "invented")
    with pytest.raises(CorpusError, match=r"--data invented=.*is no folder"):
        reasons(context_of(folder))


def edit(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Let a module's code be another one."""
    real = code_of

    def edited(name: str) -> dict[str, str]:
        return {key: "edited" if key == module else value for key, value in real(name).items()}

    monkeypatch.setattr(running, "code_of", edited)


@pytest.mark.parametrize(
    ("module", "first"),
    [
        ("training.fitting.distillation", ["student"]),
        ("training.fitting.trainer", ["teacher"]),
        ("training.fitting.tagging_losses", ["teacher"]),
        ("training.steps.prune", ["pruned"]),
        ("training.steps.learning", ["student"]),
        ("training.tasks.entities", []),
        ("training.encoders.trimming", ["encoder"]),
        ("training.corpora.formats.brat", ["corpora"]),
        ("training.measuring.latency", []),
        ("training.ledger", []),
        ("space.engine.contention", []),
        ("space.engine.tokens", ["encoder", "student"]),
    ],
)
def test_edited_code_repeats_what_runs_it_and_nothing_else(folder, monkeypatch, module, first):
    edit(monkeypatch, module)
    found = reasons(context_of(folder))
    assert list(found) == first
    assert all(why == f"code: {module}" for why in found.values())


def test_of_many_changes_a_few_are_told(folder, monkeypatch):
    real = code_of
    monkeypatch.setattr(running, "code_of", lambda name: dict.fromkeys(real(name), "edited"))
    settings = [f"steps.teacher.{key}" for key in ("epochs=3", "clip=2", "warmup=0.2", "weight_decay=0.1")]
    found = reasons(context_of(folder, *settings))
    assert found["corpora"].startswith("code: ") and found["corpora"].endswith(" more")
    [teacher] = [n for n in graph(context_of(folder, *settings).recipe) if n.name == "teacher"]
    why = running.reason(context_of(folder, *settings), teacher)
    assert why and why.count("setting ") == 3 and why.endswith("; 2 more")


def test_edited_code_of_distillation_repeats_a_recovery_too(folder, monkeypatch):
    edit(monkeypatch, "training.fitting.distillation")
    context = context_of(folder)
    nodes = {node.name: node for node in graph(context.recipe)}
    assert running.reason(context, nodes["pruned"]) == "code: training.fitting.distillation"
    assert running.reason(context, nodes["teacher"]) is None


def test_a_task_with_another_head_repeats_what_has_one(folder, monkeypatch):
    monkeypatch.setitem(TASKS, "entities", replace(ENTITIES, head="AnotherHead"))
    assert list(reasons(context_of(folder))) == ["teacher"]
    monkeypatch.setitem(TASKS, "entities", replace(ENTITIES, scores="measuring.others"))
    assert list(reasons(context_of(folder))) == []


def test_a_plan_says_what_would_run_and_writes_nothing(folder):
    before = sorted(path for path in (folder / "run").rglob("*"))
    lines = dict(
        line.split(maxsplit=1)
        for line in planning.plan(context_of(folder, "steps.student.epochs=3")).splitlines()
    )
    assert lines["teacher"] == "done"
    assert lines["student"].startswith("setting epochs: 2.0 -> 3.0 (took ")
    assert lines["pruned"].startswith("runs if student leaves something new")
    assert sorted(path for path in (folder / "run").rglob("*")) == before
    fresh = planning.plan(context_of(folder, run="nowhere"))
    assert "corpora" in fresh and not (folder / "nowhere").exists()


def test_a_plan_names_libraries_of_another_version(folder, monkeypatch):
    monkeypatch.setattr(planning, "versions", lambda: {"torch": "99.0"})
    assert f"[made with torch {torch.__version__}, now 99.0]" in planning.plan(context_of(folder))


def test_runs_share_finished_steps_by_a_store(folder, capsys):
    first = context_of(folder, store=folder / "store", run="a")
    running.run(first, last="student")
    capsys.readouterr()
    text = (
        (folder / "tiny.yaml").read_text().replace('"teacher"', '"mentor"')
    )  # what it is called is no matter
    (folder / "tiny.yaml").write_text(text)
    second = context_of(folder, "steps.student.epochs=1", store=folder / "store", run="b")
    running.run(second, last="student")
    said = capsys.readouterr().out
    assert "mentor: taken from the store" in said and "student: starts" in said
    weights = [context.run.output(step) for context, step in ((first, "teacher"), (second, "mentor"))]
    assert len({(folder / "model.safetensors").read_bytes() for folder in weights}) == 1
    claims = running.read_record(second, "encoder").claims
    assert {claim.id.model for claim in claims} == {"encoder"}
    assert [path for path in (folder / "store").iterdir() if path.name.startswith(".")] == []


def test_claims_of_a_step_from_a_store_name_the_command_of_this_run(folder):
    running.run(context_of(folder, store=folder / "store", run="a"), last="teacher")
    data = json.loads((folder / "tiny.yaml").read_text().replace('"teacher"', '"mentor"'))
    (folder / "tiny.yaml").write_text(json.dumps(data))
    second = context_of(folder, store=folder / "store", run="b")
    running.run(second, last="mentor")
    named = replace(second, called="mine")
    commands = {claim.command for claim in claimed(named, "mentor")} | {named.of("mentor").command}
    assert commands == {"python -m training run mine --out RUN --from mentor --until mentor"}


def test_a_damaged_file_of_a_store_is_not_taken(folder, capsys):
    running.run(context_of(folder, store=folder / "store", run="a"), last="teacher")
    for file in (folder / "store").glob("*/model/model.safetensors"):
        file.unlink()
        file.write_bytes(b"damaged")
    capsys.readouterr()
    running.run(context_of(folder, store=folder / "store", run="b"), last="teacher")
    assert "teacher: starts" in capsys.readouterr().out


def test_training_logs_agreement_of_teacher_and_gold(folder):
    lines = [json.loads(line) for line in (folder / "run/log/student.jsonl").read_text().splitlines()]
    logged = [line["teachers_gold_agreement"] for line in lines if "teachers_gold_agreement" in line]
    assert logged and all(0 <= share <= 1 for share in logged)


def test_costs_are_measured(folder):
    cost = running.read_record(context_of(folder), "teacher").cost
    assert cost.seconds > 0 and cost.processor_seconds > 0 and cost.peak_memory > 50e6
    assert cost.sittings[-1].threads == 1
    assert cost.sittings[-1].arithmetic in ("FP32", "bfloat16 autocast")
    assert running.read_record(context_of(folder), "encoder").cost.sittings[-1].threads is None


def command(folder: Path, last: str, *settings: str) -> list[str]:
    call = [sys.executable, "-m", "training", "run", str(folder / "tiny.yaml"), "--out", str(folder / "run")]
    call += ["--data", f"invented={folder / 'invented'}", "--until", last]
    return call + [word for setting in settings for word in ("--set", setting)]


@pytest.mark.parametrize(
    "step", [step if step == "teacher" else pytest.param(step, marks=pytest.mark.soak) for step in TRAINED]
)
def test_a_killed_training_goes_on_from_its_checkpoint_to_the_same_weights(folder, step):
    long = f"steps.{step}.epochs=12"
    running.run(context_of(folder, long), last=step)
    weights = folder / f"run/steps/{step}/model/model.safetensors"
    straight = weights.read_bytes()
    shutil.rmtree(folder / f"run/steps/{step}")

    killed = subprocess.Popen(command(folder, step, long), cwd=ROOT, start_new_session=True)
    checkpoints = folder / f"run/steps/{step}/checkpoints"
    attempt = folder / f"run/steps/{step}/attempt.json"  # written after a checkpoint
    deadline = time.monotonic() + 120
    while not (list(checkpoints.glob("checkpoint-*/trainer_state.json")) and attempt.exists()):
        assert killed.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    (checkpoints / "checkpoint-9999").mkdir()  # killed while writing one
    assert not (folder / f"run/steps/{step}/record.json").exists()
    spent = json.loads(attempt.read_text())["seconds"]

    again = subprocess.run(command(folder, step, long), cwd=ROOT, capture_output=True, text=True)

    assert again.returncode == 0, again.stderr
    assert f"{step}: starts (was cut short)" in again.stdout
    assert "going on from checkpoint-" in again.stdout
    assert f"{step}: 1 thread (as the recipe says), " in again.stdout
    assert again.stderr == "", "a library speaks between the lines of progress"
    lines = [json.loads(line) for line in (folder / f"run/log/{step}.jsonl").read_text().splitlines()]
    epochs = [line["epoch"] for line in lines if "eval_f1" in line]
    assert epochs[-1] == 12 and len(epochs) <= 13, "more than the epoch that was cut short was done twice"
    record = json.loads((folder / f"run/steps/{step}/record.json").read_text())
    assert record["cost"]["seconds"] > spent
    assert weights.read_bytes() == straight


@pytest.mark.soak
@pytest.mark.parametrize("after", [0.0, 0.1, 0.3, 1.0])
@pytest.mark.parametrize(
    "node", ["corpora", "encoder", "student.export", "student.int8", "student.calibrate"]
)
def test_a_node_that_was_killed_runs_again_to_the_same_files(folder, node, after):
    running.run(context_of(folder), last=node)
    straight = running.read_record(context_of(folder), node).outputs
    shutil.rmtree(folder / "run/steps" / node)
    killed = subprocess.Popen(command(folder, node), cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 120
    while not (folder / "run/steps" / node).exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(after)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()

    again = subprocess.run(command(folder, node), cwd=ROOT, capture_output=True, text=True)

    assert again.returncode == 0, again.stderr
    assert running.read_record(context_of(folder), node).outputs == straight
    assert list(folder.glob("run/models/*/.quantize-*")) == []


def test_a_run_whose_name_of_a_step_is_wrong_lists_those_there_are(folder, capsys, monkeypatch):
    monkeypatch.setattr(
        "training.library_logs.keep", lambda file: None
    )  # its handlers would outlive this test
    with pytest.raises(SystemExit) as stopped:
        main(command(folder, "studnet")[3:])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert "has no step 'studnet' but corpora, rehearsal, encoder, teacher, student, pruned," in error


def test_hidden_states_and_attention_maps_can_be_matched(folder):
    settings = ("steps.student.loss.hidden=0.5", "steps.student.loss.attention=0.5")
    running.run(context_of(folder, *settings), last="student")
    assert list(reasons(context_of(folder, *settings))) == ["pruned"]


def test_layers_cannot_be_compared_across_tokenizers(folder):
    other = "steps.other={do: vocabulary, base: {id: other, license: mit, source: 'scratch:1x32'}}"
    context = context_of(
        folder,
        other,
        "steps.other.on={invented: [development]}",
        "steps.student.start={encoder: other}",
        "steps.student.loss.hidden=0.5",
    )
    with pytest.raises(StageError, match="student: terms that compare layers need the student's tokenizer"):
        running.run(context, last="student")


def test_teachers_of_all_folds_label_what_they_did_not_see(folder, capsys):
    folds = [f"steps.fold{n}={{like: teacher, fold: {{number: {n}, of: 2}}}}" for n in range(2)]
    context = context_of(folder, *folds, "steps.student.teachers=[fold0, fold1]")
    running.run(context, last="student")
    assert "student: fold0, fold1 label 24 texts" in capsys.readouterr().out
    with pytest.raises(StageError, match="name a teacher of every fold under `teachers`"):
        running.run(context_of(folder, *folds, "steps.student.teachers=[fold0]"), last="student")


def test_mentions_that_were_mended_are_claimed(folder):
    file = folder / "invented/test.jsonl"
    first, *others = file.read_text().splitlines()
    record = json.loads(first)
    record["entities"][0]["end"] += 1
    file.write_text("\n".join([json.dumps(record), *others]))
    context = context_of(folder)
    with pytest.raises(CorpusError, match="begins or ends with white space"):
        preparing.run(context, context.recipe)
    context = context_of(folder, "corpora.invented.trim_mentions=true")
    claims = {claim.id.text: claim.value for claim in preparing.run(context, context.recipe)}
    assert claims["corpus.test.mended"] == 1
    assert claims["corpus.test.drug.mentions"] == 6
    assert "corpus.train.mended" not in claims


def test_unknown_layers_are_refused(folder):
    with pytest.raises(StageError, match="layers 0 to 1"):
        running.run(context_of(folder, "steps.student.start.layers=[0, 2]"), last="student")


def test_a_student_of_another_base_learns_across_tokenizers(folder):
    other = "steps.other={do: vocabulary, base: {id: other, license: mit, source: 'scratch:1x64'}}"
    settings = (other, "steps.other.on={invented: [train]}", "steps.student.start={encoder: other}")
    context = context_of(folder, *settings)
    running.run(context, last="student")
    assert model_of(context, "student").config.hidden_size == 64

"""What is bundled, and that a refused bundle, or the way back, leaves what is there in place."""

import pytest
from tiny_ledger import make_run

from cards.ledger import LedgerError, project, read_ledger
from space.engine import load
from training import bundling, running
from training.cli import main
from training.errors import StageError
from training.graph import graph
from training.recipe import RECIPES, RecipeError, load_recipe
from training.run_context import Context
from training.run_folder import RunFolder, sha256


@pytest.fixture
def run(tmp_path):
    folder = make_run(tmp_path / "run")
    for name in ("teacher", "student"):
        (folder / "models" / name / "README.md").write_text(f"# {name}\n")
        (folder / "models" / name / "card.map.json").write_text("[]\n")
        (folder / "models" / name / "figures").mkdir()
        (folder / "models" / name / "figures" / "types-light.png").write_bytes(b"drawn")
        (folder / "models" / name / "notes.txt").write_text("not for the Space\n")
    return folder


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_pair_without_weights_and_other_variants(run, tmp_path):
    to = tmp_path / "space" / "bundled"
    bundling.bundle(run, to)
    for name, file in (("student", "onnx/model_quantized.onnx"), ("teacher", "onnx/model_fp16.onnx")):
        found = files(to / name)
        assert {path for path in found if path.startswith("onnx/")} == {file}
        assert {
            "config.json",
            "tokenizer.json",
            "ledger.json",
            "golden.json",
            "README.md",
            "card.map.json",
            "figures/types-light.png",
        } <= found
        assert not found & {"model.safetensors", "notes.txt"}
        assert sha256(to / name / file) == sha256(run / "models" / name / file)
        ledger = read_ledger(to / name / "ledger.json")
        assert ledger == project(read_ledger(run / "ledger.json"), name)
        assert ledger.subject == name
    assert files(to.parent) == {f"bundled/{path}" for path in files(to)}
    [found] = load(to / "student")(["Aspirin caused headache."])
    assert [entity.label for entity in found] == ["Chemical", "Disease"]


def test_an_older_bundle_is_replaced_as_a_whole(run, tmp_path):
    to = tmp_path / "bundled"
    (to / "student").mkdir(parents=True)
    (to / "student" / "old.onnx").write_text("old")
    bundling.bundle(run, to)
    assert "student/old.onnx" not in files(to)
    assert "teacher/config.json" in files(to)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("MOST_EACH", r"[\w/.]+ has [\d,]+ bytes; one file may have 1,000"),
        ("MOST_TOGETHER", "the bundled pair has"),
    ],
)
def test_too_large_a_pair_is_refused(run, tmp_path, monkeypatch, limit, message):
    to = tmp_path / "bundled"
    bundling.bundle(run, to)
    before = {path: sha256(to / path) for path in files(to)}
    monkeypatch.setattr(bundling, limit, 1000)
    with pytest.raises(StageError, match=message):
        bundling.bundle(run, to)
    assert {path: sha256(to / path) for path in files(to)} == before
    assert not list(tmp_path.glob(".bundle-*"))


def test_a_missing_file_or_ledger_is_named(run, tmp_path):
    (run / "models/teacher/onnx/model_fp16.onnx").unlink()
    with pytest.raises(StageError, match=r"teacher/onnx/model_fp16\.onnx is missing"):
        bundling.bundle(run, tmp_path / "bundled")
    (run / "ledger.json").unlink()
    with pytest.raises(LedgerError, match=r"ledger\.json: cannot be read"):
        bundling.bundle(run, tmp_path / "bundled")
    assert not (tmp_path / "bundled").exists()


@pytest.fixture
def bundled(run, tmp_path):
    bundling.bundle(run, tmp_path / "bundled")
    return tmp_path / "bundled"


def test_a_pair_is_not_unbundled_over_something(bundled, tmp_path, capsys):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "notes.txt").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        main(["unbundle", str(bundled), "--recipe", "smoke", "--out", str(tmp_path / "kept")])
    assert ended.value.code == 2
    assert "kept is there already; name a new folder" in capsys.readouterr().err
    assert files(tmp_path / "kept") == {"notes.txt"}


def test_the_recipe_of_a_pair_is_one_of_ours_or_named(bundled, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["unbundle", str(bundled), "--out", str(tmp_path / "new")])
    assert "no recipe 'invented'" in capsys.readouterr().err
    recipe = (RECIPES / "smoke.yaml").read_text(encoding="utf-8").replace("Disease", "Gene")
    other = tmp_path / "other.yaml"
    other.write_text(recipe, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["unbundle", str(bundled), "--out", str(tmp_path / "new"), "--recipe", str(other)])
    assert "labels Chemical, Disease, the recipe smoke Chemical, Gene" in capsys.readouterr().err


@pytest.mark.parametrize("inner", ["", "student"])
def test_what_is_no_pair_is_told_as_such(bundled, tmp_path, capsys, inner):
    """A folder of something else, or one model of a pair."""
    given = bundled / inner if inner else tmp_path
    with pytest.raises(SystemExit):
        main(["unbundle", str(given), "--out", str(tmp_path / "new")])
    said = capsys.readouterr().err
    assert "holds no model; give the folder of a bundled pair, such as space/bundled" in said


def test_a_changed_file_is_not_unbundled(bundled):
    with (bundled / "student" / "onnx" / "model_quantized.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(StageError, match=r"quantized\.onnx is not the file that its ledger\.json measured"):
        bundling.published(bundled)


def test_an_unbundled_run_is_measured_as_a_run_of_its_own_recipe(tmp_path):
    """By another recipe its ledger would say that the pair was trained on that recipe's corpus."""
    context = Context(load_recipe("bundled"), RunFolder(tmp_path))
    running.resolve(context)
    context.run.step("unbundle").mkdir(parents=True)
    running.resolve(context)
    before = context.run.recipe.read_bytes()
    with pytest.raises(RecipeError, match=r"was trained on bc5cdr, .* reads smoke; name the recipe bundled"):
        running.run(Context(load_recipe("smoke"), context.run))
    assert context.run.recipe.read_bytes() == before


def test_an_unbundled_run_has_no_step_that_trains(tmp_path):
    context = Context(load_recipe("smoke"), RunFolder(tmp_path))
    context.run.step("unbundle").mkdir(parents=True)
    left = ["corpora", "teacher.calibrate", "teacher.pipelines", "teacher.scores"]
    left += ["student.int8", "student.calibrate", "student.pipelines", "student.scores"]
    left += ["latency", "comparison", "ledger"]
    assert [node.name for node in graph(context.recipe, context.run.unbundled)] == left
    missing = f"so nothing is trained\\) has no step 'teacher' but {', '.join(left)}"
    with pytest.raises(RecipeError, match=missing):
        running.run(context, "teacher")
    assert not context.run.recipe.exists()

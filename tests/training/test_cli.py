"""The command line: what a user got wrong is told at once, in a sentence, with what to do."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from training.cli import main
from training.recipe import RECIPES

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "training/recipes/smoke"


@pytest.fixture(autouse=True)
def _no_data_from_outside(monkeypatch):
    monkeypatch.delenv("CLINSTILL_DATA", raising=False)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says as it ends with exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "smok"],
            "no recipe 'smok' (did you mean 'smoke'?); recipes here: bundled, clinicalflamo, methods,",
        ),
        (["run", "mine.yaml"], "there is no file mine.yaml"),
        (["run", "smoke", "--set", "steps.teacher.epoch=2"], "unknown key (did you mean 'epochs'?)"),
        (["run", "smoke", "--set", "epochs"], "--set takes key=value, found 'epochs'"),
        (["plan", "smoke", "--set", "epochs=2"], "'epochs' is a key elsewhere: steps.NAME.epochs"),
        (["run", "smoke", "--data", "smoke"], "--data takes ID=FOLDER of a corpus, found 'smoke'"),
        (
            ["run", "smoke", "--data", "smok=."],
            "reads no corpus 'smok' (did you mean 'smoke'?); its corpora: smoke",
        ),
        (["run", "smoke", "--data", "smoke=nowhere"], "--data smoke=nowhere: nowhere does not exist"),
        (["run", "smoke", "--data", f"smoke={__file__}"], "is a file; give the folder that holds it"),
        (["run", "smoke", "--data", "smoke=~/nowhere"], f"{Path.home()}/nowhere does not exist"),
        (
            ["run", "smoke", "--data", f"smoke={ROOT}"],
            "train.jsonl does not exist; --data smoke=PATH takes the",
        ),
        (["run", "bundled"], "corpus bc5cdr is not here: get it from https://"),
        (["plan", "bundled"], "corpus pubmed is not here: get it from https://"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_made(capsys, tmp_path, arguments, said):
    assert said in told(capsys, *arguments, "--out", str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_every_missing_or_empty_file_is_told_at_once(capsys, tmp_path):
    (tmp_path / "train.jsonl").write_text("")
    error = told(capsys, "run", "smoke", "--data", f"smoke={tmp_path}", "--out", str(tmp_path / "run"))
    assert f"{tmp_path / 'train.jsonl'} is empty" in error
    assert f"{tmp_path / 'development.jsonl'} does not exist" in error
    assert f"{tmp_path / 'test.jsonl'} does not exist" in error


def test_a_file_as_run_folder_and_a_folder_that_cannot_be_made_are_told(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    assert "is a file; give a folder" in told(capsys, "run", "smoke", "--out", str(tmp_path / "file"))
    assert "Not a directory" in told(capsys, "run", "smoke", "--out", str(tmp_path / "file" / "run"))


def test_mistakes_are_told_before_torch_is_imported():
    code = (
        "import sys; from training.cli import main\n"
        "for end in ('--set=x=1', '--data=x=1', '--data=smoke=/nowhere'):\n"
        "    try: main(['run', 'smoke', '--out', '/nowhere/run', end])\n"
        "    except SystemExit as stopped: assert stopped.code == 2\n"
        "    else: assert False\n"
        "print(sorted({'torch', 'transformers', 'datasets'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize(
    ("arguments", "called"),
    [(["smoke"], "smoke"), (["smoke", "--set", "overlap=8"], "recipe.yaml"), (["mine.yaml"], "recipe.yaml")],
)
def test_the_command_of_a_claim_can_be_run_as_it_stands(arguments, called, monkeypatch, tmp_path):
    """Beside recipe.yaml, which travels with the models; only the name of the run's folder is left open."""
    from training import running

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text((RECIPES / "smoke.yaml").read_text())
    contexts = []
    with monkeypatch.context() as patch:
        patch.setattr(running, "run", lambda context, *steps: contexts.append(context))
        main(["run", *arguments, "--out", "first"])
    command = contexts[0].of("corpora").command
    assert command == f"python -m training run {called} --out RUN --from corpora --until corpora"
    (tmp_path / "recipe.yaml").write_text(contexts[0].recipe.published().written())
    main(shlex.split(command)[3:])
    assert (tmp_path / "RUN" / "corpora" / "smoke" / "test.jsonl").is_file()


def run_without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in an environment that lacks a package."""
    code = f"import sys; sys.modules[{package!r}] = None; from training.cli import main; main(sys.argv[1:])"
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("verb", "package"),
    [("run", "torch"), ("run", "transformers"), ("run", "pydantic")],
)
def test_another_environment_names_the_right_one(tmp_path, package, verb):
    out = str(tmp_path / "a run")
    done = run_without(package, verb, "smoke", "--out", out)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"{sys.executable} has no package {package!r}" in done.stderr
    assert f".venv-training/bin/python -m training {verb} smoke --out '{out}'" in done.stderr


def test_a_bare_python_names_the_right_environment():
    call = [sys.executable, "-S", "-m", "training", "recipes"]  # -S: without the packages of the environment
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert ".venv-training/bin/python -m training recipes" in done.stderr


def test_recipes_are_listed_without_torch():
    done = run_without("torch", "recipes")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "bundled",
        "clinicalflamo",
        "methods",
        "nlpie",
        "smoke",
    ]


def test_a_graph_is_shown_without_torch_as_text_and_as_mermaid():
    lines = run_without("torch", "graph", "smoke").stdout.splitlines()
    shown = {line.split()[0]: line for line in lines}
    assert list(shown)[:4] == ["corpora", "rehearsal", "encoder", "teacher"] and list(shown)[-1] == "ledger"
    assert "smoke (train, development), teacher (teacher), teacher (layers)" in shown["student"]
    drawn = run_without("torch", "graph", "smoke", "--format", "mermaid").stdout
    assert drawn.startswith("flowchart LR\n") and "step_teacher -->|layers| step_student" in drawn


@pytest.mark.parametrize("arguments", [[], ["run"], ["plan"], ["graph"], ["bundle"], ["recipes"]])
def test_help_tells_what_is_made_and_how(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert f"python -m training {' '.join(arguments)}".strip() in shown
    if arguments in ([], ["run"]):
        assert "python -m training run smoke --out runs/smoke" in shown

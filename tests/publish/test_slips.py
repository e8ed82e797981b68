"""Slips of the hand on both command lines: each message says what was found and what to write instead."""

import shlex
import shutil
from pathlib import Path

import pytest

from publish.errors import PublishError
from publish.hub.repo_ids import check_repo_id
from publish.pushing import cli
from publish.pushing.finished_run import read_run
from publish.verifying import cli as verifying


@pytest.fixture
def told(run, tmp_path, monkeypatch):
    """`told("run/models")` is what is said of that as a run, from the folder in which `run` lies."""
    monkeypatch.chdir(tmp_path)

    def ask(path: str) -> str:
        with pytest.raises(PublishError) as error:
            read_run(Path(path))
        return str(error.value)

    return ask


def test_a_folder_within_a_run(told):
    alone = "; `--model student=ID` pushes this model alone"
    assert told("run/models/student") == f"run/models/student: a part of a run. Give the run, run{alone}."
    assert told("run/models") == "run/models: a part of a run. Give the run, run."


def test_the_folder_in_which_one_stands(told, run, monkeypatch):
    monkeypatch.chdir(run / "models" / "student")
    with pytest.raises(PublishError, match=f"Give the run, {run};"):
        read_run(Path("."))


def test_a_model_folder_without_its_run(told, run, tmp_path):
    shutil.copytree(run / "models" / "student", tmp_path / "alone" / "model")
    assert "the folder of one model, without its run" in told("alone/model")


def test_a_bundled_pair(told, run, tmp_path):
    for name in ("student", "teacher"):
        shutil.copytree(run / "models" / name, tmp_path / "bundled" / name)
    for folder in ("bundled", "bundled/student"):
        assert "`python -m training unbundle bundled --out FOLDER` makes a run of it; then" in told(folder)


def test_a_file(told, run, tmp_path):
    (tmp_path / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    (tmp_path / "notes.txt").touch()
    assert told("run/ledger.json") == "run/ledger.json: a file of a run. Give the folder: run"
    assert "a recipe. Make a run of it with `python -m training run mine.yaml" in told("mine.yaml")
    assert "a file, and RUN is a folder" in told("notes.txt")


def test_an_unfinished_run(told, run):
    (run / "recipe.yaml").write_text("name: smoke\ntitle: A run\n", encoding="utf-8")
    (run / "ledger.json").unlink()
    message = told("run")
    assert "an unfinished run: ledger.json, which the last stage writes, is not there" in message
    assert "`python -m training run smoke --out run`, which goes on where it stopped" in message


def test_a_folder_that_is_no_run_names_the_runs_nearby(told, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "Runs beside it: run." in told("rnu")
    assert "It holds nothing; `python -m training run RECIPE" in told("empty")
    with pytest.raises(PublishError, match=r"Runs in it: .*run"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("https://huggingface.co/me/model", "is an address; the id in it is me/model. Write that"),
        ("huggingface.co/me/model/tree/v1", "the id in it is me/model (revision v1)"),
        ("hf.co/spaces/me/demo", "the id in it is me/demo"),
        ("models/me/model", "the id in it is me/model"),
        ("https://example.org/me/model", "an address, and of no repository on this Hub"),
        ("me/my model", "has spaces, which no id has. Did you mean me/my-model?"),
        ("me / model", "Did you mean me/model?"),
        ("model", "lacks the namespace. Write it as NAME/model"),
        ("runs/bundled/models", "A folder is none either: `python -m cards lint FOLDER` checks one"),
        ("", "Write NAME/REPOSITORY"),
        ("me/model.git", "cannot end by '.git'"),
    ],
)
def test_what_is_no_repo_id(slip, message):
    with pytest.raises(PublishError) as error:
        check_repo_id(slip)
    assert message in str(error.value)


def test_both_commands_say_so_before_any_request(hub, push, verify):
    page = f"{hub.url}/me/model"
    for done in (push("--repo-id", page), push("--space-id", page, "--repo-id", "me/x"), verify(page)):
        assert done.returncode == 2
        assert f"{page!r} is an address; the id in it is me/model" in done.stderr
    assert hub.requests == []


@pytest.mark.parametrize(
    ("script", "parser", "examples"),
    [("push", cli._push_parser, cli.PUSH_EXAMPLES), ("verify", verifying._parser, verifying.EXAMPLES)],
)
def test_every_example_of_the_help_is_a_command_line(script, parser, examples):
    start = f"python publish/{script}.py "
    lines = [
        line.strip().removeprefix(start) for line in examples.splitlines() if line.strip().startswith(start)
    ]
    assert len(lines) > 4
    for line in lines:
        parser().parse_args(shlex.split(line))
    assert examples in parser().format_help()


def test_private_without_a_token(hub, push, verify):
    assert push("--repo-id", "me/model", "--private").returncode == 0

    done = verify("me/model", HF_TOKEN="")

    assert done.returncode == 2
    assert "shows nothing of that name without a token" in done.stderr

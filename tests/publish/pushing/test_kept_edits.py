"""What people change on the Hub: kept where it is theirs, a conflict where it is ours, never lost unasked."""

import json

import pytest
from hub_pushing import ALL, BOTH, commits, retitle, succeed
from hub_store import Repo

MODEL = "me/model"


@pytest.fixture
def model(pushed_model):
    return pushed_model


def card(model) -> str:
    return model.head.files["README.md"].content.decode()


def edit(model, old: str, new: str) -> None:
    assert old in card(model)
    model.edit("README.md", card(model).replace(old, new, 1).encode())


def test_their_text_and_front_matter_survive_a_push_that_changes_ours(hub, push, run, model):
    edit(model, "<!-- clinstill:begin training", "We use it in our ward.\n\n<!-- clinstill:begin training")
    edit(model, "---\n", "---\ngated: true\n")
    retitle(run, "Renamed recogniser")

    succeed(push(*BOTH))

    assert "We use it in our ward.\n\n<!-- clinstill:begin training" in card(model)
    assert "\ngated: true\n" in card(model)
    assert "Renamed recogniser" in card(model)
    head = model.head.oid
    succeed(push(*BOTH))
    assert model.head.oid == head


def test_an_edit_within_our_part_is_a_conflict_that_shows_both(hub, push, run, model):
    edit(model, "## Limits", "## Limits\n\nNone at all.")
    head, number = model.head.oid, len(commits(hub))

    done = push(*BOTH)

    assert done.returncode == 2
    assert "me/model: limits: someone changed this part of the card" in done.stderr
    assert "| None at all." in done.stderr
    assert "--overwrite limits" in done.stderr
    assert (model.head.oid, len(commits(hub))) == (head, number)

    succeed(push(*BOTH, "--overwrite", "limits"))
    assert "None at all." not in card(model)


def test_a_changed_file_of_ours_is_a_conflict_and_a_dry_run_shows_it(hub, push, run, model):
    model.edit("config.json", b'{"theirs": true}\n')

    dry = push(*BOTH, "--dry-run")
    assert dry.returncode == 1
    assert "CONFLICT config.json: people changed it since the last push" in dry.stdout
    assert '-{"theirs": true}' in dry.stdout
    assert push(*BOTH).returncode == 2
    assert model.head.files["config.json"].content == b'{"theirs": true}\n'

    succeed(push(*BOTH, "--overwrite", "config.json"))
    assert b"theirs" not in model.head.files["config.json"].content


def test_an_overwrite_that_matches_no_conflict_is_told(push, run, model):
    edit(model, "## Limits", "## Limits\n\nNone at all.")

    wrong = push(*BOTH, "--overwrite", "Limit")
    assert wrong.returncode == 2
    assert (
        "--overwrite Limit: matches no conflict, so it changes nothing; the conflicts left are limits"
        in wrong.stdout
    )

    some = push(*BOTH, "--overwrite", "lim*", "--overwrite", "config.json", "--dry-run")
    assert some.returncode == 0
    assert "gives up what people changed: limits" in some.stdout
    assert (
        "--overwrite config.json: matches no conflict, so it changes nothing; no conflict is left"
        in some.stdout
    )
    assert "--overwrite lim*: matches" not in some.stdout

    succeed(push(*BOTH, "--overwrite", "limits"))
    again = succeed(push(*BOTH, "--overwrite", "limits"))
    assert "--overwrite limits: matches no conflict" in again.stdout


@pytest.mark.parametrize("path", ["onnx/model.onnx", "README.md", "vocab.txt"])
def test_a_file_of_ours_that_they_deleted_comes_back_only_when_that_is_asked_for(push, model, path):
    files = {name: blob for name, blob in model.head.files.items() if name != path}
    model.add_commit("main", f"Delete {path}", files, model.head.oid)

    dry = push(*BOTH, "--dry-run")
    assert dry.returncode == 1
    assert f"CONFLICT {path}: people deleted it since the last push" in dry.stdout
    done = push(*BOTH)
    assert done.returncode == 2
    assert f"--overwrite {path}" in done.stderr
    assert path not in model.head.files

    succeed(push(*BOTH, "--overwrite", path))
    assert path in model.head.files


def test_a_repository_with_a_card_of_theirs_gets_ours_above_it(hub, push):
    theirs = hub.repos["model", "me/first"] = Repo("model", "me/first", private=False)
    theirs.edit("README.md", b"# Our plans\n\nTo publish a model here.\n")

    succeed(push("--model", "student=me/first"))

    text = card(theirs)
    assert text.index("clinstill:end") < text.index("# Our plans")


def test_a_damaged_manifest_is_refused(push, model):
    model.edit("clinstill-manifest.json", b"{")

    done = push(*BOTH)

    assert done.returncode == 2
    assert "me/model: its clinstill-manifest.json is damaged" in done.stderr


def test_a_gitignore_that_would_leave_out_weights_is_refused(hub, push, run, model):
    model.edit(".gitignore", b"*.txt\n")
    (run / "models/student/vocab.txt").write_text("[PAD]\n")

    done = push(*BOTH)

    assert done.returncode == 2
    assert "its .gitignore would leave out vocab.txt" in done.stderr


def test_the_spaces_card_and_files_are_peoples_too(hub, push, run):
    succeed(push(*ALL))
    space = hub.space("me/demo")
    space.edit(
        "README.md", space.head.files["README.md"].content.replace(b"---\n", b"---\npinned: true\n", 1)
    )
    space.edit("notes.txt", b"ours to keep")
    retitle(run, "Renamed recogniser")

    succeed(push(*ALL))

    assert b"\npinned: true\n" in space.head.files["README.md"].content
    assert space.head.files["notes.txt"].content == b"ours to keep"
    pins = json.loads(space.head.files["models.json"].content)
    assert pins["student"]["revision"] == hub.model(MODEL).head.oid

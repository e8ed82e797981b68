"""`--plan` writes what a push would do; `--apply` does exactly that, or refuses."""

import json

import pytest
from hub_pushing import ALL, commits, retitle, succeed

from publish.errors import PublishError
from publish.plan import read_plan


@pytest.fixture
def push(inline, run):
    return lambda *arguments, **changes: inline(run, *arguments, **changes)


@pytest.fixture
def apply(inline):
    return lambda **changes: inline("--apply", "plan.json", **changes)


def write_plan(push, *options):
    return succeed(push(*ALL, "--plan", "plan.json", *options))


def test_the_plan_names_everything_and_sends_nothing(hub, push, run, tmp_path):
    write_plan(push, "--private", "--tag", "v1")

    plan = json.loads((tmp_path / "plan.json").read_text())
    assert hub.repos == {}
    assert [(repo["kind"], repo["repo_id"]) for repo in plan["repos"]] == [
        ("model", "me/model-teacher"),
        ("model", "me/model"),
        ("space", "me/demo"),
    ]
    assert all(repo["create"] and repo["private"] and repo["parent"] is None for repo in plan["repos"])
    files = {file["path"]: file for file in plan["repos"][1]["files"]}
    weights = run / "models/student/model.safetensors"
    assert files["model.safetensors"]["bytes"] == weights.stat().st_size
    assert len(files["model.safetensors"]["sha256"]) == 64
    assert plan["repos"][2]["pins"]["student"] == {"repo_id": "me/model", "revision": None}
    assert plan["tag"] == "v1"


def test_applied_it_makes_what_it_says_once(hub, push, apply, tmp_path):
    write_plan(push, "--tag", "v1")
    succeed(apply())

    plan = read_plan(tmp_path / "plan.json")
    for repo in plan.repos:
        there = hub.repos[repo.kind, repo.repo_id]
        assert there.refs["v1"] == there.head.oid
        for change in repo.files:
            blob = there.head.files[change.path]
            assert len(blob.content) == change.bytes
            assert change.sha256 in (blob.sha256, None)
    hub.requests.clear()
    succeed(apply())
    assert commits(hub) == []


def test_changed_files_are_refused(hub, push, apply, run):
    write_plan(push)
    retitle(run, "Another title")

    done = apply()

    assert done.returncode == 2
    assert "me/model: README.md is not the file that was planned" in done.stderr
    assert hub.repos == {}


def test_a_moved_head_is_refused(hub, push, apply, run):
    succeed(push(*ALL))
    retitle(run, "Another title")
    write_plan(push)
    hub.model("me/model").edit("notes.txt", b"meanwhile")
    number = len(commits(hub))

    done = apply()

    assert done.returncode == 2
    assert f"me/model: its head was {hub.model('me/model').head.parent}" in done.stderr
    assert len(commits(hub)) == number


def test_a_plan_for_another_hub_or_with_conflicts_is_refused(hub, push, apply, closed_port):
    succeed(push(*ALL))
    hub.model("me/model").edit("config.json", b"{}")
    assert push(*ALL, "--plan", "plan.json").returncode == 1

    assert "1 conflict(s), so nothing was sent" in apply().stderr
    assert f"HF_ENDPOINT names {closed_port}" in apply(HF_ENDPOINT=closed_port).stderr


def test_what_is_no_plan_says_how_to_make_one(tmp_path):
    with pytest.raises(PublishError, match=r"--plan .* writes it"):
        read_plan(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"repos": []}')
    with pytest.raises(PublishError, match="not a plan of this version"):
        read_plan(tmp_path / "bad.json")

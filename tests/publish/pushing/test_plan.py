"""`--plan` writes what a push would do; `--apply` does exactly that, or refuses."""

import json

import pytest
from hub_pushing import ALL, commits, retitle, succeed
from hub_standin import Fault

from publish.errors import PublishError
from publish.hub import retries
from publish.pushing.plan import read_plan


@pytest.fixture
def apply(inline):
    return lambda **changes: inline("--apply", "plan.json", **changes)


def nothing_after(step: str):
    """The first request to such a path is done, and nobody hears of that nor of anything after it."""
    done = []

    def fault(request):
        if done:
            return Fault()
        if step in request.path:
            done.append(request)
            return Fault(acts=True)
        return None

    return fault


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


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda plan: plan["repos"].pop(), "its repositories, or their order, are not those"),
        (lambda plan: plan["request"]["targets"].update(space="me/elsewhere"), "its repositories"),
        (lambda plan: plan["repos"].reverse(), "its repositories"),
        (lambda plan: plan["request"]["settings"].update(revision="next"), "to next, not to main"),
        (lambda plan: plan["request"]["settings"].update(create_pr=True), "a pull request against main"),
        (lambda plan: plan["request"]["settings"].update(collection=True), "the collection is not"),
        (lambda plan: plan.update(tag="v9"), "the tag is v9 there"),
        (lambda plan: plan["request"]["settings"].update(tag="a..b"), "not a name of a branch or tag"),
        (
            lambda plan: plan["request"]["targets"]["models"].update({"../../x": "me/x"}),
            "not a name of a model",
        ),
        (lambda plan: plan["request"]["targets"]["models"].update(student="../x"), "not a repo id"),
        (lambda plan: plan["repos"][0]["files"][0].update(path="../../x"), "../../x is not the file"),
        (lambda plan: plan["repos"][0]["files"][0].update(sha256="00" * 32), "is not the file"),
        (lambda plan: plan.update(schema_version=2), "not a plan of this version (schema_version"),
    ],
)
def test_a_plan_edited_by_hand_is_refused(hub, push, apply, tmp_path, edit, told):
    write_plan(push)
    plan = json.loads((tmp_path / "plan.json").read_text())
    edit(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    done = apply()

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert hub.repos == {}


def test_an_application_interrupted_anywhere_is_finished_by_another(hub, push, apply, monkeypatch):
    """Also where a repository was made and has no commit yet: a Space then has a card of the Hub's own."""
    monkeypatch.setattr(retries, "ATTEMPTS", 1)
    write_plan(push, "--tag", "v1", "--collection")
    for step in ("repos/create", "/commit/") * 3 + ("/tag/", "/items"):
        hub.faults.append(nothing_after(step))
        assert apply().returncode == 2, step
        hub.faults.clear()
    succeed(apply())

    assert [len(repo.history) for repo in hub.repos.values()] == [1, 1, 1]
    assert all(repo.refs["v1"] == repo.head.oid for repo in hub.repos.values())
    (collection,) = hub.collections.values()
    assert len(collection["items"]) == 3


def test_where_a_plan_cannot_be_written_is_told(push):
    done = push(*ALL, "--plan", "nowhere/plan.json")

    assert done.returncode == 2
    assert "--plan nowhere/plan.json: cannot be written" in done.stderr


def test_what_is_no_plan_says_how_to_make_one(tmp_path):
    with pytest.raises(PublishError, match=r"--plan .* writes it"):
        read_plan(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"repos": []}')
    with pytest.raises(PublishError, match="not a plan of this version"):
        read_plan(tmp_path / "bad.json")

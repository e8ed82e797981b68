"""verification.json: written beside what it speaks of, or not at all."""

import json

import pytest
from hub_standin import Fault
from hub_store import Blob, RefusalError

FILE = "verification.json"


def written(repo) -> dict:
    return json.loads(repo.head.files[FILE].content)


def test_the_result_is_one_commit_that_names_what_was_verified(pushed_model, verify_files, tmp_path):
    verified = pushed_model.head

    done = verify_files("me/model", "--write", "--report", tmp_path / "report.json")

    assert done.returncode == 0, done.stderr
    assert pushed_model.head.parent == verified.oid
    assert set(pushed_model.head.files) - set(verified.files) == {FILE}
    record = written(pushed_model)
    assert record == json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (record["repo_id"], record["revision"]) == ("me/model", verified.oid)
    assert "were not verified" in record["note"]
    assert {check["verdict"] for check in record["checks"]} == {"ok"}
    assert pushed_model.head.oid in done.stdout


def test_what_it_says_holds_for_its_commit_after_a_later_push_too(pushed_model, verify_files, push, run):
    verify_files("me/model", "--write")
    revision = written(pushed_model)["revision"]
    (run / "models/student/golden.json").write_text("{}", encoding="utf-8")

    assert push("--repo-id", "me/model").returncode == 0

    assert written(pushed_model)["revision"] == revision
    assert pushed_model.head.oid != revision
    assert verify_files("me/model").returncode == 0  # no file of the push: it disturbs none


def test_only_an_unchanged_head_is_written_on(pushed_model, verify_files):
    old = pushed_model.head.oid
    pushed_model.edit("NOTES.md", b"a person's notes")
    head = pushed_model.head.oid

    done = verify_files("me/model", "--revision", old, "--write")

    assert done.returncode == 2
    assert "NOTES.md differ from the verified commit" in done.stderr
    assert pushed_model.head.oid == head


def test_an_earlier_verification_is_no_change(pushed_model, verify_files):
    verified = pushed_model.head.oid
    assert verify_files("me/model", "--write").returncode == 0

    done = verify_files("me/model", "--revision", verified, "--write")

    assert done.returncode == 0, done.stderr
    assert written(pushed_model)["revision"] == verified


def measured_nothing(hub) -> bool:
    """Whether no more was fetched than what says whether the result can be written."""
    return not any("/resolve/" in path for _, path in hub.requests)


@pytest.mark.parametrize(
    ("token", "told"),
    [("", "no Hugging Face token found"), ("hf_other", "this token may not write there")],
)
def test_who_may_not_write_is_told_before_anything_is_measured(hub, pushed_model, verify_files, token, told):
    hub.requests.clear()

    done = verify_files("me/model", "--write", HF_TOKEN=token)

    assert done.returncode == 2
    assert told in done.stderr
    assert measured_nothing(hub)


def test_what_main_does_not_hold_is_told_before_anything_is_measured(
    hub, push, run, pushed_model, verify_files
):
    """A pull request, an old commit."""
    old = pushed_model.head.oid
    files = pushed_model.head.files | {"notes.md": Blob(b"proposed", lfs=False)}
    pushed_model.add_commit("refs/pr/1", "Propose", files, old)
    pushed_model.edit("config.json", pushed_model.head.files["config.json"].content + b"\n")
    for revision, changed in (("refs/pr/1", "config.json, notes.md"), (old, "config.json")):
        hub.requests.clear()

        done = verify_files("me/model", "--revision", revision, "--write")

        assert done.returncode == 2
        assert f"where {changed} differ from the verified commit" in done.stderr
        assert "once it is merged" in done.stderr
        assert measured_nothing(hub)


@pytest.mark.parametrize("status", [None, 500])
def test_a_lost_answer_is_looked_up(hub, pushed_model, verify_files, status):
    """The commit landed, and nobody was told."""
    verified = pushed_model.head.oid
    refusal = RefusalError(status, "lost") if status else None
    hub.faults.append(lambda request: Fault(True, refusal) if "/commit/" in request.path else None)

    done = verify_files("me/model", "--write")

    assert done.returncode == 0, done.stdout + done.stderr
    assert pushed_model.head.parent == verified
    assert f"verification.json is in {pushed_model.head.oid}" in done.stdout


def test_a_commit_that_did_not_land_is_an_error(hub, pushed_model, verify_files):
    hub.faults.append(lambda request: RefusalError(500, "no") if "/commit/" in request.path else None)

    done = verify_files("me/model", "--write")

    assert done.returncode == 2
    assert "the Hub failed to do it" in done.stderr
    assert FILE not in pushed_model.head.files


def test_the_same_result_is_not_committed_twice(pushed_model, verify_files):
    """As after an answer that was lost with the connection: the same command again."""
    assert verify_files("me/model", "--write").returncode == 0
    head = pushed_model.head.oid

    again = verify_files("me/model", "--write")

    assert again.returncode == 0, again.stderr
    assert pushed_model.head.oid == head
    assert f"said the same already, so nothing was committed: it is in {head}" in again.stdout


@pytest.mark.parametrize(
    "change", [{"date": "2025-01-01"}, {"revision": "0" * 40}, {"checks": []}, {"schema_version": 0}]
)
def test_another_result_is_committed(pushed_model, verify_files, change):
    """Of another day, of a commit that is gone, with other findings, of another version."""
    assert verify_files("me/model", "--write").returncode == 0
    pushed_model.edit(FILE, json.dumps(written(pushed_model) | change).encode())
    head = pushed_model.head.oid

    assert verify_files("me/model", "--write").returncode == 0

    assert pushed_model.head.parent == head


def test_a_commit_in_between_is_not_written_over(hub, pushed_model, verify_files):
    """The head moves after it was compared."""

    def somebody_commits(request):
        if "/commit/" in request.path:
            hub.faults.clear()
            pushed_model.edit("README.md", pushed_model.head.files["README.md"].content + b"\nMore.\n")

    hub.faults.append(somebody_commits)

    done = verify_files("me/model", "--write")

    assert done.returncode == 2
    assert "someone committed to it" in done.stderr
    assert FILE not in pushed_model.head.files


def test_a_failure_is_written_as_one(pushed_model, verify_files):
    weights = pushed_model.head.files["model.safetensors"].content
    pushed_model.edit("model.safetensors", weights[:-1] + bytes([weights[-1] ^ 1]))

    done = verify_files("me/model", "--write")

    assert done.returncode == 1, done.stderr
    assert [c["what"] for c in written(pushed_model)["checks"] if c["verdict"] == "FAIL"] == ["manifest"]

"""verification.json: written beside what it speaks of, or not at all."""

import json

import pytest

FILE = "verification.json"


@pytest.fixture
def verify(verify):
    return lambda *arguments, **changes: verify(*arguments, "--no-loaders", **changes)


@pytest.fixture
def pushed(hub, push):
    assert push("--repo-id", "me/model").returncode == 0
    return hub.model("me/model")


def written(repo) -> dict:
    return json.loads(repo.head.files[FILE].content)


def test_the_result_is_one_commit_that_names_what_was_verified(pushed, verify, tmp_path):
    verified = pushed.head

    done = verify("me/model", "--write", "--report", tmp_path / "report.json")

    assert done.returncode == 0, done.stderr
    assert pushed.head.parent == verified.oid
    assert set(pushed.head.files) - set(verified.files) == {FILE}
    record = written(pushed)
    assert record == json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (record["repo_id"], record["revision"]) == ("me/model", verified.oid)
    assert "were not verified" in record["note"]
    assert {check["verdict"] for check in record["checks"]} == {"ok"}
    assert pushed.head.oid in done.stdout


def test_what_it_says_holds_for_its_commit_after_a_later_push_too(pushed, verify, push, run):
    verify("me/model", "--write")
    revision = written(pushed)["revision"]
    (run / "models/student/golden.json").write_text("{}", encoding="utf-8")

    assert push("--repo-id", "me/model").returncode == 0

    assert written(pushed)["revision"] == revision
    assert pushed.head.oid != revision
    assert verify("me/model").returncode == 0  # it is no file of the push, and disturbs none of its checks


def test_only_an_unchanged_head_is_written_on(pushed, verify):
    old = pushed.head.oid
    pushed.edit("NOTES.md", b"a person's notes")
    head = pushed.head.oid

    done = verify("me/model", "--revision", old, "--write")

    assert done.returncode == 2
    assert "NOTES.md differ from the verified commit" in done.stderr
    assert pushed.head.oid == head


def test_an_earlier_verification_is_no_change(pushed, verify):
    verified = pushed.head.oid
    assert verify("me/model", "--write").returncode == 0

    done = verify("me/model", "--revision", verified, "--write")

    assert done.returncode == 0, done.stderr
    assert written(pushed)["revision"] == verified


def test_a_commit_in_between_is_not_written_over(hub, pushed, verify):
    """The head moves after it was compared."""

    def somebody_commits(request):
        if "/commit/" in request.path:
            hub.faults.clear()
            pushed.edit("README.md", pushed.head.files["README.md"].content + b"\nMore.\n")

    hub.faults.append(somebody_commits)

    done = verify("me/model", "--write")

    assert done.returncode == 2
    assert "someone committed to it" in done.stderr
    assert FILE not in pushed.head.files


def test_a_failure_is_written_as_one(pushed, verify):
    weights = pushed.head.files["model.safetensors"].content
    pushed.edit("model.safetensors", weights[:-1] + bytes([weights[-1] ^ 1]))

    done = verify("me/model", "--write")

    assert done.returncode == 1, done.stderr
    assert [c["what"] for c in written(pushed)["checks"] if c["verdict"] == "FAIL"] == ["manifest"]


def test_without_a_token_nothing_is_written(pushed, verify):
    done = verify("me/model", "--write", HF_TOKEN="")

    assert done.returncode == 2
    assert "no Hugging Face token found" in done.stderr

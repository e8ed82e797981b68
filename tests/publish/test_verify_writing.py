"""verification.json: written beside what it speaks of, or not at all."""

import json

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


def test_without_a_token_nothing_is_written(pushed_model, verify_files):
    done = verify_files("me/model", "--write", HF_TOKEN="")

    assert done.returncode == 2
    assert "no Hugging Face token found" in done.stderr

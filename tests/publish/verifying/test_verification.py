"""`publish/verify.py`: what was pushed holds, and what was tampered with is found out."""

import json

import pytest


def rows(done):
    """First word of each check's line -> "ok" or "FAIL"."""
    lines = [line.split() for line in done.stdout.splitlines()]
    return {line[1]: line[0] for line in lines if line and line[0] in ("ok", "FAIL")}


def test_pushed_model_holds(pushed_model, verify_alone):
    done = verify_alone("me/model", "--no-loaders")

    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(done) == dict.fromkeys(("layout", "manifest", "files", "card", "example"), "ok")
    assert pushed_model.head.oid in done.stdout
    assert "2 lines as on the card" in done.stdout
    assert "all 5 checks and 3 measured numbers hold" in done.stdout  # parameters, bytes of two files
    assert "that need the test documents (--data)" in done.stdout


def test_changed_weights_are_found(pushed_model, verify_files):
    weights = pushed_model.head.files["onnx/model_quantized.onnx"].content
    pushed_model.edit("onnx/model_quantized.onnx", weights[:-1] + bytes([weights[-1] ^ 1]))

    done = verify_files("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["files"] == rows(done)["manifest"] == "FAIL"
    assert "onnx/model_quantized.onnx" in done.stdout


def test_revision_chooses_the_commit(pushed_model, verify_files):
    good = pushed_model.head.oid
    pushed_model.edit("config.json", b"{}")

    assert verify_files("me/model", "--revision", good).returncode == 0


def test_number_changed_on_the_card_is_found(pushed_model, verify_files):
    card = pushed_model.head.files["README.md"].content.decode()
    assert "0.8298" in card  # macro F1 of the INT8 file
    pushed_model.edit("README.md", card.replace("0.8298", "0.9298").encode())

    done = verify_files("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["card"] == "FAIL"


def test_model_that_finds_something_else_than_the_card_shows(pushed_model, verify_files):
    """Card and ledger agree on an output that the model does not give."""
    for path in ("README.md", "ledger.json"):
        pushed_model.edit(
            path,
            pushed_model.head.files[path].content.replace(b"Disease 15 28 renal", b"Disease 15 27 renal"),
        )

    done = verify_files("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["example"] == "FAIL"
    assert "the model gives Chemical 0 7 Aspirin" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("path", "row"), [("onnx/model_quantized.onnx", "measured"), ("clinstill-manifest.json", "manifest")]
)
def test_what_cannot_be_read_is_a_check_that_fails(pushed_model, verify_files, path, row):
    pushed_model.edit(path, b"not what it was")

    done = verify_files("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)[row] == "FAIL"
    assert "Traceback" not in done.stderr


def test_ledger_that_is_about_nothing(pushed_model, verify_files):
    ledger = json.loads(pushed_model.head.files["ledger.json"].content)
    pushed_model.edit("ledger.json", json.dumps(ledger | {"subject": "nobody"}).encode())

    done = verify_files("me/model")

    assert done.returncode == 2
    assert "is about 'nobody'" in done.stderr


def test_report_that_cannot_be_written(hub, pushed_model, verify_files, tmp_path):
    hub.requests.clear()
    for report in (tmp_path / "nowhere" / "report.json", tmp_path):
        done = verify_files("me/model", "--report", report)

        assert done.returncode == 2
        assert f"--report {report}: cannot be written" in done.stderr
    assert not any("/resolve/" in path for _, path in hub.requests)  # before anything is measured


def test_a_report_is_not_left_empty_where_nothing_could_be_verified(pushed_model, verify_files, tmp_path):
    done = verify_files("me/model", "--report", tmp_path / "report.json", "--data", "x=/nowhere")

    assert done.returncode == 2
    assert not (tmp_path / "report.json").exists()


def test_missing_file_is_found(pushed_model, verify_files):
    files = {path: blob for path, blob in pushed_model.head.files.items() if path != "tokenizer_config.json"}
    pushed_model.add_commit("main", "Delete", files, pushed_model.head.oid)

    done = verify_files("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["layout"] == "FAIL"
    assert "missing: tokenizer_config.json" in done.stdout


def test_manifest_lists_every_file(pushed_model):
    listed = json.loads(pushed_model.head.files["clinstill-manifest.json"].content)["files"]

    assert set(listed) == set(pushed_model.head.files) - {".gitattributes", "clinstill-manifest.json"}
    assert all(pushed_model.head.files[path].sha256 == digest for path, digest in listed.items())


@pytest.mark.parametrize(
    ("repo_id", "part"),
    [("me/nothing", "no such repository"), ("nothing", "lacks the namespace")],
)
def test_repository_that_is_not_there(verify_files, repo_id, part):
    done = verify_files(repo_id)

    assert done.returncode == 2
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_revision_that_is_not_there(pushed_model, verify_files):
    done = verify_files("me/model", "--revision", "v9")

    assert done.returncode == 2
    assert "no such repository or revision" in done.stderr


def test_no_network(verify_files, closed_port):
    done = verify_files("me/model", HF_ENDPOINT=closed_port)

    assert done.returncode == 2
    assert "no answer from the Hub" in done.stderr

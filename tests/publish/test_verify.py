"""`publish/verify.py`: what was pushed holds, and what was tampered with is found out."""

import json

import pytest


@pytest.fixture
def verify(verify):
    """Without the other programs that load a model: `test_verify_loaders.py` is about those."""
    return lambda *arguments, **changes: verify(*arguments, "--no-loaders", **changes)


@pytest.fixture
def pushed(hub, push):
    assert push("--repo-id", "me/model").returncode == 0
    return hub.model("me/model")


def rows(done):
    """First word of each check's line -> "ok" or "FAIL"."""
    lines = [line.split() for line in done.stdout.splitlines()]
    return {line[1]: line[0] for line in lines if line and line[0] in ("ok", "FAIL")}


def test_pushed_model_holds(pushed, verify):
    done = verify("me/model")

    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(done) == dict.fromkeys(("layout", "manifest", "files", "card", "example"), "ok")
    assert pushed.head.oid in done.stdout
    assert "2 entities as on the card" in done.stdout
    assert "all 5 checks and 3 measured numbers hold" in done.stdout  # parameters, bytes of two files
    assert "that need the test documents (--data)" in done.stdout


def test_changed_weights_are_found(pushed, verify):
    weights = pushed.head.files["onnx/model_quantized.onnx"].content
    pushed.edit("onnx/model_quantized.onnx", weights[:-1] + bytes([weights[-1] ^ 1]))

    done = verify("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["files"] == rows(done)["manifest"] == "FAIL"
    assert "onnx/model_quantized.onnx" in done.stdout


def test_revision_chooses_the_commit(pushed, verify):
    good = pushed.head.oid
    pushed.edit("config.json", b"{}")

    assert verify("me/model", "--revision", good).returncode == 0


def test_number_changed_on_the_card_is_found(pushed, verify):
    card = pushed.head.files["README.md"].content.decode()
    assert "0.8298" in card  # macro F1 of the INT8 file
    pushed.edit("README.md", card.replace("0.8298", "0.9298").encode())

    done = verify("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["card"] == "FAIL"


def test_model_that_finds_something_else_than_the_card_shows(pushed, verify):
    """Card and ledger agree on an output that the model does not give."""
    for path in ("README.md", "ledger.json"):
        pushed.edit(
            path, pushed.head.files[path].content.replace(b"Disease 15 28 renal", b"Disease 15 27 renal")
        )

    done = verify("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["example"] == "FAIL"
    assert "the model gives Chemical 0 7 Aspirin" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("path", "row"), [("onnx/model_quantized.onnx", "measured"), ("clinstill-manifest.json", "manifest")]
)
def test_what_cannot_be_read_is_a_check_that_fails(pushed, verify, path, row):
    pushed.edit(path, b"not what it was")

    done = verify("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)[row] == "FAIL"
    assert "Traceback" not in done.stderr


def test_ledger_that_is_about_nothing(pushed, verify):
    ledger = json.loads(pushed.head.files["ledger.json"].content)
    pushed.edit("ledger.json", json.dumps(ledger | {"subject": "nobody"}).encode())

    done = verify("me/model")

    assert done.returncode == 2
    assert "is about 'nobody'" in done.stderr


def test_report_that_cannot_be_written(pushed, verify, tmp_path):
    done = verify("me/model", "--report", tmp_path / "nowhere" / "report.json")

    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_missing_file_is_found(pushed, verify):
    files = {path: blob for path, blob in pushed.head.files.items() if path != "tokenizer_config.json"}
    pushed.add_commit("main", "Delete", files, pushed.head.oid)

    done = verify("me/model")

    assert done.returncode == 1, done.stderr
    assert rows(done)["layout"] == "FAIL"
    assert "missing: tokenizer_config.json" in done.stdout


def test_manifest_lists_every_file(pushed):
    listed = json.loads(pushed.head.files["clinstill-manifest.json"].content)["files"]

    assert set(listed) == set(pushed.head.files) - {".gitattributes", "clinstill-manifest.json"}
    assert all(pushed.head.files[path].sha256 == digest for path, digest in listed.items())


@pytest.mark.parametrize(
    ("repo_id", "part"),
    [("me/nothing", "no such repository"), ("nothing", "lacks the namespace")],
)
def test_repository_that_is_not_there(verify, repo_id, part):
    done = verify(repo_id)

    assert done.returncode == 2
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_revision_that_is_not_there(pushed, verify):
    done = verify("me/model", "--revision", "v9")

    assert done.returncode == 2
    assert "no such repository or revision" in done.stderr


def test_no_network(verify, closed_port):
    done = verify("me/model", HF_ENDPOINT=closed_port)

    assert done.returncode == 2
    assert "no answer from the Hub" in done.stderr

"""`publish/push.py` against the stand-in Hub."""

import hashlib
import json

import pytest
from hub_pushing import ALL, BOTH, commits, retitle, succeed


def test_one_commit_per_repository_models_first_space_last(hub, push):
    succeed(push(*ALL))

    assert commits(hub) == [
        "/api/models/me/model-teacher/commit/main",
        "/api/models/me/model/commit/main",
        "/api/spaces/me/demo/commit/main",
    ]
    assert [len(repo.history) for repo in hub.repos.values()] == [1, 1, 1]


def test_every_card_is_validated_before_anything_is_made_or_sent(hub, push):
    succeed(push(*ALL))

    writes = [path for method, path in hub.requests if method in ("POST", "PUT")]
    assert writes[:4] == ["/api/validate-yaml"] * 3 + ["/api/repos/create"]


def test_model_repository_holds_the_hub_layout_and_nothing_else(hub, push, run):
    (run / "models/student/golden.json").write_text('{"text": "", "entities": []}\n')
    (run / "models/student/optimizer.pt").write_bytes(b"left over")
    (run / "models/student/checkpoint-10").mkdir()
    (run / "models/student/checkpoint-10/config.json").write_text("{}")

    succeed(push(*BOTH))

    files = hub.model("me/model").head.files
    assert sorted(path for path in files if not path.startswith("figures/")) == [
        ".gitattributes",
        "README.md",
        "card.map.json",
        "clinstill-manifest.json",
        "config.json",
        "golden.json",
        "ledger.json",
        "model.safetensors",
        "onnx/model.onnx",
        "onnx/model_quantized.onnx",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ]
    card = files["README.md"].content.decode()
    assert all(path in card for path in files if path.startswith("figures/"))
    assert {path for path, blob in files.items() if blob.lfs and not path.startswith("figures/")} == {
        "model.safetensors",
        "onnx/model.onnx",
        "onnx/model_quantized.onnx",
    }
    pushed = files["onnx/model_quantized.onnx"].content
    assert pushed == (run / "models/student/onnx/model_quantized.onnx").read_bytes()
    assert "onnx/model_fp16.onnx" in hub.model("me/model-teacher").head.files


def test_card_names_the_repositories_it_was_pushed_to(hub, push):
    succeed(push(*BOTH, "--teacher-repo-id", "me/big"))

    card = hub.model("me/model").head.files["README.md"].content.decode()
    assert 'load("me/model")' in card
    assert "me/big" in card
    assert "me/model-teacher" not in card


def test_space_is_pinned_to_the_commits_just_pushed(hub, push, run):
    succeed(push(*ALL))

    files = hub.space("me/demo").head.files
    pins = json.loads(files["models.json"].content)
    weights = (run / "models/student/onnx/model_quantized.onnx").read_bytes()
    assert pins["student"] == {
        "repo": "me/model",
        "revision": hub.model("me/model").head.oid,
        "file": "onnx/model_quantized.onnx",
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    assert pins["teacher"]["revision"] == hub.model("me/model-teacher").head.oid
    assert set(pins) == {"student", "teacher"}


def test_a_commit_of_others_on_a_model_makes_no_new_space(hub, push):
    """Theirs, or the one that holds a verification: the Space shows what was pushed."""
    succeed(push(*ALL))
    pins = hub.space("me/demo").head.files["models.json"].content
    hub.model("me/model").edit("verification.json", b"{}")
    hub.requests.clear()

    succeed(push(*ALL))

    assert commits(hub) == []
    assert hub.space("me/demo").head.files["models.json"].content == pins


def test_the_space_moves_on_when_its_model_is_not_what_it_shows(hub, push):
    """People's words on the card are shown there too, so they are pinned."""
    succeed(push(*ALL))
    card = hub.model("me/model").head.files["README.md"].content
    hub.model("me/model").edit("README.md", card + b"\nWe use it.\n")

    succeed(push(*ALL))

    pins = json.loads(hub.space("me/demo").head.files["models.json"].content)
    assert pins["student"]["revision"] == hub.model("me/model").head.oid


def test_space_holds_the_app_but_no_bundled_models_caches_or_tests(hub, push):
    succeed(push(*ALL))

    paths = set(hub.space("me/demo").head.files)
    assert {"README.md", "app.py", "requirements.txt", "engine/tagger.py", "models.json"} <= paths
    parts = {part for path in paths for part in path.split("/")}
    assert not parts & {"bundled", "tests", "__pycache__"}
    assert not [path for path in paths if path.endswith(".pyc")]


def test_second_push_without_change_makes_no_commit(hub, push):
    succeed(push(*ALL))
    hub.requests.clear()

    done = succeed(push(*ALL))

    assert commits(hub) == []
    assert not [path for method, path in hub.requests if method == "PUT" or "preupload" in path]
    assert done.stdout.count("no change") == 3


def test_changed_card_is_sent_without_the_weights(hub, push, run):
    succeed(push(*ALL))
    retitle(run, "Renamed recogniser")
    hub.requests.clear()

    done = succeed(push(*ALL))

    assert hub.count("PUT", "/lfs/") == 0
    assert "  update README.md" in done.stdout
    assert "onnx/model.onnx" not in done.stdout
    assert "Renamed recogniser" in hub.model("me/model").head.files["README.md"].content.decode()
    pins = json.loads(hub.space("me/demo").head.files["models.json"].content)
    assert pins["student"]["revision"] == hub.model("me/model").head.oid


def test_deletes_what_it_once_pushed_and_keeps_what_people_added(hub, push, run):
    succeed(push(*BOTH))
    hub.model("me/model").edit("screenshot.txt", b"added by hand")
    (run / "models/student/special_tokens_map.json").unlink()

    done = succeed(push(*BOTH))

    assert "  delete special_tokens_map.json" in done.stdout
    assert "  keep   screenshot.txt" in done.stdout
    files = hub.model("me/model").head.files
    assert "special_tokens_map.json" not in files
    assert files["screenshot.txt"].content == b"added by hand"


def test_a_card_written_over_on_the_hub_is_brought_back_when_that_is_asked_for(hub, push):
    succeed(push(*BOTH))
    hub.model("me/model").edit("README.md", b"---\nlicense: mit\n---\nedited\n")

    assert push(*BOTH).returncode == 2
    done = succeed(push(*BOTH, "--overwrite", "README.md"))

    assert "  update README.md" in done.stdout
    assert len(hub.model("me/model").history) == 3


@pytest.mark.parametrize("private", [True, False])
def test_private_flag_makes_new_repositories_private(hub, push, private):
    succeed(push(*ALL, *(["--private"] if private else [])))

    assert {repo.private for repo in hub.repos.values()} == {private}


def test_create_pr_leaves_main_alone_and_pins_the_space_to_the_proposals(hub, push, run):
    succeed(push(*ALL))
    retitle(run, "Proposed recogniser")

    done = succeed(push(*ALL, "--create-pr"))

    model = hub.model("me/model")
    assert model.pulls == ["refs/pr/1"]
    assert len(model.history) == 1
    proposed = model.commit("refs/pr/1")
    assert "Proposed recogniser" in proposed.files["README.md"].content.decode()
    assert f"{hub.url}/me/model/discussions/1" in done.stdout
    pins = json.loads(hub.space("me/demo").commit("refs/pr/1").files["models.json"].content)
    assert pins["student"]["revision"] == proposed.oid


def test_revision_commits_to_a_branch_that_is_made_when_missing(hub, push):
    succeed(push(*BOTH, "--revision", "next"))
    succeed(push(*BOTH, "--revision", "next"))

    model = hub.model("me/model")
    assert model.history == []
    assert "README.md" in model.commit("next").files
    assert len(commits(hub)) == 2


def test_model_option_pushes_one_model_alone(hub, push):
    succeed(push("--model", "student=me/tiny"))

    assert list(hub.repos) == [("model", "me/tiny")]


def test_token_is_neither_printed_nor_stored(hub, push, tmp_path):
    hub.users["hf_SECRETSECRET"] = "me"

    done = succeed(push(*BOTH, HF_TOKEN="hf_SECRETSECRET"))

    assert "hf_SECRETSECRET" not in done.stdout + done.stderr
    stored = [
        path for path in tmp_path.rglob("*") if path.is_file() and b"hf_SECRETSECRET" in path.read_bytes()
    ]
    assert stored == []
    assert all(
        b"SECRETSECRET" not in blob.content
        for repo in hub.repos.values()
        for blob in repo.head.files.values()
    )


def test_token_saved_by_login_is_found(hub, push_alone, tmp_path):
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf/token").write_text("hf_me")

    succeed(push_alone("--model", "student=me/model", HF_TOKEN=""))

    assert len(hub.model("me/model").history) == 1

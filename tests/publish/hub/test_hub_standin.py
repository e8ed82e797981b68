"""The stand-in refuses what the Hub refuses, so that a green push test means something."""

import base64
import hashlib
import json

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

CARD = "---\nlicense: apache-2.0\n---\n# A model\n"


@pytest.fixture
def api(hub) -> HfApi:
    """A client as user "me", with the repository me/model."""
    api = HfApi(endpoint=hub.url, token="hf_me")
    api.create_repo("me/model")
    return api


def add(path: str, content: bytes | str) -> CommitOperationAdd:
    return CommitOperationAdd(path, content.encode() if isinstance(content, str) else content)


def commit(api, *operations, **options):
    return api.create_commit("me/model", list(operations), commit_message="Test", **options)


def status(error) -> int:
    return error.value.response.status_code


def test_commit_is_listed_and_downloaded(api, hub):
    made = commit(api, add("README.md", CARD), add("config.json", "{}"))

    assert made.oid == hub.model("me/model").head.oid == api.model_info("me/model").sha
    assert {file.path for file in api.list_repo_tree("me/model")} == {
        ".gitattributes",
        "README.md",
        "config.json",
    }
    answer = httpx.get(f"{hub.url}/me/model/resolve/main/config.json")
    assert (answer.content, answer.headers["X-Repo-Commit"]) == (b"{}", made.oid)
    head = httpx.head(f"{hub.url}/me/model/resolve/{made.oid}/config.json")
    assert (head.content, head.headers["Content-Length"], head.headers["ETag"]) == (
        b"",
        "2",
        answer.headers["ETag"],
    )


def test_deletes_and_tags(api, hub):
    first = commit(api, add("old.txt", "old"))
    api.create_tag("me/model", tag="v1")
    commit(api, CommitOperationDelete("old.txt"))

    assert "old.txt" not in hub.model("me/model").head.files
    assert api.model_info("me/model", revision="v1").sha == first.oid
    with pytest.raises(HfHubHTTPError) as error:
        commit(api, CommitOperationDelete("old.txt"))
    assert status(error) == 404


def test_stale_parent(api, hub):
    stale = hub.model("me/model").head.oid
    commit(api, add("a.txt", "a"))

    with pytest.raises(HfHubHTTPError) as error:
        commit(api, add("b.txt", "b"), parent_commit=stale)
    assert status(error) == 412
    assert "b.txt" not in hub.model("me/model").head.files


@pytest.mark.parametrize(
    "card",
    [
        "---\nlicense: [unclosed\n---\n",
        "no front matter\n",
        "---\nvalue: !!python/object/apply:numpy.dtype [f8]\n---\n",
        "---\nbase_model: ./runs/my/checkpoint\n---\n",
        "---\nmodel-index:\n- results:\n  - task: {type: t}\n    dataset: {name: d, type: a/b/c}\n"
        "    metrics: [{type: f1, value: 1}]\n---\n",
    ],
)
def test_bad_card_is_refused_by_validation_and_by_the_commit(api, hub, card):
    answer = httpx.post(f"{hub.url}/api/validate-yaml", json={"content": card, "repoType": "model"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]

    line = {"path": "README.md", "content": base64.b64encode(card.encode()).decode()}
    assert post_commit(hub, {"key": "file", "value": line}).status_code == 400


def post_commit(hub, *lines, token="hf_me"):
    header = {"key": "header", "value": {"summary": "Test"}}
    body = "\n".join(json.dumps(line) for line in (header, *lines))
    return httpx.post(
        f"{hub.url}/api/models/me/model/commit/main",
        content=body,
        headers={"Authorization": f"Bearer {token}"},
    )


def test_space_card_needs_an_sdk_and_quoted_versions(hub):
    def validate(front_matter):
        content = f"---\n{front_matter}\n---\n"
        return httpx.post(
            f"{hub.url}/api/validate-yaml", json={"content": content, "repoType": "space"}
        ).status_code

    assert validate("sdk: gradio\nsdk_version: '6.31.0'\ncolorFrom: green") == 200
    assert validate("title: no sdk") == 400
    assert validate("sdk: gradio\npython_version: 3.10") == 400
    assert validate("sdk: gradio\ncolorFrom: mauve") == 400


def upload(hub, content, *, oid=None, size=None):
    """An LFS upload by hand, with what is announced possibly untrue."""
    oid = oid or hashlib.sha256(content).hexdigest()
    asked = {"operation": "upload", "objects": [{"oid": oid, "size": size or len(content)}]}
    me = {"Authorization": "Bearer hf_me"}
    batch = httpx.post(f"{hub.url}/me/model.git/info/lfs/objects/batch", json=asked, headers=me).json()
    assert batch["transfer"] == "basic"
    return httpx.put(batch["objects"][0]["actions"]["upload"]["href"], content=content).status_code


def test_lfs_upload_must_have_the_announced_hash_and_size(api, hub):
    assert upload(hub, b"weights", oid="ab" * 32) == 422
    assert upload(hub, b"weights", size=99) == 422
    assert hub.model("me/model").objects == {}
    assert upload(hub, b"weights") == 200


def test_lfs_file_that_was_never_uploaded_cannot_be_committed(api, hub):
    line = {"path": "model.onnx", "algo": "sha256", "oid": "cd" * 32, "size": 7}
    assert post_commit(hub, {"key": "lfsFile", "value": line}).status_code == 400
    assert "model.onnx" not in hub.model("me/model").head.files


def test_attributes_decide_what_is_lfs(api, hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    commit(api, add("onnx/model.onnx", b"weights"), add("config.json", "{}"))

    files = hub.model("me/model").head.files
    assert (files["onnx/model.onnx"].lfs, files["config.json"].lfs) == (True, False)
    assert files["onnx/model.onnx"].content == b"weights"


def test_unchanged_file_is_recognised(api, hub):
    commit(api, add("config.json", "{}"))
    hub.requests.clear()
    commit(api, add("config.json", "{}"))

    assert hub.count("POST", "/commit/") == 0


def test_strangers_are_refused(api, hub):
    with pytest.raises(HfHubHTTPError) as error:
        HfApi(endpoint=hub.url, token="hf_other").create_repo("me/mine")
    assert status(error) == 403
    with pytest.raises(HfHubHTTPError) as error:
        HfApi(endpoint=hub.url, token=False).create_repo("me/mine")
    assert status(error) == 401
    assert post_commit(hub, token="hf_other").status_code == 403
    assert post_commit(hub, token="hf_nobody").status_code == 401


def test_private_repositories_are_hidden(hub):
    HfApi(endpoint=hub.url, token="hf_me").create_repo("me/secret", private=True)

    assert HfApi(endpoint=hub.url, token="hf_me").model_info("me/secret").private
    for token in ("hf_other", False):
        with pytest.raises(RepositoryNotFoundError):
            HfApi(endpoint=hub.url, token=token).model_info("me/secret")


def test_what_is_not_there_is_named(api, hub, tmp_path):
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("me/nothing")
    with pytest.raises(RevisionNotFoundError):
        api.model_info("me/model", revision="v9")
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download("me/model", "nothing.json", cache_dir=tmp_path)


def test_pull_request_leaves_main_alone(api, hub):
    made = commit(api, add("a.txt", "a"), create_pr=True)

    assert made.pr_revision == "refs/pr/1"
    assert api.model_info("me/model", revision="refs/pr/1").sha == made.oid
    assert "a.txt" not in hub.model("me/model").head.files

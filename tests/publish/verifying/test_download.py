"""What `verify.py` fetches of a repository: what its checks need, and no other format of the same weights."""

import pytest
from hub_store import Blob

from publish.verifying import download

LARGE = bytes(download.SMALL + 1)


@pytest.fixture
def published(hub, push, verify_files):
    """A pushed model; `add(path)` adds a large file of people's."""
    assert push("--repo-id", "me/model").returncode == 0
    repo = hub.model("me/model")

    def add(path: str, content: bytes = LARGE):
        repo.add_commit(
            "main", f"Add {path}", repo.head.files | {path: Blob(content, lfs=True)}, repo.head.oid
        )
        hub.requests.clear()

    repo.add = add
    return repo


def got(hub) -> set[str]:
    """The files whose content was fetched."""
    return {path.split("/resolve/")[1].partition("/")[2] for how, path in hub.requests if "/resolve/" in path}


def bare(repo) -> None:
    """A model of other making: without manifest and ledger."""
    kept = ("config.json", "tokenizer.json", "README.md", "onnx/model.onnx", ".gitattributes")
    card = b"---\nlicense: mit\n---\n\n# A model\n\nLoad it with `AutoModel`.\n"
    files = {path: blob for path, blob in repo.head.files.items() if path in kept}
    repo.add_commit("main", "Bare", files | {"README.md": Blob(card, lfs=False)}, repo.head.oid)


def test_other_formats_stay_on_the_hub_and_are_told(hub, published, verify_files, tmp_path):
    bare(published)
    published.add("pytorch_model.bin")
    published.add("gguf/model-q4.gguf", LARGE + b"more")

    done = verify_files("me/model")

    assert done.returncode == 0, done.stdout + done.stderr
    assert {"config.json", "tokenizer.json", "README.md", "onnx/model.onnx"} <= got(hub)
    assert not {path.name for path in (tmp_path / "hf").rglob("*")} & {"pytorch_model.bin", "model-q4.gguf"}
    told = "gguf/model-q4.gguf (20.0 MB), pytorch_model.bin (20.0 MB)"
    assert told in done.stdout and "other files" in done.stdout
    assert f"no check needs it: {told}" in done.stderr


def test_a_card_may_name_a_file_that_stayed_on_the_hub(hub, published, verify_files):
    """The lint is not to take it for missing."""
    bare(published)
    published.add("onnx/model_q4.onnx")
    card = published.head.files["README.md"].content
    code = b"\n```python\nORTModelForTokenClassification.from_pretrained('me/model', subfolder='onnx', "
    published.edit("README.md", card + code + b"file_name='model_q4.onnx')\n```\n")

    done = verify_files("me/model")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", ["model.safetensors", "onnx/model_quantized.onnx", "onnx/model.onnx_data"])
def test_large_files_that_loaders_take_are_fetched_with_progress(hub, published, verify_files, path):
    bare(published)
    published.add(path)

    done = verify_files("me/model", "--no-loaders")

    assert path in got(hub)
    assert "fetching weights, 20.0 MB" in done.stderr
    assert f"  fetching {path}, 20.0 MB (1 of 1)" in done.stderr
    assert "other files" not in done.stdout


def test_what_the_manifest_names_is_fetched_whatever_it_is(hub, published, verify_files, monkeypatch):
    sizes = {path: len(blob.content) for path, blob in published.head.files.items()}
    monkeypatch.setattr(download, "SMALL", 10_000)
    monkeypatch.setattr(download, "WEIGHTS", ())
    assert sizes["vocab.txt"] < 10_000 < sizes["onnx/model_quantized.onnx"]
    hub.requests.clear()

    done = verify_files("me/model")

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(sizes) == got(hub)


def test_a_second_time_nothing_large_is_fetched(hub, published, verify_files):
    bare(published)
    published.add("model.safetensors")
    verify_files("me/model")
    hub.requests.clear()

    done = verify_files("me/model")

    assert "(1 of 1)" not in done.stderr
    assert not got(hub)


def test_data_that_cannot_be_read_is_told_before_the_weights_are_fetched(hub, published, verify_files):
    bare(published)
    published.add("model.safetensors")

    done = verify_files("me/model", "--data", "mine=/nowhere/notes.jsonl")

    assert done.returncode == 2
    assert "model.safetensors" not in got(hub)

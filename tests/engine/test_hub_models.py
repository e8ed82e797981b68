"""Models by Hub id: what is fetched, and what is said when that fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import huggingface_hub
import pytest
from hub_standin import serve
from hub_store import Blob, Repo

from space.engine import EngineError, load

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """`snapshot_download` from the folder tmp_path/remote; collects what it was asked for."""
    calls = []

    def snapshot_download(repo, *, revision, allow_patterns):
        calls.append((repo, revision, allow_patterns[-1]))
        target = tmp_path / "snapshots" / COMMIT
        for pattern in allow_patterns:
            for path in (tmp_path / "remote").glob(pattern):
                (target / pattern).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / path.relative_to(tmp_path / "remote"))
        return str(target)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return calls


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_what_is_needed_is_fetched(hub, model, tmp_path):
    shutil.copytree(model, tmp_path / "remote")
    tagger = load("me/model", revision="v1")
    assert hub == [("me/model", "v1", "onnx/model_quantized.onnx")]
    assert (tagger.model, tagger.revision) == ("me/model", COMMIT)
    assert files(tmp_path / "snapshots" / COMMIT) == [
        "config.json",
        "onnx/model_quantized.onnx",
        "tokenizer.json",
    ]
    assert tagger(["nausea"])[0][0].label == "Disease"


def test_without_an_int8_file_the_fp32_one_is_fetched(hub, model, tmp_path):
    shutil.copytree(model, tmp_path / "remote")
    (tmp_path / "remote" / "onnx" / "model_quantized.onnx").unlink()
    assert load("me/model").file.name == "model.onnx"
    (tmp_path / "remote" / "onnx" / "model.onnx").unlink()
    shutil.rmtree(tmp_path / "snapshots")
    assert load("me/model").file.name == "model_fp16.onnx"


def test_a_chosen_file_is_the_only_one_fetched(hub, model, tmp_path):
    shutil.copytree(model, tmp_path / "remote")
    assert load("me/model", file="model.onnx").file.name == "model.onnx"
    assert [pattern for _, _, pattern in hub] == ["onnx/model.onnx"]
    with pytest.raises(EngineError, match=r"me/model: has no onnx/absent\.onnx at revision main"):
        load("me/model", file="absent.onnx")


@pytest.mark.parametrize("name", ["a/b/c", "./model", "../model", "/abs/olute", "me/", "-x/y", "me/mo del"])
def test_what_is_no_hub_id_is_not_asked_for(hub, name):
    with pytest.raises(EngineError, match="no such folder, and not a Hub id"):
        load(name)
    assert hub == []


@pytest.fixture(scope="session")
def standin(model):
    """A Hub that holds the small model as me/model, tagged v1."""
    with serve() as hub:
        content = {
            name: Blob((model / name).read_bytes(), lfs=name.endswith("onnx")) for name in files(model)
        }
        repo = hub.repos["model", "me/model"] = Repo("model", "me/model", private=False)
        repo.refs["v1"] = repo.add_commit("main", "a model", content).oid
        yield hub


def run(home: Path, model: str, *options: str, **environment: str) -> subprocess.CompletedProcess:
    """The command in a process of its own, since huggingface_hub reads its settings when imported."""
    command = [sys.executable, "-m", "space.engine", model, *options]
    settings = {"HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", **environment}
    line = '{"id": 1, "text": "nausea"}\n'
    return subprocess.run(command, input=line, capture_output=True, text=True, env=os.environ | settings)


def test_a_model_is_downloaded_once_and_then_works_offline(standin, tmp_path):
    first = run(tmp_path, "me/model", "--revision", "v1", HF_ENDPOINT=standin.url)
    assert first.returncode == 0, first.stderr
    assert '"text": "nausea"' in first.stdout
    fetched = {
        path.rpartition("/")[2]
        for method, path in standin.requests
        if method == "GET" and "/resolve/" in path
    }
    assert fetched == {"config.json", "tokenizer.json", "model_quantized.onnx"}
    offline = run(tmp_path, "me/model", "--revision", "v1", HF_ENDPOINT=standin.url, HF_HUB_OFFLINE="1")
    assert offline.stdout == first.stdout


@pytest.mark.parametrize(
    ("repo", "options", "message"),
    [
        ("me/absent", [], "no such folder, and no such model on the Hub"),
        ("me/model", ["--revision", "v9"], "no revision 'v9'"),
        ("me/model", ["--file", "other.onnx"], "has no onnx/other.onnx at revision main"),
    ],
)
def test_what_the_hub_does_not_have(standin, tmp_path, repo, options, message):
    done = run(tmp_path, repo, *options, HF_ENDPOINT=standin.url)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("revision", "environment"),
    [
        ("main", {"HF_HUB_OFFLINE": "1"}),
        ("main", {"HF_ENDPOINT": "http://127.0.0.1:9"}),
        (COMMIT, {"HF_ENDPOINT": "http://127.0.0.1:9"}),
    ],
)
def test_an_unreachable_hub_says_what_to_do(tmp_path, revision, environment):
    done = run(tmp_path, "me/model", "--revision", revision, **environment)
    assert done.returncode == 2
    assert done.stderr.startswith("error: me/model: ")
    assert "check the connection" in done.stderr
    assert "folder" in done.stderr
    assert "Traceback" not in done.stderr

"""`python -m cards lint` of repositories on the Hub, against the stand-in."""

import json
from types import SimpleNamespace

import hub_standin
import numpy as np
import pytest
from hub_store import Blob, RefusalError, Repo
from safetensors.numpy import save

from cards.cli import main
from cards.lint.input.address import Address, parse_address

CARD = """---
license: mit
language: en
pipeline_tag: token-classification
library_name: transformers
base_model: someone/base
tags: [gguf]
---
# Reef

Reef tags notes.
"""


@pytest.fixture
def hub():
    with hub_standin.serve() as standin:
        yield standin


@pytest.fixture
def lint(hub, tmp_path, monkeypatch, capsys):
    """Runs the command in an environment of its own; keywords change it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_TOKEN", "")

    def run(*arguments: str, **changes: str) -> SimpleNamespace:
        for name, value in ({"HF_ENDPOINT": hub.url} | changes).items():
            monkeypatch.setenv(name, value)
        code = main(["lint", *arguments])
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    return run


def publish(hub, kind: str, repo_id: str, files: dict[str, bytes], private: bool = False) -> Repo:
    repo = Repo(kind, repo_id, private)
    hub.repos[kind, repo_id] = repo
    blobs = {name: Blob(content, lfs=name.endswith(".safetensors")) for name, content in files.items()}
    repo.add_commit("main", "files", repo.head.files | blobs, repo.head.oid)
    return repo


@pytest.fixture
def reef(hub) -> Repo:
    weights = save({"weight": np.zeros((1000, 1000), np.float32)})
    config = json.dumps({"architectures": ["BertForTokenClassification"]}).encode()
    files = {"README.md": CARD.encode(), "config.json": config, "model.safetensors": weights}
    return publish(hub, "model", "someone/reef", files)


def test_the_header_of_weights_that_are_not_fetched(hub, reef, lint, tmp_path):
    ranges = []
    hub.faults.append(lambda request: ranges.append((request.path, request.headers.get("range"))))
    reef.edit("model.safetensors", reef.head.files["model.safetensors"].content[:-4])
    done = lint("someone/reef")
    assert done.returncode == 1, done.stderr
    assert "error  weights.readable  someone/reef/model.safetensors" in done.stdout
    assert "where the header tells of" in done.stdout
    asked = [limits for path, limits in ranges if path.endswith("model.safetensors")]
    assert asked[0] == "bytes=0-7"
    assert all(asked)
    assert not list((tmp_path / "hf").rglob("*.safetensors"))


@pytest.mark.parametrize(
    "target",
    ["{url}/someone/reef", "{url}/someone/reef/tree/main", "hf://someone/reef", "models/someone/reef"],
)
def test_addresses_of_one_repository(hub, reef, lint, target):
    assert "repo.format" in lint(target.format(url=hub.url)).stdout


def test_a_revision(hub, reef, lint):
    before = reef.head.oid
    reef.edit("README.md", CARD.replace("gguf", "medical").encode())
    assert lint("someone/reef").returncode == 0
    done = lint("someone/reef", "--revision", before, "--format", "json")
    report = json.loads(done.stdout)
    assert (report["commit"], report["errors"]) == (before, 1)


@pytest.mark.parametrize("target", ["spaces/someone/notes", "someone/notes"])
def test_the_hub_s_own_check_decides_over_ours(hub, lint, target):
    """What it refuses is an error, and what it takes is none, whatever our rules hold."""
    card = "---\nlicense: Apache 2.0\ntitle: Notes\nsdk: gradioo\n---\n# Notes\n"
    publish(hub, "space", "someone/notes", {"README.md": card.encode()})
    done = lint(target)
    assert "front-matter.hub" in done.stdout
    assert "front-matter.licence" not in done.stdout


def test_a_card_here_is_checked_by_the_hub_when_asked(hub, lint, tmp_path):
    (tmp_path / "card.md").write_text("---\nlicense: Apache 2.0\n---\n# Notes\n")
    assert "front-matter.licence" in lint("card.md").stdout
    asked = []
    hub.faults.append(lambda request: asked.append(request.path))
    lint("card.md", "--online")
    assert "/api/validate-yaml" in asked
    unreachable = lint("card.md", "--online", HF_ENDPOINT="http://127.0.0.1:9")
    assert "front-matter.licence" in unreachable.stdout


def test_code_that_loads_the_model_by_another_id(hub, reef, lint):
    reef.edit("README.md", f'{CARD}\n```python\nAutoModel.from_pretrained("else/reef")\n```\n'.encode())
    assert "'else/reef' is not 'someone/reef', the id of this repository" in lint("someone/reef").stdout


def test_a_base_of_the_same_name_may_be_loaded(hub, reef, lint):
    publish(hub, "model", "else/reef", {"README.md": b"# Reef\n"})
    card = CARD.replace("someone/base", "else/reef")
    code = '```python\nbase = AutoModel.from_pretrained("else/reef")\n```\n'
    reef.edit("README.md", f"{card}\n{code}".encode())
    assert "code.repo-id" not in lint("someone/reef").stdout


def test_a_private_repository_needs_the_token(hub, lint):
    files = {"README.md": CARD.encode(), "config.json": b"{}"}
    publish(hub, "model", "me/secret", files, private=True)
    refused = lint("me/secret")
    assert refused.returncode == 2
    assert "HF_TOKEN" in refused.stderr
    assert "tag gguf" in lint("me/secret", HF_TOKEN="hf_me").stdout


def test_what_is_not_there(hub, reef, lint):
    for arguments, said in [
        (("someone/wreck",), "neither a path here nor a repository"),
        (("someone/reef", "--revision", "v9"), "no such revision"),
        (("nowhere",), "nothing to check"),
    ]:
        done = lint(*arguments, HF_TOKEN="hf_me")
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr


def test_a_gated_repository(hub, reef, lint):
    hub.faults.append(
        lambda request: (
            RefusalError(403, "ask for access", "GatedRepo") if "/api/models" in request.path else None
        )
    )
    done = lint("someone/reef")
    assert done.returncode == 2
    assert "is gated" in done.stderr


def test_no_answer(lint):
    done = lint("someone/reef", HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "no answer from the Hub at http://127.0.0.1:9" in done.stderr


def test_a_path_comes_before_an_id(reef, lint, tmp_path):
    (tmp_path / "someone" / "reef").mkdir(parents=True)
    (tmp_path / "someone" / "reef" / "README.md").write_text("# Another\n")
    assert "repo.format" not in lint("someone/reef").stdout


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("someone/reef", Address("someone/reef", None, None)),
        ("datasets/someone/notes", Address("someone/notes", "dataset", None)),
        ("https://huggingface.co/someone/reef", Address("someone/reef", "model", None)),
        ("https://hf.co/spaces/someone/reef/tree/v1.0/ui", Address("someone/reef", "space", "v1.0")),
        ("https://huggingface.co/someone/reef/blob/refs/README.md", Address("someone/reef", "model", "refs")),
        ("https://huggingface.co/someone/reef/blob/main/README.md", Address("someone/reef", "model", "main")),
        (
            "huggingface.co/someone/reef/resolve/v1/a.json?download=true",
            Address("someone/reef", "model", "v1"),
        ),
        (
            "https://huggingface.co/someone/reef/raw/refs%2Fpr%2F3/README.md",
            Address("someone/reef", "model", "refs/pr/3"),
        ),
        ("https://huggingface.co/someone/reef/commit/0f1e", Address("someone/reef", "model", "0f1e")),
        ("https://huggingface.co/someone/reef/discussions/3", Address("someone/reef", "model", None)),
        ("https://huggingface.co/gpt2/tree/main", Address("gpt2", "model", "main")),
        ("https://huggingface.co/datasets/squad", Address("squad", "dataset", None)),
        ("https://huggingface.co/docs/hub", None),
        ("someone/reef.md", None),
        ("models/reef", None),
        ("reef", None),
        ("./some/where", None),
        ("a/b/c", None),
        ("https://example.org/someone/reef", None),
    ],
)
def test_parse_address(target, address, monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert parse_address(target) == address

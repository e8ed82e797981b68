"""Models of other making: what can be checked without a ledger is, and what cannot is said."""

import json

import pytest
from hub_store import Blob, Repo
from tiny_model import make_model

from publish.errors import PublishError
from publish.verifying import evaluation_data, without_ledger

CARD = """---
language: en
license: apache-2.0
base_model: someone/base
tags: [medical]
library_name: transformers
pipeline_tag: token-classification
model-index:
- name: ner
  results:
  - task: {{type: token-classification}}
    dataset: {{type: someone/notes, name: Notes, split: test}}
    metrics:
    - {{type: f1, value: {micro}, name: F1}}
    - {{type: recall, value: {recall}, name: Disease recall}}
    - {{type: accuracy, value: 0.98, name: Accuracy}}
---

# A recogniser of chemicals and diseases

Fine-tuned by somebody.
"""
# The tiny model finds one disease too many and misses one chemical: 4 right of 5 gold and 5 found.
NOTES = """\
{"id": "1", "text": "Aspirin caused renal failure.", "entities": [\
{"start": 0, "end": 7, "label": "chemical"}, {"start": 15, "end": 28, "label": "disease"}]}
{"id": "2", "text": "Headache after ibuprofen.", "entities": [{"start": 15, "end": 24, "label": "chemical"}]}
{"id": "3", "text": "Patients with seizures given xyz.", "entities": [\
{"start": 14, "end": 22, "label": "disease"}, {"start": 29, "end": 32, "label": "chemical"}]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny", variants=("fp32",))


@pytest.fixture
def published(hub, folder):
    """published(micro=80, **changes): them/ner on the stand-in. changes: path -> content; None: no file."""

    def publish(micro=80.0, recall=1.0, **changes):
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        files |= {"README.md": CARD.format(micro=micro, recall=recall).encode()} | changes
        repo = hub.repos["model", "them/ner"] = Repo("model", "them/ner", private=False)
        blobs = {path: Blob(content, lfs=False) for path, content in files.items() if content is not None}
        return repo.add_commit("main", "Upload", repo.head.files | blobs, repo.head.oid)

    return publish


@pytest.fixture
def verify(verify):
    return lambda *arguments: verify("them/ner", *arguments, "--no-loaders")


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.jsonl"
    path.write_text(NOTES, encoding="utf-8")
    return path


def rows(done):
    lines = [line.split() for line in done.stdout.splitlines()]
    return {line[1]: line[0] for line in lines if line and line[0] in ("ok", "FAIL")}


def test_what_can_be_checked_is(published, verify):
    commit = published()

    done = verify()

    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(done) == dict.fromkeys(("layout", "labels", "weights", "card"), "ok")
    assert commit.oid in done.stdout
    assert "parameters in the header of model.safetensors" in done.stdout
    assert "no number can be followed" in done.stdout


def test_the_card_s_scores_are_measured_again(published, verify, notes):
    """In percent or as a share, for a type or for all."""
    published()

    done = verify("--data", f"notes={notes}")

    assert done.returncode == 0, done.stdout + done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines() if line.startswith("model-index")]
    assert [line.partition(" (")[0] for line in lines] == [
        "model-index micro.f1 0.8000 0.8000 holds",
        "model-index disease.recall 1.0000 1.0000 holds",
    ]
    assert "3 documents of notes" in done.stdout


def test_what_is_not_measured_says_why(published, verify, notes):
    published()

    without = verify()
    assert "not measured: 3 numbers that need labelled documents (--data NAME=SOURCE)" in without.stdout
    with_data = verify("--data", f"notes={notes}")
    assert (
        "not measured: 1 number of another kind than precision, recall or F1 of entities" in with_data.stdout
    )


def test_a_score_that_does_not_come_out_again_is_found(published, verify, notes):
    published(micro=0.81)

    done = verify("--data", f"notes={notes}")

    assert done.returncode == 1
    assert "differs (the card does not say" in done.stdout


@pytest.mark.parametrize(
    ("path", "change", "row"),
    [
        ("config.json", lambda config: config | {"label2id": {"O": 1}}, "labels"),
        ("config.json", lambda config: config | {"id2label": {"0": "LABEL_0"}}, "labels"),
        ("tokenizer.json", None, "layout"),
        ("README.md", None, "card"),
    ],
)
def test_what_does_not_fit_together_is_found(path, change, row, published, verify, folder):
    content = change and json.dumps(change(json.loads((folder / path).read_bytes()))).encode()
    published(**{path: content})

    done = verify()

    assert done.returncode == 1, done.stderr
    assert rows(done)[row] == "FAIL"


def test_a_model_of_another_task_is_not_measured(published, verify, folder):
    config = json.loads((folder / "config.json").read_bytes())
    config |= {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}
    published(**{"config.json": json.dumps(config).encode()})

    done = verify()

    assert "labels" not in rows(done)
    assert "no token classifier" in done.stdout


def test_no_weights_that_can_be_loaded(published, verify):
    published(**{"model.safetensors": None, "onnx/model.onnx": None, "pytorch_model.bin": b"pickle"})

    done = verify()

    assert done.returncode == 1
    assert "no weights that a loader here takes (found pytorch_model.bin)" in done.stdout


def test_data_set_of_the_hub_is_fetched_at_its_commit(hub, published, verify):
    published()
    corpus = hub.repos["dataset", "them/notes"] = Repo("dataset", "them/notes", private=False)
    files = {"data/test.jsonl": Blob(NOTES.encode(), lfs=False), "data/train.jsonl": Blob(b"", lfs=False)}
    commit = corpus.add_commit("main", "Upload", files)
    corpus.edit("data/test.jsonl", b"{}")

    done = verify("--data", f"notes=them/notes@{commit.oid}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 documents of notes" in done.stdout


def test_data_that_is_not_there_cannot_be_measured_on(published, verify):
    published()

    done = verify("--data", "notes=them/nothing")

    assert done.returncode == 2
    assert "them/nothing is not here" in done.stderr
    assert "and as a Hub data set:\nthem/nothing: no such repository" in done.stderr


def test_weights_alone_need_transformers(folder, tmp_path, monkeypatch, notes):
    """Where no environment has it, nothing is claimed."""
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (bare / name).symlink_to(folder / name)
    (bare / "README.md").write_text(CARD.format(micro=80, recall=1), encoding="utf-8")
    splits = evaluation_data.read_data([f"notes={notes}"], ("Chemical", "Disease"), None, hub=None)
    monkeypatch.setattr(without_ledger, "find", lambda tool: None)

    with pytest.raises(PublishError, match="make loaders"):
        without_ledger.compare_card(bare, splits, lambda line: None)

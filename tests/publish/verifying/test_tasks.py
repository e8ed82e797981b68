"""Models for other tasks than finding entities: what is not measured says why, and nothing fails for it."""

import json

import pytest
from hub_store import Blob, Repo
from random_ledgers import random_ledger

from cards.ledger import Environment
from publish.verifying import agreement, with_ledger
from publish.verifying.agreement import compare
from publish.verifying.remeasure import Measured

HERE = Environment(cpu="this one", isa="avx2", threads=2, versions={"onnxruntime": "1.0.0"})
CARD = """---
license: mit
pipeline_tag: {task}
model-index:
- name: m
  results:
  - task: {{type: {task}}}
    dataset: {{type: someone/notes, name: Notes, split: test}}
    metrics:
    - {{type: f1, value: 0.91, name: F1}}
    - {{type: accuracy, value: 91.5, name: Accuracy}}
---

# A model of another kind
"""


@pytest.mark.parametrize("seed", [1, 2, 5, 6])  # text-classification, fill-mask, in turn
def test_every_claim_says_why_it_was_not_measured(seed):
    ledger = random_ledger(seed)
    task = ledger.models[ledger.subject].task
    assert task != "token-classification"

    rows = compare(ledger, Measured({}), {}, HERE)

    assert {row.verdict for row in rows} == {"not measured"}
    assert all(row.remark for row in rows)
    own = [row for row in rows if row.claim.startswith(f"{ledger.subject}.") and ".test." in row.claim]
    assert own
    assert {row.remark for row in own if ".vs." not in row.claim} == {agreement.unmeasured_task(task)}
    assert "--data" not in "".join(row.remark for row in rows)


@pytest.mark.parametrize(
    ("task", "output"), [("text-classification", "b 0.9\n"), ("fill-mask", "cold 0.4\n")]
)
def test_a_snippet_runs_for_the_task_of_its_model(monkeypatch, tmp_path, task, output):
    asked = []
    monkeypatch.setattr(
        with_ledger.snippets, "run", lambda *what, **how: asked.append(how["task"]) or [output]
    )
    monkeypatch.setattr(with_ledger, "find", lambda tool: None if tool == "optimum" else Program)
    (tmp_path / "README.md").write_text(output, encoding="utf-8")
    model = random_ledger(1 if task == "text-classification" else 2).models["student"]
    examples = [
        with_ledger.Example(tool=tool, text="x", output=output) for tool in ("transformers", "optimum")
    ]
    model = model.model_copy(update={"examples": tuple(examples)})

    rows = list(with_ledger._examples(tmp_path, model, loaders=True))

    assert [row.verdict for row in rows] == ["ok", "not run"]
    assert asked == [task]
    [row] = with_ledger._examples(tmp_path, model, loaders=False)
    assert (row.verdict, row.found) == (
        "not run",
        "they need the programs that they are for: leave out --no-loaders",
    )


class Program:
    command = ("python",)


@pytest.mark.parametrize("loaders", [(), ("--no-loaders",)])
def test_a_classifier_of_ours_is_checked_as_far_as_it_goes(pushed_model, verify, loaders):
    ledger = json.loads(pushed_model.head.files["ledger.json"].content)
    student = ledger["models"]["student"]
    student |= {"task": "text-classification", "examples": []}
    pushed_model.edit("ledger.json", json.dumps(ledger).encode())

    done = verify("me/model", "--data", f"mine={__file__}", *loaders)

    assert done.returncode == 1, done.stderr  # the ledger is not the one that was pushed
    lines = [line.split() for line in done.stdout.splitlines()]
    assert {line[1] for line in lines if line[:1] == ["FAIL"]} <= {"manifest", "card", "files"}
    assert "--data is not read: its numbers are of a model for text-classification" in done.stderr
    assert "of a model for text-classification, not measured here: run the `command`" in done.stdout
    assert ("only token classifiers are loaded here" in done.stdout) == (not loaders)


@pytest.mark.parametrize(
    ("task", "architecture"),
    [("text-classification", "BertForSequenceClassification"), ("fill-mask", "BertForMaskedLM")],
)
def test_the_scores_of_another_s_model_are_listed_as_not_measured(
    hub, pushed_model, verify, task, architecture
):
    config = json.loads(pushed_model.head.files["config.json"].content)
    config |= {
        "architectures": [architecture],
        "id2label": {"0": "a", "1": "b"},
        "label2id": {"a": 0, "b": 1},
    }
    repo = hub.repos["model", "them/other"] = Repo("model", "them/other", private=False)
    kept = {path: pushed_model.head.files[path] for path in ("tokenizer.json", "model.safetensors")}
    texts = {"config.json": json.dumps(config), "README.md": CARD.format(task=task)}
    files = kept | {path: Blob(text.encode(), lfs=False) for path, text in texts.items()}
    repo.add_commit("main", "Upload", files, repo.head.oid)

    done = verify("them/other", "--data", f"mine={__file__}")

    assert done.returncode == 0, done.stdout + done.stderr
    why = "of a model that is no token classifier, not measured here: run the evaluation of its card"
    assert f"not measured: 2 numbers {why}" in done.stdout
    assert "FAIL" not in done.stdout
    assert "--data is not read" in done.stderr

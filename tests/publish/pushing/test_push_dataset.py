"""A labelled corpus of a run goes out with the models that learn from it."""

import json

import pytest
import tiny_corpus
from hub_pushing import BOTH, commits, succeed

WITH_CORPUS = (*BOTH, "--dataset-id", "me/weak")


@pytest.fixture
def corpus(run):
    return tiny_corpus.add(run)


def test_it_is_pushed_after_the_models_with_card_ledger_and_data(hub, push, corpus):
    succeed(push(*WITH_CORPUS, "--tag", "v1"))

    repository = hub.repos["dataset", "me/weak"]
    files = repository.head.files
    data = {path.relative_to(corpus).as_posix() for path in (corpus / "data").iterdir()}
    assert data | {"README.md", "card.map.json", "ledger.json", "clinstill-manifest.json"} <= set(files)
    for path in data:
        assert files[path].content == (corpus / path).read_bytes()
    assert "me/weak" in commits(hub)[-1]
    assert repository.commit("v1") == repository.head


def test_a_second_push_changes_nothing(hub, push, corpus):
    succeed(push(*WITH_CORPUS))
    hub.requests.clear()

    done = succeed(push(*WITH_CORPUS))

    assert commits(hub) == []
    assert done.stdout.count("no change") == 3


def test_data_that_changed_since_the_ledger_are_refused(hub, push, corpus):
    path = next((corpus / "data").iterdir())
    path.write_bytes(path.read_bytes() + b"\n")

    done = push(*WITH_CORPUS)

    assert done.returncode == 2
    assert "changed since the ledger was written" in done.stderr
    assert hub.repos == {}


def test_a_ledger_that_contradicts_itself_is_refused(hub, push, corpus):
    ledger = json.loads((corpus / "ledger.json").read_text())
    claim = next(claim for claim in ledger["claims"] if claim.get("interval"))
    claim["interval"]["high"] = claim["value"] - 0.01
    claim["interval"]["low"] = claim["value"] - 0.02
    (corpus / "ledger.json").write_text(json.dumps(ledger))

    done = push(*WITH_CORPUS)

    assert done.returncode == 2
    assert "claim.interval" in done.stderr
    assert hub.repos == {}


def test_a_corpus_that_the_run_lacks_is_named(hub, push, corpus):
    done = push(*BOTH, "--dataset-id", "other=me/weak")

    assert done.returncode == 2
    assert "other" in done.stderr and "weak" in done.stderr
    assert hub.repos == {}

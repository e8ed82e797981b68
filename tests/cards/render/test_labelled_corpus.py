"""A labelled corpus in its run: its card, and what the lint finds of its files."""

import json
import shutil
from pathlib import Path

import pytest
import tiny_corpus

from cards.ledger import read_ledger, write_ledger
from cards.lint import examine
from cards.render import render_run

EXPECTED = Path(__file__).parent / "expected_cards" / "corpus.md"
REPOS = {"student": "someone/tiny-student", "weak": "someone/tiny-corpus"}


@pytest.fixture(scope="module")
def made(rendered_run, tmp_path_factory) -> Path:
    """The tiny run with a corpus, rendered; read it, do not change it."""
    run = shutil.copytree(rendered_run, tmp_path_factory.mktemp("corpus") / "run")
    tiny_corpus.add(run)
    render_run(run, REPOS)
    return run


def test_expected_card(made, request):
    text = (made / "datasets" / "weak" / "README.md").read_text(encoding="utf-8")
    if request.config.getoption("--update", default=False):
        EXPECTED.write_text(text, encoding="utf-8")
    assert text == EXPECTED.read_text(encoding="utf-8"), "if the difference is meant: --update"


def test_the_run_with_its_corpus_draws_no_finding(made):
    assert examine(made).findings == ()


def test_a_run_of_a_corpus_alone_is_a_run(made, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(made / "datasets", run / "datasets")
    whole = read_ledger(made / "ledger.json")
    claims = tuple(claim for claim in whole.claims if claim.id.text.startswith("weak."))
    write_ledger(whole.model_copy(update={"models": {}, "claims": claims}), run / "ledger.json")
    assert examine(run).findings == ()
    (run / "datasets" / "weak" / "data" / "train.jsonl").unlink()
    assert "file.data" in {finding.rule for finding in examine(run).findings}


def test_the_ledger_counts_what_the_files_hold(made):
    folder = made / "datasets" / "weak"
    ledger = read_ledger(folder / "ledger.json")
    for file in ledger.datasets["weak"].files:
        documents = [json.loads(line) for line in (folder / file.file).read_text().splitlines()]
        assert len(documents) == ledger.claim(f"weak.{file.split}.documents").value
        for label in ("Chemical", "Disease"):
            found = [e for d in documents for e in d["entities"] if e["label"] == label]
            assert len(found) == ledger.claim(f"weak.{file.split}.{label.lower()}.mentions").value


def test_data_that_changed_are_found(made, tmp_path):
    folder = shutil.copytree(made / "datasets" / "weak", tmp_path / "weak")
    data = folder / "data" / "train.jsonl"
    data.write_text(data.read_text().replace("Aspirin", "Heparin"))
    (folder / "data" / "development.jsonl").unlink()
    assert [finding.rule for finding in examine(folder).findings].count("file.data") == 2

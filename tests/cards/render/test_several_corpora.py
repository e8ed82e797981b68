"""Cards of a run with several corpora and teachers and somebody's own names: no sentence of them is wrong."""

import json
import shutil
from pathlib import Path

import pytest
import several_corpora
import yaml

from cards.ledger import read_folder_ledger, read_ledger, write_ledger
from cards.lint import examine
from cards.render import render, render_run


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The rendered run; tests do not change it."""
    run = several_corpora.make_run(tmp_path_factory.mktemp("several") / "run")
    render_run(run, {})
    return run


@pytest.fixture
def small(made, tmp_path) -> Path:
    return Path(shutil.copytree(made / "models" / "small", tmp_path / "models" / "small"))


def card(made, name: str) -> str:
    return (made / "models" / name / "README.md").read_text(encoding="utf-8")


def rows(text: str, section: str) -> list[list[str]]:
    """The cells of the tables of a section, heads and lines below them left out."""
    inside = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in inside.split("\n") if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_lint_finds_nothing(made):
    assert examine(made).findings == ()


def test_further_sets_stand_in_a_table_of_their_own_with_the_types_that_they_annotate(made):
    text = card(made, "small")
    own, found = rows(text, "Results"), rows(text, "Elsewhere")
    assert {row[1] for row in own[1:]} == {"final"}
    assert found[0] == ["Set", "Documents", "Entities", "Strict F1", "Overlap F1"]
    ledger = read_folder_ledger(made / "models" / "small" / "ledger.json")
    for place, groups in (
        ("reports", ["Chemical", "Disease", "Micro", "Macro"]),
        ("trials", ["Disease"]),
    ):
        of_set = [row for row in found if row[0] == f"split `measure` of {place}"]
        assert [row[2] for row in of_set] == groups
        for row in of_set:
            prefix = f"small.int8.{place}:measure.{row[2].lower()}"
            shown = [ledger.claim(f"{prefix}.{metric}").value for metric in ("f1", "overlap_f1")]
            assert [float(cell.split()[0]) for cell in row[3:]] == pytest.approx(shown, abs=5e-5)
    assert "- reports: Chemical is annotated in part there" in text
    assert "- trials: Chemical is not annotated there, so it was not scored." in text
    assert "No external data" not in text
    assert "**Small test.** Split `measure` of trials has 5 documents" in text


def test_each_model_names_the_corpora_that_it_used_and_what_for(made):
    used = {
        name: {row[0]: row[1] for row in rows(card(made, name), "Data") if len(row) == 4}
        for name in ("large", "other", "small")
    }
    selected = "selection on guard documents, test"
    assert used["large"] == {
        "Corpus": "Use",
        "mine": f"training (train), {selected}",
        "reports": "training (train), external test",
        "trials": "external test",
    }
    assert used["other"]["mine"] == selected
    assert used["other"]["trials"] == "training (train), external test"
    assert used["small"]["trials"] == "training of its teachers, external test"
    assert used["small"]["notes"] == "soft labels (all)"
    assert "annotates Disease, Chemical in part" in card(made, "small")


def test_documents_are_counted_by_corpus_and_those_left_out_are_told(made):
    text = card(made, "small")
    counted = [row for row in rows(text, "Data") if len(row) == 5][1:]
    assert ["mine", "train", "9", "9", "9"] in counted
    assert ["trials", "train", "5", "not annotated", "5"] in counted
    assert ["reports", "measure", "5", "5", "5"] in counted
    assert ["mine", "guard", "4", "4", "4"] in counted
    assert len(counted) == 8
    assert "- documents of mine `train`: 1\n" in text
    assert "- documents of reports `train`: 0\n" in text
    assert "- texts without annotations: 1\n" in text
    assert "Mentions of other types in reports, which were left aside: 12." in text


def test_several_teachers_are_spoken_of_as_several(made):
    text = card(made, "small")
    assert "## Compared with one of its teachers" in text
    assert "It learns from the probabilities of its teachers, averaged, on the same words" in text
    assert "the weighted sum of the cross-entropy with the annotations and the Kullback-Leibler" in text
    assert [row[1] for row in rows(text, "Lineage") if row[0] == "Teacher"] == ["`large`", "`other`"]
    assert "its teacher " not in text.replace("\n", " ")
    assert "learns from the probabilities" not in card(made, "large")


def test_teachers_that_are_not_published_are_teachers(small):
    ledger = read_folder_ledger(small / "ledger.json")
    alone = ledger.models["small"].model_copy(update={"teacher": None, "teachers": ()})
    write_ledger(ledger.model_copy(update={"models": {"small": alone}}), small / "ledger.json")
    text = render(small, {}).text
    assert "the probabilities of its teachers" in text and "Compared with" not in text
    assert "hinton2015distilling" in text


def test_a_card_of_cross_validated_models_speaks_of_no_guard_documents(small):
    ledger = read_folder_ledger(small / "ledger.json")
    write_ledger(ledger.model_copy(update={"guard_folds": 3}), small / "ledger.json")
    text = render(small, {}).text.replace("\n", " ")
    assert "by cross-validation on the 4 documents of mine (split `choose`): 3 times all was trained" in text
    assert "What is published here learned from all parts." in text
    assert "Macro F1 by cross-validation" in text
    assert "guard documents of mine" not in text and "the guard's" not in text


def test_a_card_says_who_made_it_in_whose_words(made):
    text = card(made, "small")
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["language"] == ["en", "de"]
    assert "author = {Ada Example and Carl Invented}" in text
    assert "@misc{example2026wards" in text
    assert "4 guard documents of mine (split `choose`)" in text
    for wrong in ("Clinstill contributors", "development", "One language", "this project", "split `test`"):
        assert wrong not in text


def test_a_missing_type_of_a_further_set_is_found(small):
    path, gone = small / "ledger.json", "small.int8.reports:measure.chemical.overlap_f1"
    ledger = json.loads(path.read_text())
    path.write_text(json.dumps(ledger | {"claims": [c for c in ledger["claims"] if c["id"] != gone]}))
    found = {finding.message for finding in examine(small).findings if finding.rule == "claim.macro-mean"}
    assert found == {"small.int8.reports:measure.macro.overlap_f1 stands beside 1 of 2 types"}


def test_an_overlap_score_that_fits_nothing_is_found(small):
    path = small / "ledger.json"
    text = path.read_text()
    claim = read_ledger(path).claim("small.int8.reports:measure.micro.overlap_f1")
    at = text.index(f'"id": "{claim.id}"')
    path.write_text(text[:at] + text[at:].replace(f'"value": {claim.value}', '"value": 0.85', 1))
    assert "claim.harmonic-mean" in {finding.rule for finding in examine(small).findings}

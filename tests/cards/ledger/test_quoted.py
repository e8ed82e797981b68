"""Figures that others published: records apart from our claims and in no ratio; the lint follows them."""

import re

import pytest
import tiny_ledger
from pydantic import ValidationError

from cards.__main__ import main
from cards.errors import CardError
from cards.ledger import DataSet, Ledger, LedgerError, Quoted, project, read_ledger, write_ledger
from cards.ledger.quoted import quote, read
from cards.ledger.values import resolve
from cards.lint import examine
from cards.render import render, render_run


@pytest.fixture
def quoting(student):
    """The student, measured on a data set that others published on, with a rendered card."""
    path = student / "ledger.json"
    path.write_text(path.read_text().replace('"id": "invented"', '"id": "bc5cdr"'))
    write_ledger(quote(read_ledger(path)), path)
    render(student, tiny_ledger.REPOS).write(student)
    return student


def test_every_entry_is_a_record_with_source_day_and_matching():
    found = read()
    assert len({quoted.id for quoted in found}) == len(found) > 10
    for quoted in found:
        assert 0 < quoted.value < 1
        assert quoted.source and quoted.matching and (quoted.parameters or quoted.bytes)


def test_a_ledger_gets_those_on_its_own_test_data(student):
    ledger = read_ledger(student / "ledger.json")
    assert quote(ledger).quoted == ()
    on_guard = [
        c.model_copy(update={"data": DataSet(id="bc5cdr", sha256="ab" * 32, documents=1)})
        if c.split == "guard"
        else c
        for c in ledger.claims
    ]
    assert quote(ledger.model_copy(update={"claims": tuple(on_guard)})).quoted == ()


def test_quoting_again_changes_nothing(quoting):
    ledger = read_ledger(quoting / "ledger.json")
    assert {quoted.data for quoted in ledger.quoted} == {"bc5cdr"}
    assert quote(ledger) == ledger
    assert project(ledger, "teacher").quoted == ledger.quoted


def test_the_command_puts_them_into_every_ledger_of_a_run(run, capsys):
    for path in run.rglob("ledger.json"):
        path.write_text(path.read_text().replace('"id": "invented"', '"id": "bc5cdr"'))
    assert main(["quote", str(run)]) == 0
    assert len(capsys.readouterr().out.split()) == 3
    assert all(read_ledger(path).quoted for path in run.rglob("ledger.json"))
    render_run(run, tiny_ledger.REPOS)
    assert examine(run).findings == ()


def test_the_card_shows_them_apart_and_says_that_they_are_another_measure(quoting):
    text = (quoting / "README.md").read_text(encoding="utf-8")
    [section] = re.findall(r"^## Beside what others published\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    assert "not the same measure" in section
    assert "| PubMedBERT | 110M | 0.9333 | 0.8562 |" in section
    assert "| ClinicalFlamo | 411 MB |" in section
    assert "not stated" in section and "2026-11-30" in section
    assert "0.9333" not in text.replace(section, "")
    assert "0.8298" not in section  # nothing of ours among theirs


def test_the_card_with_them_has_no_finding(quoting):
    assert examine(quoting).findings == ()


def test_a_card_without_them_says_nothing_of_others(student):
    assert "others published" not in render(student, tiny_ledger.REPOS).text


@pytest.mark.parametrize(
    ("old", "new"), [("0.9333", "0.9933"), ("| 110M |", "| 210M |"), ("2026-11-30", "2026-11-29")]
)
def test_the_lint_follows_a_quoted_number_to_its_record(quoting, old, new):
    card = quoting / "README.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert "number.mapped" in {finding.rule for finding in examine(quoting).findings}


def test_a_number_that_quotes_nothing_is_found(quoting):
    card = quoting / "README.md"
    text = card.read_text(encoding="utf-8").replace("So nothing of ours", "One has 0.97. So nothing of ours")
    card.write_text(text, encoding="utf-8")
    assert "number.unmapped" in {finding.rule for finding in examine(quoting).findings}


@pytest.mark.parametrize("ratio", ["retention", "size_reduction", "parameter_reduction"])
def test_no_ratio_takes_a_quoted_figure(quoting, ratio):
    ledger = read_ledger(quoting / "ledger.json")
    for pair in (
        "student.int8.test.macro.f1, quoted.pubmedbert-blurb.chemical",
        "quoted.pubmedbert-blurb.chemical",
    ):
        with pytest.raises(CardError, match="no claim 'quoted"):
            resolve(ledger, f"{ratio}({pair})")


def test_a_quoted_figure_that_is_not_there_is_an_error(quoting):
    with pytest.raises(LedgerError, match=r"no quoted figure .*nearest: quoted\.pubmedbert-blurb"):
        resolve(read_ledger(quoting / "ledger.json"), "quoted.pubmedbert.chemical")


def test_a_record_says_all_and_nothing_else(quoting):
    record = read_ledger(quoting / "ledger.json").quoted[0].model_dump()
    for wrong in (
        {**record, "ours": 1},
        {k: v for k, v in record.items() if k != "matching"},
        {**record, "id": "x.f1"},
    ):
        with pytest.raises(ValidationError):
            Quoted(**wrong)


@pytest.mark.parametrize("name", ["quoted", "space", "corpus"])
def test_no_model_has_a_name_that_means_something_else(run, name):
    data = read_ledger(run / "ledger.json").model_dump()
    data["models"][name] = data["models"]["teacher"]
    with pytest.raises(ValidationError, match=f"one name for two things.*{name}"):
        Ledger.model_validate(data)

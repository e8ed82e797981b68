"""Which rules run, where a card switches them off, and how long it takes."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from cards.cli import main
from cards.errors import CardError
from cards.lint import Selection, all_rules, examine

WRONG = "---\nlicense: Apache 2.0\nlanguage: english\n---\n# Reef\n\n```python\nimport reef(\n```\n"


@pytest.fixture
def card(tmp_path) -> Path:
    path = tmp_path / "card.md"
    path.write_text(WRONG)
    return path


def rules(path: Path, **choice) -> list[str]:
    return [finding.rule for finding in examine(path, selection=Selection(**choice)).findings]


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({}, ["front-matter.licence", "front-matter.language", "code.python"]),
        ({"select": ("front-matter",)}, ["front-matter.licence", "front-matter.language"]),
        ({"ignore": ("front-matter",)}, ["code.python"]),
        ({"select": ("front-matter",), "ignore": ("front-matter.li",)}, ["front-matter.language"]),
        ({"select": ("front-matter.licence",), "ignore": ("front-matter",)}, ["front-matter.licence"]),
    ],
)
def test_the_longest_beginning_of_an_id_decides(card, choice, found):
    assert rules(card, **choice) == found


def test_a_choice_that_fits_no_rule_is_an_error(card, capsys):
    with pytest.raises(CardError, match="no rule begins so"):
        examine(card, selection=Selection(select=("fron.t",)))
    assert main(["lint", str(card), "--select", "code,front-matter.li", "--ignore", "code"]) == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_a_rule_in_preview_runs_when_it_is_asked_for(card, monkeypatch):
    python = next(rule for rule in all_rules() if rule.id == "code.python")
    monkeypatch.setattr("cards.lint.check.all_rules", lambda: (replace(python, preview=True),))
    assert rules(card) == []
    assert rules(card, preview=True) == ["code.python"]


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("```python", "<!-- clinstill: ignore code.python -->\n```python", "code.python"),
        ("```python", "<!-- clinstill: ignore code -->\n\n```python", "code.python"),
        (
            "license: Apache 2.0",
            "license: Apache 2.0 # clinstill: ignore front-matter.licence",
            "front-matter.licence",
        ),
        (
            "language:",
            "# clinstill: ignore front-matter.name, front-matter.language\nlanguage:",
            "front-matter.language",
        ),
    ],
)
def test_a_comment_switches_a_rule_off_at_its_place(card, old, new, gone):
    before = rules(card)
    card.write_text(WRONG.replace(old, new))
    assert sorted([*rules(card), gone]) == sorted(before)


def test_a_comment_elsewhere_does_not(card):
    card.write_text(f"{WRONG}\n<!-- clinstill: ignore code.python -->\n")
    assert "code.python" in rules(card)


def test_no_comment_frees_a_number_of_ours(student):
    card = student / "README.md"
    text = card.read_text("utf-8").replace(
        "## Limits\n", "## Limits\n\n<!-- clinstill: ignore number -->\n0.99\n"
    )
    card.write_text(text, encoding="utf-8")
    assert "number.unmapped" in rules(student)


def test_a_table_draws_one_finding_of_a_rule(tmp_path):
    rows = "".join(f"| {number} | B-Drug{number} |\n" for number in range(9))
    (tmp_path / "README.md").write_text(
        f"# Reef\n\n| Id | Label |\n|---|---|\n| 0 | O |\n| 9 | Drug |\n{rows}"
    )
    (tmp_path / "config.json").write_text('{"id2label": {"0": "O", "1": "Drug"}}')
    assert rules(tmp_path) == ["labels.id"]


def test_a_card_of_100_kb_takes_less_than_a_second_of_work(tmp_path):
    table = "| Model | F1 | Size |\n|---|---|---|\n" + "| reef | 87.1 | 12 MB |\n" * 60
    words = "More of them, with a [link](https://example.org). " * 20
    part = f"## A part\n\n{words}\n\n{table}\n```python\nprint(1)\n```\n\n"
    path = tmp_path / "card.md"
    path.write_text("---\nlicense: mit\n---\n# Reef\n\n" + part * (100_000 // len(part) + 1))
    examine(path)  # what is imported and cached once
    began = time.process_time()
    examine(path, selection=Selection(preview=True))
    assert time.process_time() - began < 1

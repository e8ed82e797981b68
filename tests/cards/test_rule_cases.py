"""Every rule on repositories that break it and on one that does not, and a count, so that none is missed."""

from collections import Counter
from pathlib import Path

import pytest
from lint_cases import RIGHT, WRONG, Case
from lint_folders import card_of, dataset, folder, space

from cards.lint import FRONT_MATTER_RULES, catalogue, lint
from cards.lint.repository import REPOSITORY_RULES
from cards.lint.statements import STATEMENT_RULES

TESTS = Path(__file__).parent
ANY_CARD = [info.id for check in (*FRONT_MATTER_RULES, *REPOSITORY_RULES) for info in check.rules]
STATEMENTS = [info.id for check in STATEMENT_RULES for info in check.rules]


def make(case: Case, parent: Path) -> Path:
    """The repository of a case's kind, still right."""
    kinds = {"space": space, "notes": dataset, "reef": lambda at: folder(at, "reef-ner", card_of("reef"))}
    return kinds[case.kind](parent)


def names(cases: list[Case]) -> list[str]:
    return [f"{number}-{case.rule}" for number, case in enumerate(cases)]


@pytest.mark.parametrize("case", WRONG, ids=names(WRONG))
def test_a_fault_is_found(tmp_path, case):
    made = make(case, tmp_path)
    before = [finding for finding in lint(made) if finding.rule == case.rule]
    for edit in case.edits:
        edit(made)
    after = [finding for finding in lint(made) if finding.rule == case.rule]
    assert set(after) - set(before)


@pytest.mark.parametrize("case", RIGHT, ids=names(RIGHT))
def test_what_is_right_is_left_alone(tmp_path, case):
    made = make(case, tmp_path)
    for edit in case.edits:
        edit(made)
    found = lint(made)
    assert case.rule not in {finding.rule for finding in found}
    assert [str(finding) for finding in found if finding.severity == "error"] == []


def test_each_rule_over_any_card_has_two_faults_and_what_is_right():
    wrong, right = Counter(case.rule for case in WRONG), Counter(case.rule for case in RIGHT)
    assert {rule for rule in ANY_CARD if wrong[rule] < 2} == set()
    assert {rule for rule in ANY_CARD if right[rule] < 1} == set()
    assert wrong.keys() | right.keys() == set(ANY_CARD)


def test_each_rule_over_our_own_ledger_has_a_fault():
    """Their faults are made in modules of their own, from a run whose cards draw no finding."""
    own = {info.id for info in catalogue()} - {*ANY_CARD, *STATEMENTS}
    text = "".join(path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py"))
    assert {rule for rule in own if f'"{rule}"' not in text} == set()

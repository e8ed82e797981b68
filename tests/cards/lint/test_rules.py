"""Each rule says what it holds, finds its wrong cases and leaves the right ones alone."""

from pathlib import Path

import lint_cases
import pytest
from sources import ROOT

from cards.lint import Selection, all_rules, examine
from cards.lint.input import hub
from cards.lint.input.parts import HubCheck
from cards.lint.rules_page import rules_page

# What no case can make: figures and corpora of ours, in tests of their own beside this one.
ELSEWHERE = {"figure.claims", "file.data"}


def findings(rule: str, case: dict, run: Path, parent: Path, monkeypatch) -> list:
    """What a rule finds in a case."""
    path, errors = run, case.get("hub")
    if "run" in case:
        lint_cases.change(run, case["run"])
    else:
        path = lint_cases.make(case, parent)
    monkeypatch.setattr(hub, "check_front_matter", lambda card: HubCheck(card, tuple(errors or ())))
    chosen = Selection(select=(rule,), preview=True)
    found = examine(path, selection=chosen, online=errors is not None).findings
    return [finding for finding in found if finding.rule == rule]


def ids(case: tuple) -> str:
    return f"{case[0]}-{case[1]}"


@pytest.mark.parametrize("case", lint_cases.cases("wrong"), ids=ids)
def test_a_wrong_card_is_found(case, request, tmp_path, monkeypatch):
    rule, _, wrong = case
    run = request.getfixturevalue("run") if "run" in wrong else tmp_path
    found = findings(rule, wrong, run, tmp_path, monkeypatch)
    assert found
    assert "line" not in wrong or wrong["line"] in {finding.place.line for finding in found}
    assert "says" not in wrong or any(wrong["says"] in finding.message for finding in found)


@pytest.mark.parametrize("case", lint_cases.cases("right"), ids=ids)
def test_a_right_card_is_left_alone(case, request, tmp_path, monkeypatch):
    rule, _, right = case
    run = request.getfixturevalue("run") if "run" in right else tmp_path
    assert findings(rule, right, run, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_documented_and_stands_where_its_id_says(rule):
    assert rule.what.endswith(".")
    assert rule.why
    assert rule.fix
    module = rule.id.partition(".")[0].replace("-", "_")
    assert rule.module == f"cards.lint.rules.{module}"


@pytest.mark.parametrize(
    "rule", [rule for rule in all_rules() if rule.id not in ELSEWHERE], ids=lambda r: r.id
)
def test_a_rule_has_cases(rule):
    wrong, right = (
        [case for named, _, case in lint_cases.cases(kind) if named == rule.id] for kind in ("wrong", "right")
    )
    assert wrong
    assert right or all("run" in case for case in wrong)  # the run as it is is right


def test_cases_are_of_rules():
    assert {name for kind in ("wrong", "right") for name, _, _ in lint_cases.cases(kind)} <= {
        rule.id for rule in all_rules()
    }


def test_the_page_of_rules_is_up_to_date():
    page = (ROOT / "docs" / "lint-rules.md").read_text(encoding="utf-8")
    right = "python -m cards rules --markdown > docs/lint-rules.md"
    assert page == rules_page(), f"write it with: {right}"

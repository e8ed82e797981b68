"""Each rule over statements on cards that break it and on cards that it must leave alone."""

import re
from pathlib import Path

import pytest

from cards.lint.statements import STATEMENT_RULES
from cards.reading import read

CASES = Path(__file__).parent / "cards_of_others" / "statement_cases.md"
MARK = re.compile(r"^<!-- (wrong|right): (\S+) -->\n", re.MULTILINE)
IDS = [info.id for rule in STATEMENT_RULES for info in rule.rules]


def cases() -> list[tuple[str, str, str]]:
    """(wrong or right, rule, card) for each case of the file."""
    parts = MARK.split(CASES.read_text(encoding="utf-8"))[1:]
    return list(zip(parts[0::3], parts[1::3], parts[2::3], strict=True))


def findings(text: str) -> list:
    card = read(text, "README.md")
    return [finding for rule in STATEMENT_RULES for finding in rule(card)]


@pytest.mark.parametrize(("kind", "rule", "text"), cases())
def test_case(kind, rule, text):
    found = findings(text)
    if kind == "wrong":
        assert rule in {finding.rule for finding in found}
    else:
        assert rule not in {finding.rule for finding in found}
        assert not [finding for finding in found if finding.severity == "error"]


def test_each_rule_has_two_wrong_cards_and_a_right_one():
    assert len(set(IDS)) == len(IDS)
    for rule in IDS:
        kinds = [kind for kind, about, _ in cases() if about == rule]
        assert kinds.count("wrong") >= 2, rule
        assert kinds.count("right") >= 1, rule


def test_no_case_is_about_a_rule_that_is_gone():
    assert {rule for _, rule, _ in cases()} == set(IDS)

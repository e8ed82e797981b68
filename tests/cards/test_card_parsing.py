"""YAML that nobody writes by accident ends no program."""

import pytest
import yaml

from cards.lint import lint
from cards.parsing import compose, load
from cards.sections import digests

HOSTILE = {
    "brackets": "a: " + "[" * 50_000 + "]" * 50_000,
    "open brackets": "[" * 50_000,
    "dashes": "- " * 50_000 + "x",
    "questions": "? " * 50_000 + "x",
}


@pytest.mark.parametrize("text", [*HOSTILE.values(), "a: 2025-13-45", "a: [1"], ids=lambda text: text[:8])
def test_whatever_is_wrong_is_one_error(text):
    with pytest.raises(yaml.YAMLError):
        load(text)


def test_what_holds_itself_is_read():
    assert load("a: &a {b: *a}")["a"]["b"]["b"] is not None
    assert compose("") is None
    assert load("") is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_card_with_it_draws_a_finding(tmp_path, text):
    card = tmp_path / "README.md"
    card.write_text(f"---\n{text}\n---\n# A card\n")
    assert "front-matter.yaml" in {finding.rule for finding in lint(card)}


def test_a_part_with_a_date_that_there_is_not_has_a_hash():
    before, after = (digests(f"---\ndate: 2025-13-{day}\n---\n") for day in (44, 45))
    assert before.keys() == after.keys() == {"front-matter.date"}
    assert before != after

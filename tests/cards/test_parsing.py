"""YAML that nobody writes by accident ends no program."""

import pytest
import yaml

from cards.lint import examine
from cards.parsing import compose, load
from cards.render.sections import digests

LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
HOSTILE = {  # what is refused: a text, and words of what is said
    "brackets": ("a: " + "[" * 50_000 + "]" * 50_000, "nested"),
    "open brackets": ("[" * 50_000, "nested"),
    "dashes": ("- " * 50_000 + "x", "nested"),
    "questions": ("? " * 50_000 + "x", "nested"),
    "indented": ("".join(f"{' ' * level}a:\n" for level in range(500)), "nested"),
    "billion laughs": (LAUGHS, r"the alias \*a0"),
    "what holds itself": ("a: &a {b: *a}", r"the alias \*a"),
    "a list that holds itself": ("a: &a [*a]", r"the alias \*a"),
    "merged": ("a: {<<: {b: 1}, c: 2}", "the merge key <<"),
    "a merged alias": ("a: &a {b: 1}\nc:\n  <<: *a", "the alias|the merge key"),
    "digits": ("a: " + "9" * 5_000, "a number of 5,000 characters"),
    "hexadecimal digits": ("a: 0x" + "f" * 900_000, "a number of 900,002 characters"),
    "to the base of sixty": ("a: " + ":".join(["59"] * 300_000), "a number of"),
    "sixties with a fraction": ("a: " + ":".join(["59"] * 300_000) + ".5", "a number of"),
    "a megabyte": ("- a\n" * 250_001, "at most 1,000,000"),
    "a key twice": ("a: 1\nb: 2\na: 3", "'a' twice, on lines 1 and 3"),
    "a key twice, within": ("a:\n- b: {c: 1,\n    c: 1}", "'c' twice, on lines 2 and 3"),
    "a key twice, in quotes": ("a: 1\n'a': 2", "'a' twice"),
    "a key twice, as a number and a text": ("a: {1: x, '1': y}", "'1' twice"),
    "a date that there is not": ("a: 2025-13-45", "month"),
    "tags that lie": ('a: !!int ""', "none of its kind"),
    "no bracket": ("a: [1", "expected"),
}


@pytest.mark.parametrize(("text", "said"), HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_wrong_is_one_error(text, said):
    with pytest.raises(yaml.YAMLError, match=said):
        load(text)


def test_what_is_harmless_is_read():
    assert compose("") is None
    assert load("") is None
    assert load("a: &a 1\nb: [{a: 2}, {a: 3}]") == {"a": 1, "b": [{"a": 2}, {"a": 3}]}
    assert load("a: '" + "9" * 5_000 + "'") == {"a": "9" * 5_000}
    assert load("[" * 50 + "]" * 50)


@pytest.mark.parametrize(("text", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_card_with_it_draws_a_finding(tmp_path, text, said):
    card = tmp_path / "README.md"
    card.write_text(f"---\n{text}\n---\n# A card\n")
    assert "front-matter.yaml" in {finding.rule for finding in examine(card).findings}


def test_a_repeated_key_is_found_at_its_place_in_the_card(tmp_path):
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\nwidget:\n- text: a\n  text: b\n---\n# A card\n")
    [finding] = [finding for finding in examine(card).findings if finding.rule == "front-matter.yaml"]
    assert finding.place.line == 5
    assert "'text' twice, on lines 4 and 5" in finding.message


@pytest.mark.parametrize("key", ["tags: {1: a, b: c}", "tags: [2020-01-01, {2020-01-01: 1}]"])
def test_a_part_with_keys_of_several_kinds_has_a_hash(key):
    assert digests(f"---\n{key}\n---\n").keys() == {"front-matter.tags"}


def test_a_part_with_a_date_that_there_is_not_has_a_hash():
    before, after = (digests(f"---\ndate: 2025-13-{day}\n---\n") for day in (44, 45))
    assert before.keys() == after.keys() == {"front-matter.date"}
    assert before != after

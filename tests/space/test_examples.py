"""The examples' own word about what goes wrong, held against the bundled student."""

from pathlib import Path

import pytest
from running_space import SPACE

from space.engine import load
from space.ui.examples import EXAMPLES

FAILURES = [example for example in EXAMPLES if example.missed or example.wrong]


@pytest.fixture(scope="module")
def student():
    return load(Path(SPACE) / "bundled" / "student")


def test_examples_differ_and_several_show_failures():
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES)
    assert 3 <= len(FAILURES) < len(EXAMPLES)
    assert all(example.title.startswith("Fails") == (example in FAILURES) for example in EXAMPLES)


@pytest.mark.parametrize("example", FAILURES, ids=lambda example: example.title)
def test_the_bundled_student_fails_as_is_said(student, example):
    [found] = student([example.text])
    marked = {(entity.text, entity.label) for entity in found}
    assert all(mention in example.text for mention in example.missed)
    assert not {text for text, _ in marked} & set(example.missed)
    assert set(example.wrong) <= marked


def test_failures_are_said_in_words():
    [shorthand] = [example for example in EXAMPLES if "shorthand" in example.title]
    assert shorthand.about.startswith("The bundled student misses HTN and MI. ")
    [homonyms] = [example for example in EXAMPLES if "homonyms" in example.title]
    assert "misses interferon and marks “Parkinson” as Disease and “depression” as Disease." in homonyms.about
    assert EXAMPLES[0].about == ""

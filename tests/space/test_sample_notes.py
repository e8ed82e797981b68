"""The examples' own word about what goes wrong, held against the bundled student."""

from pathlib import Path

import pytest
from running_space import SPACE

from space.engine import load
from space.ui.sample_notes import EXAMPLES

ERRORS = [example for example in EXAMPLES if example.missed or example.wrong]


@pytest.fixture(scope="module")
def student():
    return load(Path(SPACE) / "bundled" / "student")


def test_examples_differ_and_several_show_failures():
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES)
    failures = [example for example in EXAMPLES if example.title.startswith("Fails")]
    assert 3 <= len(failures) < len(EXAMPLES)
    assert all(example.wrong for example in failures)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_bundled_student_errs_as_is_said(student, example):
    [found] = student([example.text])
    marked = {(entity.text, entity.label) for entity in found}
    assert all(mention in example.text for mention in example.missed)
    assert not {text for text, _ in marked} & set(example.missed)
    assert set(example.wrong) <= marked


def test_every_example_says_its_worst_error_first():
    said = {example.title: example.about for example in EXAMPLES}
    worst = "The bundled student’s worst error here: it marks “T2DM” as Chemical."
    assert said["Fails: shorthand"].startswith(f"{worst} It also misses “HTN” and misses “MI”. ")
    assert said["Adverse reaction"].startswith(
        "The bundled student’s worst error here: it misses “contrast media”. "
    )
    assert said["Abstract"].startswith("The bundled student makes no error here. ")
    assert all(("worst error" in example.about) == (example in ERRORS) for example in EXAMPLES)

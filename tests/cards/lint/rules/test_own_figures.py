"""Figures and claims that do not fit the ledger are found."""

import shutil

import pytest
import tiny_ledger
from figure_ledger import full_ledger

from cards.ledger import Ledger, project, write_ledger
from cards.lint import examine
from cards.render import render_run


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The rendered run of a student whose calibration and kinds of error were measured."""
    run = tiny_ledger.make_run(tmp_path_factory.mktemp("figures") / "run")
    write(full_ledger(run), run)
    render_run(run, tiny_ledger.REPOS)
    return run


@pytest.fixture
def student(rendered, tmp_path):
    """A copy of the student's folder for a test to change."""
    return shutil.copytree(rendered / "models" / "student", tmp_path / "student")


def write(ledger: Ledger, run) -> None:
    write_ledger(ledger, run / "ledger.json")
    for name in ledger.models:
        write_ledger(project(ledger, name), run / "models" / name / "ledger.json")


def found(folder, *rules: str) -> set[tuple[str, str]]:
    """(rule, words of the message) of the findings of these rules."""
    return {
        (f.rule, word)
        for f in examine(folder).findings
        if f.rule in rules
        for word in [f.place.file.rpartition("/")[2], *f.message.split()]
    }


def test_a_full_card_draws_no_finding(student):
    assert examine(student).findings == ()
    assert len(list((student / "figures").glob("*.png"))) == 10


def test_a_missing_figure_is_found(student):
    (student / "figures" / "errors-dark.png").unlink()
    assert ("repo.link", "figures/errors-dark.png") in found(student, "repo.link")


def test_a_figure_of_other_numbers_is_found(student):
    tiny_ledger.change(student / "ledger.json", "student.int8.test.errors.type", value=10.0)
    assert ("figure.claims", "student.int8.test.errors.type") in found(student, "figure.claims")


def test_a_figure_under_another_name_is_found(student):
    (student / "figures" / "errors-light.png").replace(student / "figures" / "latency-light.png")
    assert ("repo.link", "figures/errors-light.png") in found(student, "repo.link")
    assert ("figure.claims", "student.int8.latency.128.p95") in found(student, "figure.claims")


def test_a_figure_that_the_card_does_not_show_is_not_missed(student):
    """A card of an earlier version, or by a template of the user's own."""
    card = student / "README.md"
    card.write_text(card.read_text().replace("figures/errors-dark.png", "https://example.org/x.png"))
    (student / "figures" / "errors-dark.png").unlink()
    assert found(student, "repo.link", "figure.claims") == set()


def test_any_other_picture_is_found(student):
    (student / "figures" / "types-light.png").write_bytes(b"<svg/>")
    assert ("figure.claims", "types-light.png") in found(student, "figure.claims")

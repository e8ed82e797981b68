"""Figures and claims that do not fit the ledger are found."""

import pytest
import tiny_ledger
from figure_ledger import full_ledger

from cards.ledger import Ledger, project, write_ledger
from cards.lint import lint
from cards.render import render_run


@pytest.fixture
def student(tmp_path):
    """The rendered folder of a student whose run measured calibration and kinds of error."""
    run = tiny_ledger.make_run(tmp_path / "run")
    ledger = full_ledger(run)
    write(ledger, run)
    render_run(run, tiny_ledger.REPOS)
    return run / "models" / "student"


def write(ledger: Ledger, run) -> None:
    write_ledger(ledger, run / "ledger.json")
    for name in ledger.models:
        write_ledger(project(ledger, name), run / "models" / name / "ledger.json")


def found(folder, *rules: str) -> set[tuple[str, str]]:
    """(rule, words of the message) of the findings of these rules."""
    return {
        (f.rule, word)
        for f in lint(folder)
        if f.rule in rules
        for word in [f.place.file.rpartition("/")[2], *f.message.split()]
    }


def test_a_full_card_draws_no_finding(student):
    assert lint(student) == []
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


@pytest.mark.parametrize(
    ("kind", "rate"), [("spurious", {"precision"}), ("missed", {"recall"}), ("type", {"precision", "recall"})]
)
def test_kinds_that_do_not_add_up_are_found(student, kind, rate):
    tiny_ledger.change(student / "ledger.json", f"student.int8.test.errors.{kind}", value=3.0)
    expected = {("claim.error-kinds", f"student.int8.test.micro.{r}") for r in rate}
    assert expected <= found(student, "claim.error-kinds")


def test_a_calibration_error_apart_from_its_bins_is_found(student):
    tiny_ledger.change(student / "ledger.json", "student.fp32.test.calibration.bins.6.score", value=0.61)
    expected = {("claim.calibration", "student.fp32.test.calibration.ece")}
    assert expected <= found(student, "claim.calibration")

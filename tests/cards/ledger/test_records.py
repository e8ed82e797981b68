"""The ledger: what it refuses, how it is written, what a model folder's share of it holds."""

import json

import pytest
import tiny_ledger
from pydantic import ValidationError

from cards.ledger import Claim, Ledger, LedgerError, project, read_ledger, slug, write_ledger


@pytest.fixture
def ledger(run) -> Ledger:
    return read_ledger(run / "ledger.json")


def test_reading_gives_back_what_was_written(ledger, tmp_path):
    write_ledger(ledger, tmp_path / "copy.json")
    assert read_ledger(tmp_path / "copy.json") == ledger


def test_the_same_claims_give_the_same_bytes(ledger, tmp_path):
    for name in ("one.json", "two.json"):
        write_ledger(ledger, tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_refused(ledger, value):
    with pytest.raises(ValidationError, match="finite"):
        Claim.model_validate(ledger.claims[0].model_dump() | {"value": value})


def test_an_interval_that_is_not_finite_is_refused(ledger):
    claim = ledger.claim("student.int8.test.macro.f1").model_dump()
    with pytest.raises(ValidationError, match="finite"):
        Claim.model_validate(claim | {"interval": claim["interval"] | {"low": float("nan")}})


def test_an_unknown_key_is_refused(run):
    path = run / "ledger.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"f1": 0.9}))
    with pytest.raises(LedgerError, match="f1"):
        read_ledger(path)


def test_a_repeated_id_is_refused(ledger):
    with pytest.raises(ValidationError, match=r"repeated: teacher\.parameters"):
        Ledger.model_validate(ledger.model_dump() | {"claims": [*ledger.claims, ledger.claims[0]]})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LedgerError, match=r"nowhere\.json"):
        read_ledger(tmp_path / "nowhere.json")


def test_a_missing_claim_names_the_nearest(ledger):
    with pytest.raises(LedgerError, match=r"nearest: student\.int8\.test\.macro\.f1"):
        ledger.claim("student.int8.test.makro.f1")


def test_a_projection_holds_the_model_its_teacher_and_the_corpora(ledger):
    share = project(ledger, "student")
    assert share.subject == "student"
    assert {claim.id.model for claim in share.claims} == {"student", "teacher", "corpus"}
    assert share.claims == ledger.claims


def test_a_teachers_projection_says_nothing_of_its_students(ledger):
    share = project(ledger, "teacher")
    assert set(share.models) == {"teacher"}
    assert {claim.id.model for claim in share.claims} == {"teacher", "corpus"}


def test_projecting_a_projection_changes_nothing(ledger):
    share = project(ledger, "student")
    assert project(share, "student") == share


def test_a_projection_of_no_model_is_refused(ledger):
    with pytest.raises(LedgerError, match="teacher, student"):
        project(ledger, "pupil")


@pytest.mark.parametrize(
    ("label", "expected"), [("Chemical", "chemical"), ("Cell line", "cell_line"), ("T-cell/B", "t-cell_b")]
)
def test_slug(label, expected):
    assert slug(label) == expected


def test_the_invented_run_is_what_it_says(run, ledger):
    assert (
        {path.name for path in (run / "models").iterdir()} == set(ledger.models) == set(tiny_ledger.VARIANTS)
    )

"""What figures show is what the ledger holds, and a figure without claims is left out."""

import json

import pytest
from figure_ledger import student_ledger

from cards.ledger import FolderLedger, Ledger
from cards.ledger.values import resolve
from cards.render import figures
from cards.render.figures.scores import Number
from cards.render.tasks import File


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Ledger:
    """The student's ledger, with calibration and kinds of error."""
    return student_ledger(tmp_path_factory.mktemp("figures"))


def without(ledger: Ledger, *parts: str) -> Ledger:
    kept = [claim for claim in ledger.claims if not any(part in claim.id.text for part in parts)]
    return ledger.model_copy(update={"claims": tuple(kept)})


def name_of(file: File) -> str:
    return f"{file.model}.{file.variant.name}"


def change(ledger: Ledger, claim_id: str, **fields) -> Ledger:
    claims = [c.model_copy(update=fields) if c.id.text == claim_id else c for c in ledger.claims]
    return ledger.model_copy(update={"claims": tuple(claims)})


def test_a_full_ledger_gives_every_figure(ledger):
    assert list(figures.gather(ledger, "student")) == list(figures.KINDS)


@pytest.mark.parametrize("kind", figures.KINDS)
def test_every_number_of_a_figure_is_a_claims(ledger, kind):
    numbers = figures.numbers(figures.gather(ledger, "student")[kind])
    assert len(numbers) > 5
    for number in numbers:
        assert number.value == resolve(ledger, number.claim)


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ("calibration", {"reliability"}),
        ("errors.", {"errors"}),
        ("latency", {"latency", "tradeoff"}),
        ("latency.256", set()),
        ("p95", {"latency"}),
        ("student.int8.errors", set()),
        ("macro", {"tradeoff", "types"}),
        ("disease.f1", set()),
        ("test.", {"tradeoff", "types", "reliability", "errors"}),
    ],
)
def test_a_figure_whose_claims_are_missing_is_left_out(ledger, missing, gone):
    assert figures.gather(without(ledger, missing), "student").keys() == figures.KINDS.keys() - gone


def test_what_only_the_teacher_has_makes_no_figure_of_the_students(ledger):
    others = without(ledger, "student.fp32.", "student.int8.")
    assert figures.gather(others, "student") == {}


def test_files_come_with_the_cards_own_model_first(ledger):
    drawing = figures.gather(ledger, "student")["tradeoff"]
    assert [point.file.title for point in drawing.points] == [
        "student INT8",
        "student FP32",
        "teacher FP32",
        "teacher FP16",
    ]
    assert [point.file.own for point in drawing.points] == [True, True, False, False]


def test_the_first_file_is_drawn_without_its_temperature_too(ledger):
    titles = ["student INT8", "student FP32"]
    drawn = figures.gather(ledger, "student")["reliability"].curves
    assert [curve.title for curve in drawn] == [*titles, "student INT8 uncalibrated"]
    assert drawn[0].error.claim == "student.int8.test.calibration.ece"
    assert drawn[2].error.claim == "student.int8.uncalibrated.test.calibration.ece"
    assert float(drawn[2].error) > float(drawn[0].error)
    drawn = figures.gather(without(ledger, "uncalibrated"), "student")["reliability"].curves
    assert [curve.title for curve in drawn] == titles


def test_another_machine_is_not_compared(ledger):
    claim = ledger.claim("teacher.fp16.latency.128.median")
    other = claim.environment.model_copy(update={"threads": 8})
    drawings = figures.gather(change(ledger, claim.id.text, environment=other), "student")
    assert [name_of(point.file) for point in drawings["tradeoff"].points] == [
        "student.int8",
        "student.fp32",
        "teacher.fp32",
    ]
    assert "teacher.fp16" not in [name_of(one.file) for one in drawings["latency"].timed]


def test_times_are_drawn_at_the_lengths_of_the_first_file(ledger):
    drawing = figures.gather(without(ledger, "student.int8.latency.256"), "student")["latency"]
    assert [[time.tokens.value for time in one.times] for one in drawing.timed] == [[128]] * 4


def test_a_disturbed_time_is_not_drawn(ledger):
    busy = change(ledger, "teacher.fp16.latency.128.median", disturbed=1.4)
    drawings = figures.gather(busy, "student")
    for files in (
        [name_of(point.file) for point in drawings["tradeoff"].points],
        [name_of(one.file) for one in drawings["latency"].timed],
    ):
        assert files == ["student.int8", "student.fp32", "teacher.fp32"]


def test_other_documents_are_not_compared(ledger):
    claim = ledger.claim("teacher.fp32.test.macro.f1")
    other = claim.data.model_copy(update={"sha256": "99" * 32})
    drawings = figures.gather(change(ledger, claim.id.text, data=other), "student")
    for kind in ("tradeoff", "types"):
        parts = getattr(drawings[kind], "points", None) or drawings[kind].rows
        assert "teacher.fp32" not in [name_of(part.file) for part in parts]


def test_a_score_without_interval_is_not_drawn(ledger):
    drawings = figures.gather(change(ledger, "student.int8.test.macro.f1", interval=None), "student")
    assert name_of(drawings["tradeoff"].points[0].file) == "student.fp32"
    assert "Macro" not in drawings["types"].groups


def test_the_scores_of_the_guard_are_no_test_scores(ledger):
    claims = [
        c.model_copy(update={"data": ledger.claim("student.fp32.test.macro.f1").data}) for c in ledger.claims
    ]
    drawings = figures.gather(ledger.model_copy(update={"claims": tuple(claims)}), "student")
    assert drawings["tradeoff"].points[0].f1.value.claim == "student.int8.test.macro.f1"


def test_the_test_data_may_be_called_otherwise(ledger):
    text = ledger.model_dump_json().replace(".test.", ".held-out.")
    claims = json.loads(text)
    for claim in claims["claims"]:
        if claim.get("split") == "test":
            claim["split"] = "held-out"
    drawings = figures.gather(FolderLedger.model_validate(claims), "student")
    assert drawings.keys() == figures.KINDS.keys()


def test_scores_above_the_share_that_is_right_are_told_apart(ledger):
    curve = figures.gather(ledger, "student")["reliability"].curves[0]
    assert curve.direction == "above"
    for part in curve.bins:
        raised = max(part.score.value, 1.0)
        ledger = change(ledger, part.precision.value.claim, value=raised)
    assert figures.gather(ledger, "student")["reliability"].curves[0].direction == "below"


def test_numbers_are_found_however_deep():
    number = Number("a.b", 1.0, "1")
    assert figures.numbers(((number,), [number], "text", 3)) == [number, number]

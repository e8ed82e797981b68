"""References, derived figures and formats."""

import datetime

import pytest

from cards.errors import CardError
from cards.ledger import Claim, Environment, derived, read_ledger
from cards.ledger.values import operands, resolve
from cards.render.formats import FORMATS, default_format, format_value


@pytest.fixture
def ledger(rendered_run):
    return read_ledger(rendered_run / "models" / "student" / "ledger.json")


def claim(claim_id: str, value: float, unit: str, aggregation: str = "value", **more) -> Claim:
    date = datetime.date(2025, 1, 1)
    return Claim(
        id=claim_id, name="x", value=value, unit=unit, aggregation=aggregation, command="x", date=date, **more
    )


def latency(model: str, value: float, length: int = 128, **more) -> Claim:
    return claim(f"{model}.int8.latency.{length}.median", value, "ms", "median", **more)


def test_retention():
    ours, reference = (
        claim(f"{m}.f1", value, "F1", "macro") for m, value in (("student", 0.8), ("teacher", 0.9))
    )
    assert derived.retention(ours, reference) == pytest.approx(0.8 / 0.9)


def test_speed_up_is_reference_over_ours():
    assert derived.speed_up(latency("teacher", 40.0), latency("student", 10.0)) == 4.0


def test_a_size_ratio_counts_four_bytes_a_parameter_for_fp32():
    teacher, student = (
        claim("teacher.parameters", 1000, "parameters"),
        claim("student.int8.bytes", 500, "bytes"),
    )
    assert derived.size_reduction(teacher, student) == 8.0
    assert derived.size(teacher) == 4000
    assert derived.size(student) == 500


def test_parameter_reduction():
    ours = claim("student.parameters", 25, "parameters")
    assert derived.parameter_reduction(claim("teacher.parameters", 100, "parameters"), ours) == 4.0


def test_length():
    assert derived.length(latency("student", 1.0, length=256)) == 256
    with pytest.raises(CardError, match="not a latency"):
        derived.length(claim("student.parameters", 1, "parameters"))


def machine(threads: int) -> Environment:
    return Environment(cpu="x", isa="x", threads=threads, versions={})


@pytest.mark.parametrize(
    ("function", "claims", "message"),
    [
        (derived.speed_up, (latency("a", 4.0), latency("b", 1.0, length=256)), "different lengths"),
        (derived.speed_up, (latency("a", 4.0), latency("b", 0.0)), "divisor"),
        (
            derived.speed_up,
            (latency("a", 4.0, environment=machine(1)), latency("b", 1.0, environment=machine(2))),
            "environment differs",
        ),
        (derived.speed_up, (latency("a", 4.0, disturbed=0.9), latency("b", 1.0)), "a.* was disturbed"),
        (derived.speed_up, (latency("a", 4.0), latency("b", 1.0, disturbed=0.9)), "b.* was disturbed"),
        (
            derived.retention,
            (claim("a.f1", 0.8, "F1", split="test"), claim("b.f1", 0.9, "F1", split="guard")),
            "split differs",
        ),
        (
            derived.retention,
            (claim("a.f1", 0.8, "F1", "macro"), claim("b.f1", 0.9, "F1", "micro")),
            "aggregation",
        ),
        (
            derived.size_reduction,
            (claim("a.f1", 0.8, "F1"), claim("b.bytes", 9, "bytes")),
            "expected bytes or parameters",
        ),
        (
            derived.parameter_reduction,
            (claim("a.bytes", 8, "bytes"), claim("b.bytes", 9, "bytes")),
            "expected",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(function, claims, message):
    with pytest.raises(CardError, match=message):
        function(*claims)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("student.parameters", 13685),
        ("student.int8.test.macro.f1#n", 60),
        ("student.int8.test.macro.f1#environment.versions.onnxruntime", "1.31.1"),
        ("student.int8.test.macro.f1#date", datetime.date(2025, 1, 15)),
        ("ledger#test_evaluations", 3),
        ("length(student.int8.latency.256.p95)", 256),
        ("speed_up(teacher.fp32.latency.128.median, student.int8.latency.128.median)", 21.4 / 5.2),
    ],
)
def test_references(ledger, reference, expected):
    assert resolve(ledger, reference) == expected


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("student.int8.test.macro.f2", "no claim"),
        ("student.parameters#interval.low", "no such value"),
        ("student.parameters#environment", "no such value"),
        ("ledger#models.student.title.upper", "no such value"),
        ("halve(student.parameters)", "no derived figure"),
        ("retention(student.parameters)", "retention"),
    ],
)
def test_references_to_nothing(ledger, reference, message):
    with pytest.raises(CardError, match=message):
        resolve(ledger, reference)


def test_operands(ledger):
    ids = "teacher.parameters", "student.int8.bytes"
    assert tuple(c.id.text for c in operands(ledger, f"size_reduction({ids[0]}, {ids[1]})")) == ids
    assert operands(ledger, "ledger#test_evaluations") == []


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (0.83526, "score", "0.8353"),
        (-0.0286, "signed", "-0.0286"),
        (0.0012, "signed", "+0.0012"),
        (0.9614, "percent", "96.1%"),
        (0.95, "level", "95%"),
        (4.115, "times", "4.1×"),
        (12.34, "times", "12×"),
        (0.957, "times", "0.96×"),
        (5.2, "milliseconds", "5.20"),
        (43.87, "milliseconds", "43.9"),
        (1234.5, "milliseconds", "1,234"),
        (0.0, "milliseconds", "0.00"),
        (63_700_000, "megabytes", "63.7 MB"),
        (1_000_000, "megabytes", "1.00 MB"),
        (999_400, "megabytes", "999 kB"),
        (384_512, "megabytes", "385 kB"),
        (512, "megabytes", "0.512 kB"),
        (22_713_216, "millions", "22.7M"),
        (22_713_216, "count", "22,713,216"),
        (44.6, "duration", "45 s"),
        (1834.2, "duration", "31 min"),
        (7500.0, "duration", "2 h 05 min"),
        (0.0123, "p", "0.012"),
        (1e-9, "p", "< 0.001"),
        (5e-5, "setting", "5e-05"),
        (12.0, "setting", "12"),
        (datetime.date(2025, 1, 15), "text", "2025-01-15"),
    ],
)
def test_formats(value, name, expected):
    assert format_value(value, name) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_takes_what_is_not_finite(value, name):
    with pytest.raises(CardError, match="finite"):
        format_value(value, name)


def test_a_format_that_does_not_exist_or_fit_is_refused():
    with pytest.raises(CardError, match="no format 'roman'"):
        format_value(1.0, "roman")
    with pytest.raises(CardError, match="does not fit"):
        format_value("text", "score")


def test_every_derived_figure_has_a_default_format():
    for name in derived.FUNCTIONS:
        assert default_format(f"{name}(x.y)", []) in FORMATS


def test_a_unit_without_a_format_says_where_to_add_one():
    with pytest.raises(CardError, match=r"cards/render/formats\.py"):
        default_format("a.energy", [claim("a.energy", 1.0, "joule")])

"""Readiness: the golden output is answered, or the service says which model does not and how."""

import dataclasses
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tiny_model import make_model

from space.engine import Entity, load
from space.service.monitoring.health import TOLERANCE, Candidate, Health, check

BUNDLED = Path(__file__).parents[3] / "space" / "bundled"
TEXT = "Aspirin caused renal failure 🩺, lidocaine none."


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    return load(make_model(tmp_path_factory.mktemp("model") / "student", variants=("int8",)))


@pytest.fixture
def golden(tagger) -> dict:
    [entities] = tagger([TEXT])
    assert len(entities) == 3
    return {"text": TEXT, "entities": [asdict(entity) for entity in entities]}


def candidate(tag, golden=None) -> Candidate:
    return Candidate("student", "me/model", tag, golden)


def test_a_model_that_answers_as_it_did_is_ready(tagger, golden):
    health = Health([candidate(tagger, golden)], lambda: 0)
    assert (health.status, health.ready) == ("warming", False)
    health.warm_up()
    assert (health.status, health.ready) == ("ready", True)
    assert health.report()["models"] == [
        {
            "role": "student",
            "model": "me/model",
            "check": "golden output",
            "problem": None,
            "score_difference": 0,
        }
    ]
    json.dumps(health.report())


def test_draining_is_not_ready(tagger, golden):
    health = Health([candidate(tagger, golden)], lambda: 0)
    health.warm_up()
    health.drain()
    assert (health.status, health.ready) == ("draining", False)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"start": 1}, "expected Chemical 'Aspirin' at 1 to 7, found Chemical 'Aspirin' at 0 to 7"),
        ({"label": "Disease"}, "expected Disease 'Aspirin' at 0 to 7"),
        ({"text": "Aspirins"}, "expected Chemical 'Aspirins'"),
        ({"score": 0.2}, f"more than {TOLERANCE}"),
    ],
)
def test_another_answer_is_found_and_stays(tagger, golden, change, problem):
    golden["entities"][0] |= change
    health = Health([candidate(tagger, golden), Candidate("teacher", "me/teacher", tagger, None)], lambda: 0)
    student, teacher = health.warm_up()
    assert problem in student.problem
    assert teacher.problem is None
    assert health.status == "failed"


@pytest.mark.parametrize("keep", [2, 0])
def test_a_missing_entity_is_found(tagger, golden, keep):
    found = check(candidate(lambda texts: [entities[:keep] for entities in tagger(texts)], golden))
    assert found.problem == f"expected 3 entities, found {keep}"


def test_scores_may_differ_within_the_tolerance(tagger, golden):
    golden["entities"][0]["score"] -= TOLERANCE * 0.9
    found = check(candidate(tagger, golden))
    assert found.problem is None
    assert found.score_difference == pytest.approx(TOLERANCE * 0.9)


def test_without_golden_output_offsets_and_sameness_are_checked(tagger):
    assert check(candidate(tagger)).problem is None
    assert "no golden.json" in check(candidate(tagger)).check
    shifted = Entity(0, 4, "Chemical", 0.9, "lithium")
    assert "do not give" in check(candidate(lambda texts: [[shifted]])).problem
    scores = iter((0.9, 0.8))
    wavering = candidate(lambda texts: [[Entity(0, 4, "Chemical", next(scores), "Case")]])
    assert check(wavering).problem == "the same text gave two answers"


def test_a_model_that_fails_is_found_without_quoting(golden):
    def broken(texts):
        raise ValueError(texts[0])

    problem = check(candidate(broken, golden)).problem
    assert problem == "the golden text could not be tagged (ValueError)"


class PanicException(BaseException):
    """As Rust libraries raise it."""


def test_a_panic_at_the_start_is_found(golden):
    def broken(texts):
        raise PanicException(texts[0])

    health = Health([candidate(broken, golden)], lambda: 0)
    health.warm_up()
    assert health.status == "failed"
    assert health.report()["models"][0]["problem"] == "the golden text could not be tagged (PanicException)"


def test_a_model_that_broke_while_it_served_is_found_and_stays_failed(tagger, golden):
    broken = False

    def tag(texts):
        if broken:
            raise PanicException
        return tagger(texts)

    health = Health([candidate(tag, golden), Candidate("teacher", "me/teacher", tagger, None)], lambda: 0)
    health.check_again("student")
    assert health.status == "warming"
    health.warm_up()
    health.check_again("student")
    assert health.status == "ready"
    broken = True
    health.check_again("teacher")
    assert health.status == "ready"
    health.check_again("student")
    assert health.status == "failed"
    broken = False
    health.check_again("student")
    assert health.status == "failed"


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_the_bundled_pair_is_ready(role):
    golden = json.loads((BUNDLED / role / "golden.json").read_text(encoding="utf-8"))
    found = check(candidate(load(BUNDLED / role, threads=1), golden))
    assert dataclasses.asdict(found)["problem"] is None
    assert found.score_difference <= TOLERANCE

"""The collection of a run: order, notes and limits."""

import pytest
import tiny_ledger

from cards.errors import CardError
from cards.ledger import project, read_ledger
from publish.pushing.collection import collection


def test_a_collection_has_the_student_before_its_teacher(run):
    ledger = read_ledger(run / "ledger.json")
    found = collection(ledger, tiny_ledger.REPOS, "someone/space")
    assert [(item.type, item.id) for item in found.items] == [
        ("space", "someone/space"),
        ("model", "someone/tiny-student"),
        ("model", "someone/tiny-teacher"),
    ]
    assert "Macro F1 on invented: 0.8298 (onnx/model_quantized.onnx)" in found.items[1].note
    assert found.description == ledger.models["student"].summary


def test_a_collection_of_nothing_or_of_what_is_not_there_is_refused(run):
    ledger = read_ledger(run / "ledger.json")
    with pytest.raises(CardError, match="pupil"):
        collection(ledger, {"pupil": "me/x"}, None)
    with pytest.raises(CardError, match="nothing"):
        collection(ledger, {}, None)


def test_a_long_summary_is_cut_between_words(run):
    ledger = read_ledger(run / "ledger.json")
    student = ledger.models["student"].model_copy(update={"summary": "word " * 60})
    long = ledger.model_copy(update={"models": {**ledger.models, "student": student}})
    description = collection(project(long, "student"), tiny_ledger.REPOS, None).description
    assert len(description) <= 150
    assert description.endswith("word…")

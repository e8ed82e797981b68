"""Claim ids: every id of today's ledgers is read and written back; other texts are refused."""

import json
import re
from pathlib import Path

import pytest
import tiny_ledger
from random_ledgers import random_ledger

from cards.ledger import ClaimId, ClaimIdError, ids

ROOT = Path(__file__).parents[3]


def documented() -> list[str]:
    """The examples beside the forms of ids."""
    return re.findall(r"(?:# |  )([a-z0-9_:-]+(?:\.[a-z0-9_:-]+)+)", Path(ids.__file__).read_text())


def test_every_id_of_a_ledger_is_written_back_as_it_was_read(tmp_path):
    ledgers = [
        *(ROOT / "space" / "bundled").glob("*/ledger.json"),
        *tiny_ledger.make_run(tmp_path / "r").glob("*.json"),
    ]
    texts = {claim["id"] for path in ledgers for claim in json.loads(path.read_text())["claims"]}
    texts |= {claim.id.text for seed in range(8) for claim in random_ledger(seed).claims}
    assert len(documented()) > 20
    texts |= set(documented())
    assert len(texts) > 300
    assert {text for text in texts if str(ClaimId.parse(text)) != text} == set()


@pytest.mark.parametrize(
    ("text", "fields"),
    {
        "student.parameters": {"metric": "parameters"},
        "student.training.seconds": {"topic": "training", "metric": "seconds"},
        "corpus.training.documents": {"model": "corpus", "split": "training", "metric": "documents"},
        "student.int8.bytes": {"variant": "int8", "metric": "bytes"},
        "student.setting.epochs": {"topic": "setting", "metric": "epochs"},
        "student.int8.test.macro.f1": {"variant": "int8", "split": "test", "group": "macro", "metric": "f1"},
        "student.int8.latency.128.p95": {
            "variant": "int8",
            "metric": "latency",
            "length": 128,
            "statistic": "p95",
        },
        "student.int8.vs.teacher.fp32.macro.f1_difference": {
            "variant": "int8",
            "vs_model": "teacher",
            "vs_variant": "fp32",
            "group": "macro",
            "metric": "f1_difference",
        },
        "student.int8.bare.test.macro.f1_difference": {
            "variant": "int8",
            "decoding": "bare",
            "split": "test",
            "group": "macro",
            "metric": "f1_difference",
        },
        "student.int8.uncalibrated.test.calibration.ece": {
            "variant": "int8",
            "decoding": "uncalibrated",
            "split": "test",
            "topic": "calibration",
            "metric": "ece",
        },
        "student.calibration.temperature": {"topic": "calibration", "metric": "temperature"},
        "student.int8.bc5cdr:test.calibration.bins.9.score": {
            "variant": "int8",
            "data": "bc5cdr",
            "split": "test",
            "topic": "calibration",
            "bin": 9,
            "metric": "score",
        },
        "corpus.test.chemical.mentions": {
            "model": "corpus",
            "split": "test",
            "group": "chemical",
            "metric": "mentions",
        },
        "weak.agreement.lexicon.vs.tagger.f1": {
            "model": "weak",
            "topic": "agreement",
            "labeler": "lexicon",
            "other": "tagger",
            "metric": "f1",
        },
    }.items(),
)
def test_what_an_id_says(text, fields):
    expected = ClaimId(**{"model": "student"} | fields)
    assert ClaimId.parse(text) == expected and str(expected) == text


@pytest.mark.parametrize("text", ["", "student", "Student.f1", "a..b", "a.b.latency.0128.min", "quoted x.y"])
def test_what_is_no_id(text):
    with pytest.raises(ClaimIdError, match="no claim id"):
        ClaimId.parse(text)


def test_fields_that_would_be_read_back_as_others_are_refused():
    with pytest.raises(ClaimIdError, match="another meaning"):
        ClaimId("student", variant="int8", split="test", metric="documents")


def test_an_id_with_other_fields():
    macro = ClaimId("student", variant="int8", split="test", group="macro", metric="f1")
    assert str(macro.replace(group="T-cell/B", metric="recall")) == "student.int8.test.t-cell_b.recall"
    assert macro.has(group="Macro", topic=None) and not macro.has(variant="fp32")

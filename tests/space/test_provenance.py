"""Claims of a ledger beside what is measured here."""

import hashlib

import pytest

from space.ui.provenance import measure_claims, show_provenance, text_of

WORDS = {"Aspirin": "Chemical"}


def claim(identity: str, value: float, **more) -> dict:
    artifact = {"model": "student", "file": "onnx/Student.onnx", "sha256": "0" * 64, "bytes": 1_000_000}
    environment = {"cpu": "Some CPU", "threads": 2, "versions": {"onnxruntime": "1.2.3"}}
    return {
        "id": identity,
        "name": "Micro F1",
        "value": value,
        "artifact": artifact,
        "environment": environment,
    } | more


LEDGER = {
    "subject": "student",
    "claims": [
        {"id": "corpus.test.documents", "name": "test documents", "value": 500.0},
        claim("student.int8.bytes", 1_000_000),
        claim("student.int8.latency.128.median", 7.25),
        claim("student.int8.latency.128.p95", 8.5),
        claim("student.int8.latency.256.median", 99.5, disturbed=1.4),
        claim(
            "student.int8.test.micro.f1", 0.84312, split="test", command="python -m training evaluate x",
            data={"id": "bc5cdr", "documents": 500}, interval={"low": 0.83, "high": 0.855},
        ),
        claim("student.fp32.test.micro.f1", 0.99, artifact={"model": "student", "file": "onnx/model.onnx"}),
    ],
}  # fmt: skip


@pytest.fixture
def student(make_fake):
    return make_fake("Student", WORDS, ledger=LEDGER)


def test_claims_of_the_loaded_file_stand_beside_this_machine(student):
    shown = show_provenance([student], [None])
    assert "<td>1,000,000</td><td>1,000,000</td>" in shown
    assert "<td>Some CPU</td>" in shown
    assert "<td>1.2.3</td>" in shown
    assert "median 7.2 ms, p95 8.5 ms</td><td><span" in shown
    assert "99.5" not in shown
    assert "0.8431 [0.8300, 0.8550]" in shown
    assert "not measured: its 500 documents are not on this server" in shown
    assert "<code>python -m training evaluate x</code>" in shown
    assert "0.99" not in shown


def test_here_is_measured_when_asked_for(student):
    measured = measure_claims([student])
    assert list(measured[0]) == [128]
    shown = show_provenance([student], measured)
    assert f"median {measured[0][128].median_ms:.1f} ms" in shown
    true_hash = hashlib.sha256(student.tagger.file.read_bytes()).hexdigest()
    assert f"<code>{true_hash}</code> recomputed now, <strong>not the same</strong>" in shown
    assert {len(text.split()) + 2 for text in student.tagger.texts} == {128}


def test_the_same_hash_is_said_to_be_the_same(make_fake):
    model = make_fake("Student", WORDS)
    true_hash = hashlib.sha256(model.tagger.file.read_bytes()).hexdigest()
    named = {"model": "student", "file": "onnx/Student.onnx", "sha256": true_hash, "bytes": 1_000_000}
    ledger = {"subject": "student", "claims": [claim("student.int8.bytes", 1, artifact=named)]}
    model = make_fake("Student", WORDS, ledger=ledger)
    assert "recomputed now, the same" in show_provenance([model], measure_claims([model]))


def test_a_model_without_ledger_claims_nothing(make_fake):
    model = make_fake("Student", WORDS)
    shown = show_provenance([model], measure_claims([model]))
    assert shown.count("nothing</span>") == 6
    assert "Micro F1" not in shown


@pytest.mark.parametrize("tokens", [3, 17, 128, 600])
def test_a_text_of_exactly_so_many_tokens(student, tokens):
    text = text_of(student.tagger, tokens)
    assert len(student.tagger.tokenizer.encode(text).ids) == tokens

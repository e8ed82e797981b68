"""Claims of a ledger beside what is measured here."""

import hashlib
from dataclasses import replace
from importlib.metadata import version

import pytest

from space.ui.file_claims import meaning_of_scores
from space.ui.live_latency import Latency, Stopped, cpu_name
from space.ui.provenance_tab import Measured, measure_claims, show_provenance, text_of

WORDS = {"Aspirin": "Chemical"}


def claim(identity: str, value: float, **more) -> dict:
    artifact = {"model": "student", "file": "onnx/Student.onnx", "sha256": "0" * 64, "bytes": 1_000_000}
    environment = {
        "cpu": "Some CPU",
        "isa": "avx512_vnni",
        "threads": 2,
        "versions": {"onnxruntime": "1.2.3"},
    }
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
        claim("student.int8.bare.test.micro.f1", 0.7777, name="without rules, which the page does not run"),
        claim("student.fp32.test.micro.f1", 0.99, artifact={"model": "student", "file": "onnx/model.onnx"}),
    ],
}  # fmt: skip


@pytest.fixture
def student(make_fake):
    return make_fake("Student", WORDS, ledger=LEDGER)


def test_claims_of_the_loaded_file_stand_beside_this_machine(student):
    shown = show_provenance([student], [None], "avx2")
    assert "<td>1,000,000</td><td>1,000,000</td>" in shown
    assert "<td>Some CPU</td>" in shown
    assert "<td>1.2.3</td>" in shown
    assert "median 7.2 ms, p95 8.5 ms</td><td><span" in shown
    assert "99.5" not in shown
    assert "0.8431 [0.8300, 0.8550]" in shown
    assert "not measured: its 500 documents are not on this server" in shown
    assert "<code>python -m training evaluate x</code>" in shown
    assert "0.99" not in shown and "0.7777" not in shown


def test_what_differs_from_the_ledgers_machine_is_named_and_times_are_not_compared(student):
    shown = show_provenance([student], measure_claims([student]), "avx2")
    assert '<th scope="row">Instruction set</th><td>avx512_vnni</td><td><strong>avx2</strong></td>' in shown
    assert "Not like with like:</strong> processor, instruction set, threads and ONNX Runtime differ" in shown
    assert "not compared: see above" in shown
    assert "× the ledger" not in shown


def test_a_score_is_a_probability_only_where_the_ledger_says_by_what(student, make_fake):
    assert meaning_of_scores(student) == "Higher is surer; a score is no probability"
    fitted = claim("student.calibration.temperature", 2.5, n=50)
    calibrated = make_fake("Student", WORDS, ledger=LEDGER | {"claims": [*LEDGER["claims"], fitted]})
    said = "0.80: about 80 of 100 such entities were right, on 50 documents not trained on"
    assert meaning_of_scores(calibrated) == said


def here(**changed) -> dict:
    """A ledger's environment that is this machine's."""
    own = {
        "cpu": cpu_name(),
        "isa": "avx2",
        "threads": 1,
        "versions": {"onnxruntime": version("onnxruntime")},
    }
    return own | changed


@pytest.mark.parametrize(
    ("p95", "said"),
    [(8.0, "; 2.00× the ledger’s median"), (30.0, "not compared: other programs disturbed it")],
    ids=["quiet", "disturbed"],
)
def test_times_of_a_machine_of_the_same_kind_are_compared(make_fake, p95, said):
    ledger = {
        "subject": "student",
        "claims": [
            claim("student.int8.latency.128.median", 3.5, environment=here()),
            claim("student.int8.latency.128.p95", 4.0, environment=here()),
        ],
    }
    model = make_fake("Student", WORDS, ledger=ledger)
    samples = (6.0, 7.0, p95)
    measured = Measured({128: Latency(samples)}, threads=1)
    shown = show_provenance([model], [measured], "avx2")
    assert "Like with like: this machine is of the kind that the ledger names" in shown
    assert said in shown
    assert "not like with like" in show_provenance([model], [measured], "avx512_vnni").lower()


def test_here_is_measured_when_asked_for_on_the_ledgers_threads(student):
    asked = []
    student = replace(student, alone=lambda threads: asked.append(threads) or student.tagger)
    [measured] = measure_claims([student])
    assert asked == [2]
    assert list(measured.times) == [128]
    shown = show_provenance([student], [measured], "avx2")
    assert f"median {measured.times[128].median_ms:.1f} ms" in shown
    true_hash = hashlib.sha256(student.tagger.file.read_bytes()).hexdigest()
    assert f"<code>{true_hash}</code> recomputed now, <strong>not the same</strong>" in shown
    assert {len(text.split()) + 2 for text in student.tagger.texts} == {128}


def test_a_measurement_that_nobody_waits_for_ends(student):
    with pytest.raises(Stopped):
        measure_claims([student], lambda: student.tagger.calls >= 5)
    assert student.tagger.calls == 5


def test_the_same_hash_is_said_to_be_the_same(make_fake):
    model = make_fake("Student", WORDS)
    true_hash = hashlib.sha256(model.tagger.file.read_bytes()).hexdigest()
    named = {"model": "student", "file": "onnx/Student.onnx", "sha256": true_hash, "bytes": 1_000_000}
    ledger = {"subject": "student", "claims": [claim("student.int8.bytes", 1, artifact=named)]}
    model = make_fake("Student", WORDS, ledger=ledger)
    assert "recomputed now, the same" in show_provenance([model], measure_claims([model]), "avx2")


def test_a_model_without_ledger_claims_nothing(make_fake):
    model = make_fake("Student", WORDS)
    shown = show_provenance([model], measure_claims([model]), "avx2")
    assert shown.count("nothing</span>") == 7
    assert "like with like" not in shown.lower()
    assert "Micro F1" not in shown


@pytest.mark.parametrize("tokens", [3, 17, 128, 600])
def test_a_text_of_exactly_so_many_tokens(student, tokens):
    text = text_of(student.tagger, tokens)
    assert len(student.tagger.tokenizer.encode(text).ids) == tokens

"""Our own cards: nothing to say about a right one, and faults that no case of a rule can make."""

import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from cards.errors import CardError
from cards.lint import examine


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in examine(path).findings}


@pytest.mark.parametrize("path", ["", "models/student", "models/teacher", "models/student/README.md"])
def test_a_right_card_has_no_findings(rendered_run, path):
    assert examine(rendered_run / path).findings == ()


def test_a_finding_is_one_line_that_says_the_fault(student):
    card = student / "README.md"
    card.write_text(card.read_text("utf-8").replace("| 0.8851 [", "| 0.8815 [", 1), encoding="utf-8")
    (line,) = (str(finding) for finding in examine(student).findings if finding.rule == "number.mapped")
    assert line.startswith(f"error  number.mapped  {card}:")
    assert line.endswith("'0.8815' stands where student.int8.test.chemical.f1 is '0.8851'")


def test_a_macro_score_that_lacks_a_type(student):
    path, gone = student / "ledger.json", "student.int8.test.disease.f1"
    ledger = json.loads(path.read_text())
    path.write_text(json.dumps(ledger | {"claims": [c for c in ledger["claims"] if c["id"] != gone]}))
    assert "claim.macro-mean" in rules(student)


def test_claims_on_two_files_of_one_name(student):
    path = student / "ledger.json"
    ledger = json.loads(path.read_text())
    (claim,) = (claim for claim in ledger["claims"] if claim["id"] == "student.int8.test.macro.f1")
    claim["artifact"]["sha256"] = "0" * 64
    path.write_text(json.dumps(ledger))
    assert "claim.artifact" in rules(student)


def test_a_file_of_other_content(student):
    path = student / "onnx" / "model_quantized.onnx"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert "file.measured" in rules(student)


def test_the_inference_only_subset_may_lack_a_variant(student):
    (student / "onnx" / "model.onnx").unlink()
    (student / "model.safetensors").unlink()
    assert rules(student) == set()
    (student / "onnx" / "model_quantized.onnx").unlink()
    assert rules(student) == {"file.measured"}


def test_parameters_are_counted_from_the_weights(student):
    weights = load_file(student / "model.safetensors")
    weights.pop("classifier.bias")
    save_file(weights, student / "model.safetensors")
    assert "file.parameters" in rules(student)


def test_truncated_weights(student):
    path = student / "model.safetensors"
    path.write_bytes(path.read_bytes()[:20])
    assert "weights.readable" in rules(student)


@pytest.mark.parametrize(
    "edit",
    [
        lambda config: config["id2label"].update({"1": "B-Disease", "3": "B-Chemical"}),
        lambda config: config["label2id"].update({"O": 4}),
        lambda config: config.pop("id2label"),
    ],
)
def test_labels_of_the_config(student, edit):
    path = student / "config.json"
    config = json.loads(path.read_text())
    edit(config)
    path.write_text(json.dumps(config))
    assert rules(student) & {"labels.config", "labels.inverse"}


@pytest.mark.parametrize("file", ["ledger.json", "card.map.json"])
def test_a_broken_part(student, file):
    (student / file).write_text("{")
    assert "file.readable" in rules(student)


def test_the_ledger_of_a_run_in_a_model_folder(student, run):
    (student / "ledger.json").write_bytes((run / "ledger.json").read_bytes())
    assert "file.readable" in rules(student)


def test_a_run_without_one_of_its_models(run):
    (run / "models" / "teacher").rename(run / "gone")
    assert "run.projection" in rules(run)


def test_nothing_to_check(tmp_path):
    with pytest.raises(CardError, match="nothing to check"):
        examine(tmp_path)

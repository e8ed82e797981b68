"""The lint: nothing to say about a right card, and each rule finds its fault."""

import json
from pathlib import Path

import onnx
import pytest
import tiny_ledger
from safetensors.numpy import load_file, save_file

from cards.errors import CardError
from cards.lint import lint

CLAIM = "student.int8.test.macro.f1"


def rules(path: Path, severity: str = "error") -> set[str]:
    return {finding.rule for finding in lint(path) if severity in (finding.severity, "any")}


def edit_card(folder: Path, old: str, new: str) -> None:
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_json(path: Path, edit) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize("path", ["", "models/student", "models/teacher", "models/student/README.md"])
def test_a_right_card_has_no_findings(rendered_run, path):
    assert lint(rendered_run / path) == []


def test_a_finding_is_one_line_with_place_found_and_right(student):
    edit_card(student, "| 0.8851 [", "| 0.8815 [")
    (finding,) = (finding for finding in lint(student) if finding.rule == "number.mapped")
    line = str(finding)
    assert "\n" not in line
    assert line.startswith("error  number.mapped  ")
    assert "README.md:" in line
    assert "'0.8815'" in line
    assert "student.int8.test.chemical.f1 is '0.8851'" in line


# What stands in the front matter of the student's card, what is put there, and the rule that finds it.
FRONT_MATTER = [
    ("---\nlanguage", "language", "front-matter.required"),
    ("license: apache-2.0", "license: !!python/name:os.system", "front-matter.yaml"),
    ("license: apache-2.0\n", "", "front-matter.required"),
    ("license: apache-2.0", "license: other", "front-matter.field"),
    ("pipeline_tag: token-classification\n", "", "front-matter.required"),
    ("base_model: example/MiniLM-L6-H384", "base_model: /data/MiniLM", "front-matter.field"),
    ("base_model: example/MiniLM-L6-H384", "base_model: ./MiniLM", "front-matter.value"),
    ("base_model_relation: finetune", "base_model_relation: distill", "front-matter.field"),
    ("- example/abstracts", "- /data/abstracts", "front-matter.field"),
    ("- text: Aspirin", "- body: Aspirin", "front-matter.field"),
    ("metrics:\n- f1", "library_version: 3.10\nmetrics:\n- f1", "front-matter.value"),
    ("      type: unknown", "      type: two words", "model-index.result"),
    ("      name: invented\n", "", "model-index.result"),
    ("      type: token-classification\n", "", "model-index.result"),
    ("    - type: f1\n      value: 0.8298", "    - type: f1\n      value: .nan", "front-matter.value"),
    ("    - type: f1\n      value: 0.8298", "    - type: f1\n      value: high", "model-index.result"),
    ("Micro F1 (int8, strict)", "Macro F1 (int8, strict)", "model-index.repeated"),
    (
        "- name: tiny-student\n  results:",
        "- name: a\n  results: []\n- name: b\n  results:",
        "model-index.empty",
    ),
]


@pytest.mark.parametrize(("old", "new", "rule"), FRONT_MATTER)
def test_front_matter(student, old, new, rule):
    edit_card(student, old, new)
    assert rule in rules(student, "any")


def test_two_results_that_the_hub_would_merge(student):
    """The same task and data set a second time, with other metrics."""
    text = (student / "README.md").read_text(encoding="utf-8")
    start, end = text.index("  - task:"), text.index("    - type: f1\n")
    again = text[start:end] + "    - type: accuracy\n      value: 1\n"
    edit_card(student, "\n---\n", f"\n{again}---\n")
    assert "model-index.repeated" in rules(student, "warning")


CARD = [
    ("| 0.8851 [", "| 0.8815 [", "number.mapped"),
    ("| 4.1× | 2.1× |", "| 9.1× | 2.1× |", "number.derived"),
    ("| 96.1% | 96.7% |", "| 96.7% | 96.1% |", "number.derived"),
    ("## Limits\n", "## Limits\n\nAccuracy is 0.99.\n", "number.unmapped"),
    ("MiniLM-L6-H384](", "MiniLM-L12-H384](", "number.unmapped"),
    ("renal failure 0.99", "renal failure 1.00", "code.known"),
    ("from clinstill import load", "from clinstill import load  # 2x", "code.shown"),
    ("year    = {2015}", "year    = {2016}", "code.known"),
    ("## Limits\n", "## Limits\n\n```text\nF1 0.99\n```\n", "code.known"),
    ("**Entity types:** Chemical, Disease", "**Entity types:** Disease, Chemical", "labels.card"),
]


@pytest.mark.parametrize(("old", "new", "rule"), CARD)
def test_card(student, old, new, rule):
    edit_card(student, old, new)
    assert rule in rules(student)


LEDGER = [
    (CLAIM, {"value": 0.81}, "claim.macro-mean"),
    ("student.int8.test.chemical.f1", {"value": 0.885}, "claim.harmonic-mean"),
    ("student.int8.test.micro.recall", {"value": 1.2}, "claim.range"),
    ("student.int8.vs.teacher.fp32.document_f1.wilcoxon_p", {"value": -0.1}, "claim.range"),
    (CLAIM, {"interval": {"low": 0.9, "high": 0.95, "method": "none"}}, "claim.interval"),
    ("student.int8.latency.128.median", {"value": 3.0}, "claim.order"),
    ("student.int8.latency.256.p95", {"value": 10.0}, "claim.order"),
    ("student.int8.vs.teacher.fp32.macro.f1_difference", {"value": -0.03}, "claim.difference"),
    ("student.int8.bytes", {"value": 10_000}, "claim.artifact"),
    ("student.parameters", {"value": 12_000}, "claim.artifact"),
    ("student.parameters", {"value": 12_000}, "file.parameters"),
]


@pytest.mark.parametrize(("claim", "fields", "rule"), LEDGER)
def test_ledger(student, claim, fields, rule):
    tiny_ledger.change(student / "ledger.json", claim, **fields)
    assert rule in rules(student)


def test_a_macro_score_that_lacks_a_type(student):
    gone = "student.int8.test.disease.f1"
    edit_json(student / "ledger.json", lambda d: d.update(claims=[c for c in d["claims"] if c["id"] != gone]))
    assert "claim.macro-mean" in rules(student)


def test_claims_on_two_files_of_one_name(student):
    def edit(ledger: dict) -> None:
        (claim,) = (claim for claim in ledger["claims"] if claim["id"] == CLAIM)
        claim["artifact"]["sha256"] = "0" * 64

    edit_json(student / "ledger.json", edit)
    assert "claim.artifact" in rules(student)


def test_a_file_of_other_bytes(student):
    with (student / "onnx" / "model_quantized.onnx").open("ab") as file:
        file.write(b"\0")
    assert {"file.bytes", "file.sha256"} <= rules(student)


def test_a_file_of_other_content(student):
    path = student / "onnx" / "model_quantized.onnx"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert "file.sha256" in rules(student)
    assert "file.bytes" not in rules(student)


def test_a_missing_file(student):
    (student / "onnx" / "model.onnx").unlink()
    assert "file.missing" in rules(student)


def test_the_inference_only_subset_may_lack_a_variant(student):
    (student / "onnx" / "model.onnx").unlink()
    (student / "model.safetensors").unlink()
    assert rules(student) == rules(student, "warning") == set()
    (student / "onnx" / "model_quantized.onnx").unlink()
    assert rules(student) == {"file.missing"}


def test_parameters_are_counted_from_the_weights(student):
    weights = load_file(student / "model.safetensors")
    weights.pop("classifier.bias")
    save_file(weights, student / "model.safetensors")
    assert "file.parameters" in rules(student)


def test_truncated_weights(student):
    path = student / "model.safetensors"
    path.write_bytes(path.read_bytes()[:20])
    assert "file.parameters" in rules(student)


@pytest.mark.parametrize(
    "edit",
    [
        lambda config: config["id2label"].update({"1": "B-Disease", "3": "B-Chemical"}),
        lambda config: config["label2id"].update({"O": 4}),
        lambda config: config.pop("id2label"),
    ],
)
def test_labels_of_the_config(student, edit):
    edit_json(student / "config.json", edit)
    assert rules(student) & {"labels.config", "labels.inverse"}


def test_labels_of_the_graph(student):
    path = student / "onnx" / "model.onnx"
    model = onnx.load(path)
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_param = "tags"
    del model.graph.value_info[:]
    for weight in model.graph.initializer:  # a classifier of four tags
        if weight.name == "classifier":
            array = onnx.numpy_helper.to_array(weight)[:, :4]
            weight.CopyFrom(onnx.numpy_helper.from_array(array.copy(), "classifier"))
        if weight.name == "classifier.bias":
            weight.CopyFrom(
                onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weight)[:4], "classifier.bias")
            )
    onnx.save(model, path)
    assert "labels.output" in rules(student)


def test_a_graph_that_cannot_be_read(student):
    (student / "onnx" / "model.onnx").write_bytes(b"no graph")
    assert "labels.output" in rules(student)


@pytest.mark.parametrize("file", ["README.md", "ledger.json", "card.map.json"])
def test_a_missing_part(student, file):
    (student / file).unlink()
    assert "file.readable" in rules(student)


@pytest.mark.parametrize("file", ["ledger.json", "card.map.json"])
def test_a_broken_part(student, file):
    (student / file).write_text("{")
    assert "file.readable" in rules(student)


def test_the_ledger_of_a_run_in_a_model_folder(student, run):
    (student / "ledger.json").write_bytes((run / "ledger.json").read_bytes())
    assert "file.readable" in rules(student)


def test_a_models_ledger_that_is_not_the_runs(run):
    tiny_ledger.change(run / "models" / "student" / "ledger.json", "student.setting.epochs", value=7)
    assert "run.projection" in rules(run)


def test_a_run_without_one_of_its_models(run):
    (run / "models" / "teacher").rename(run / "gone")
    assert "run.projection" in rules(run)


def test_a_card_of_others_is_checked_for_what_it_has(tmp_path):
    (tmp_path / "README.md").write_text(
        "---\nlicense: mit\nbase_model: /home/me/bert\n---\n# A card\n\nF1 0.99\n"
    )
    assert rules(tmp_path / "README.md") == {"front-matter.field", "front-matter.value"}


def test_nothing_to_check(tmp_path):
    with pytest.raises(CardError, match="nothing to check"):
        lint(tmp_path)

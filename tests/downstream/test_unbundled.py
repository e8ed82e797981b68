"""The bundled pair as a run: complete, honest about its weights, and published like any run.

The README's commands make, render and push such a run; here it is looked into. Runs in the light
environment; the run is made by `python -m training unbundle` in that of training.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from rehearsal import STUDENT, TEACHER, rehearse

from cards.ledger import read_ledger
from cards.lint import examine
from cards.render import render_run
from publish.pushing.staging import REQUIRED
from publish.verifying.loading import spans
from space.engine import load, special_tokens
from training.run_folder import sha256

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "space" / "bundled"
TRAINING = ROOT / ".venv-training" / "bin" / "python"
FP32 = "onnx/model.onnx"
SHIPPED = {"student": "onnx/model_quantized.onnx", "teacher": "onnx/model_fp16.onnx"}
DATA = os.environ.get("CLINSTILL_DATA")
pytestmark = pytest.mark.soak
DEVELOPMENT = "CDR_DevelopmentSet.PubTator.txt"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    assert TRAINING.is_file(), "`make setup` makes the environment for training"
    folder = tmp_path_factory.mktemp("unbundled") / "run"
    command = [TRAINING, "-m", "training", "unbundle", BUNDLED, "--out", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def rehearsal(run, tmp_path_factory):
    with rehearse(run, tmp_path_factory.mktemp("rehearsal")) as running:
        yield running


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_folder_is_complete_and_the_shipped_file_the_same(name, run):
    folder = run / "models" / name
    for file in (*REQUIRED, FP32, SHIPPED[name], "golden.json"):
        assert (folder / file).is_file(), file
    for file in (SHIPPED[name], "golden.json", "config.json", "tokenizer.json"):
        assert sha256(folder / file) == sha256(BUNDLED / name / file)
    assert (run / "recipe.yaml").is_file()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_fp32_file_finds_what_the_shipped_one_does(name, run):
    golden = json.loads((run / "models" / name / "golden.json").read_text("utf-8"))
    for file in (FP32, SHIPPED[name]):
        [found] = load(run / "models" / name, file=file)([golden["text"]])
        assert spans(found) == [(e["start"], e["end"], e["label"]) for e in golden["entities"]]


def test_the_student_s_fp32_file_computes_the_int8_graph_without_rounding_what_flows_through_it(run):
    """Proof that no weight went to a wrong place: the INT8 file with each integer product replaced by the
    product of the numbers that the integers stand for."""
    folder = run / "models" / "student"
    tagger = load(folder)
    prefix, suffix = special_tokens(tagger.tokenizer)
    ids = [*prefix, *range(1000, 1200), *suffix]
    row = np.array([ids, ids[:100] + [0] * (len(ids) - 100)])
    inputs = {"input_ids": row, "attention_mask": (row > 0).astype(np.int64), "token_type_ids": 0 * row}

    def logits(graph: str | bytes) -> np.ndarray:
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        return session.run(["logits"], inputs)[0][row > 0]

    found, expected = logits(str(folder / FP32)), logits(unrounded(folder / SHIPPED["student"]))
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


def unrounded(file: Path) -> bytes:
    """An INT8 file whose products take FP32: (integers - zero point) * scale, for each column."""
    model = onnx.load(file)
    graph = model.graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    before = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "DynamicQuantizeLinear"}
    made = {node.output[0]: node for node in graph.node}
    nodes = []
    for node in graph.node:
        source = made.get(node.input[0]) if node.op_type == "Mul" else None
        product = made.get(source.input[0]) if source is not None and source.op_type == "Cast" else None
        if product is not None and product.op_type == "MatMulInteger":
            stored, zero = values[product.input[1]], values[product.input[3]]
            scale = values[product.input[1].replace("_quantized", "_scale")]
            weight = (stored.astype(np.float32) - zero.astype(np.float32)) * scale
            name = f"{product.name}_weight"
            graph.initializer.append(numpy_helper.from_array(weight.astype(np.float32), name))
            nodes.append(helper.make_node("MatMul", [before[product.input[0]], name], node.output))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(needed(nodes, "logits"))
    assert not any(node.op_type == "MatMulInteger" for node in graph.node)
    assert all(t.data_type != TensorProto.UNDEFINED for t in graph.initializer)
    return model.SerializeToString()


def needed(nodes: list[onnx.NodeProto], output: str) -> list[onnx.NodeProto]:
    """The nodes that an output is made of, each behind those that it reads: not so in the file."""
    made = {name: node for node in nodes for name in node.output}
    kept: dict[str, onnx.NodeProto] = {}

    def add(name: str) -> None:
        if name in made and made[name].output[0] not in kept:
            for each in read(made[name]):
                add(each)
            kept[made[name].output[0]] = made[name]

    add(output)
    return list(kept.values())


def read(node: onnx.NodeProto) -> Iterator[str]:
    """What a node reads, in its branches too."""
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from read(inner)


def test_the_ledger_says_whose_weights_they_are_and_claims_nothing_of_other_files(run):
    ledger, published = read_ledger(run / "ledger.json"), read_ledger(BUNDLED / "student" / "ledger.json")
    for name, file in SHIPPED.items():
        assert ledger.models[name].weights_from == file
        assert [variant.file for variant in ledger.models[name].variants] == [file]
    files = {(claim.artifact.model, claim.artifact.file) for claim in ledger.claims if claim.artifact}
    assert files == set(SHIPPED.items())
    assert not [
        claim.id.text for claim in ledger.claims if ".fp32." in claim.id.text or ".vs." in claim.id.text
    ]
    for claim in ("student.int8.test.macro.f1", "teacher.fp16.test.macro.f1", "student.training.seconds"):
        assert ledger.claim(claim) == published.claim(claim)


def test_its_cards_are_rendered_without_a_finding_and_say_it(run):
    for card in render_run(run, {}):
        assert examine(card.parent).errors == []
        text = card.read_text("utf-8")
        assert f"those that `{SHIPPED[card.parent.name]}` stores" in text
        assert "## What quantization costs" not in text
        compared = re.search(r"\| Difference \| [\d.]+% kept \| [\d.]+× as fast \|", text)
        assert bool(compared) == (card.parent.name == "student")


def test_pushed_it_is_verified_and_the_loaders_take_it(rehearsal, tmp_path):
    for repo, name in ((STUDENT, "student"), (TEACHER, "teacher")):
        files = rehearsal.hub.model(repo).head.files
        assert files[SHIPPED[name]].content == (BUNDLED / name / SHIPPED[name]).read_bytes()
    arguments = [STUDENT, "--report", tmp_path / "report.json"]
    if DATA:
        (tmp_path / DEVELOPMENT).symlink_to(Path(DATA, "bc5cdr", DEVELOPMENT))
        arguments += ["--data", f"bc5cdr={tmp_path}"]

    done = rehearsal.publish("verify", *arguments)

    assert done.returncode == 0, done.stdout
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    loaded = {check["what"]: check["verdict"] for check in report["checks"] if "loads" in check["what"]}
    assert (
        loaded["loads in clinstill"] == loaded["loads in transformers"] == loaded["loads in optimum"] == "ok"
    )
    if DATA:
        claims = {claim["claim"]: claim for claim in report["claims"]}
        assert claims["student.int8.guard.macro.f1"]["verdict"] == "holds"

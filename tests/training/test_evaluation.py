"""Claims of an evaluation, recomputed from what it leaves behind."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_bert import LABELS, RECIPE, TEXTS, WINDOW, documents, save_bert
from tiny_model import state

from cards.ledger import Interval
from space.engine import Entity, load
from training import corpora, evaluation, quantize
from training.corpora.document import Document, Span
from training.export import export, store_fp16
from training.metrics import score
from training.metrics.error_kinds import KINDS
from training.recipe import Quantization
from training.run_folder import RunFolder, sha256

VARIANTS = ["teacher.fp32", "teacher.fp16", "student.fp32", "student.int8"]
DIAGNOSED = ["teacher.fp16", "student.int8"]  # of each model the smallest
RULES = ("transitions",)
RULED = ["student.fp32", "student.int8"]  # the student has rules and a temperature, the teacher has not


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, list[Document], list[Document]]:
    """A run folder with both models and all variants, its test documents and its guard documents. Gold
    mentions are those that the teacher finds, and two more."""
    run = RunFolder(tmp_path_factory.mktemp("run"))
    run.recipe.write_text("name: tiny\n")
    for name, layers in (("teacher", 2), ("student", 1)):
        export(save_bert(run.models / name, layers=layers), TEXTS)
    store_fp16(run.models / "teacher", TEXTS)
    teacher = load(run.models / "teacher", file="model.onnx")
    test = []
    for document in documents(10):
        found = {(e.start, e.end, e.label) for e in teacher([document.text])[0]}
        found |= {(0, 1, "Chemical"), (2, 3, "Disease")}
        spans = tuple(Span(start=s, end=e, label=label) for s, e, label in sorted(found))
        test.append(document.model_copy(update={"spans": spans}))
    quantize.quantize(run.models / "student", Quantization(f1_budget=1), test[:4], LABELS, RULES)
    state(run.models / "student", rules=RULES, temperature=2)
    return run, test, test[:4]


@pytest.fixture(scope="module")
def claims(made, tmp_path_factory):
    run, test, guard = made
    log = tmp_path_factory.mktemp("log") / "evaluations.jsonl"
    log.write_text('{"earlier": true}\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation.latency, "QUIET", math.inf)  # whatever else this machine does
        found = evaluation.evaluate(run, RECIPE, test, guard, log)
    assert len(found) == len({claim.id.text for claim in found})
    return {claim.id.text: claim for claim in found} | {"log": log}


def predictions(run: RunFolder, variant: str) -> list[list[Entity]]:
    lines = (run.work("evaluate") / f"{variant}.jsonl").read_text(encoding="utf-8").splitlines()
    return [[Entity(**entity) for entity in json.loads(line)["entities"]] for line in lines]


def test_every_claim_of_every_variant_is_there(claims):
    expected = {"log"}
    for variant in VARIANTS:
        for group in ("chemical", "disease", "micro", "macro"):
            expected |= {f"{variant}.test.{group}.{rate}" for rate in ("f1", "precision", "recall")}
        for length in (12, WINDOW):
            expected |= {f"{variant}.latency.{length}.{what}" for what in ("median", "p95", "min")}
        expected |= {f"{variant}.guard.macro.f1", f"{variant}.bytes"}
    for variant in DIAGNOSED:
        expected |= {f"{variant}.test.calibration.ece"} | {f"{variant}.test.errors.{kind}" for kind in KINDS}
        expected |= {name for name in claims if name.startswith(f"{variant}.test.calibration.bins.")}
    for variant in RULED:
        for group in ("chemical", "disease", "micro", "macro"):
            expected |= {f"{variant}.bare.test.{group}.{rate}" for rate in ("f1", "precision", "recall")}
        expected |= {f"{variant}.bare.test.macro.f1_difference"}
    before = "student.int8.uncalibrated.test.calibration"
    expected |= {f"{before}.ece"} | {name for name in claims if name.startswith(f"{before}.bins.")}
    for pair in (
        "student.fp32.vs.teacher.fp32",
        "student.int8.vs.teacher.fp32",
        "student.int8.vs.student.fp32",
    ):
        expected |= {f"{pair}.macro.f1_difference", f"{pair}.document_f1.wilcoxon_p"}
        expected |= {f"{pair}.latency.{length}.wilcoxon_p" for length in (12, WINDOW)}
    assert claims.keys() == expected | {"teacher.parameters", "student.parameters"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_scores_are_those_of_the_kept_predictions(made, claims, variant):
    run, test, _ = made
    scores = score(test, predictions(run, variant), LABELS)
    groups = {"chemical": scores.types["Chemical"], "disease": scores.types["Disease"]}
    for name, own in (groups | {"micro": scores.micro, "macro": scores.macro}).items():
        for rate in ("f1", "precision", "recall"):
            claim = claims[f"{variant}.test.{name}.{rate}"]
            assert claim.value == pytest.approx(getattr(own, rate))
            assert (claim.n, claim.split, claim.data.sha256) == (10, "test", corpora.sha256(test))
            assert claim.interval.low <= claim.value <= claim.interval.high
    assert claims["teacher.fp32.test.macro.recall"].value < 1
    assert claims["teacher.fp32.test.macro.precision"].value == 1


@pytest.mark.parametrize("variant", RULED)
def test_the_bare_model_stands_beside_the_system(made, claims, variant):
    run, test, _ = made
    file = claims[f"{variant}.bytes"].artifact.file
    bare = load(run.models / "student", file=file, rules=())
    expected = score(test, bare([document.text for document in test]), LABELS)
    for name, own in (("micro", expected.micro), ("macro", expected.macro)):
        for rate in ("f1", "precision", "recall"):
            assert claims[f"{variant}.bare.test.{name}.{rate}"].value == pytest.approx(getattr(own, rate))
    gain = claims[f"{variant}.bare.test.macro.f1_difference"]
    assert gain.value == pytest.approx(claims[f"{variant}.test.macro.f1"].value - expected.macro.f1) != 0
    assert gain.interval.low <= gain.value <= gain.interval.high
    assert (gain.n, gain.split, gain.artifact.file) == (10, "test", file)


def test_the_scores_before_the_temperature_are_of_the_same_entities(claims):
    def bins(part: str, metric: str) -> list[float]:
        found = (claims.get(f"student.int8.{part}.bins.{index}.{metric}") for index in range(10))
        return [claim.value if claim else 0 for claim in found]

    before, after = "uncalibrated.test.calibration", "test.calibration"
    assert sum(bins(before, "entities")) == sum(bins(after, "entities"))
    means = [np.average(bins(part, "score"), weights=bins(part, "entities")) for part in (before, after)]
    assert means[0] > means[1], "a temperature above 1 makes scores smaller"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_artifact_is_the_very_file(made, claims, variant):
    run, _, guard = made
    claim = claims[f"{variant}.guard.macro.f1"]
    folder = run.models / claim.artifact.model
    assert claim.artifact.sha256 == sha256(folder / claim.artifact.file)
    assert claims[f"{variant}.bytes"].value == (folder / claim.artifact.file).stat().st_size
    tagger = load(folder, file=Path(claim.artifact.file).name)
    assert claim.value == score(guard, tagger([d.text for d in guard]), LABELS).macro.f1
    assert (claim.n, claim.split, claim.data.documents) == (4, "guard", 4)
    tensors = load_file(folder / "model.safetensors")
    assert claims[f"{claim.artifact.model}.parameters"].value == sum(t.size for t in tensors.values())


def test_latency_is_a_median_between_minimum_and_p95_with_its_machine(claims):
    for variant in VARIANTS:
        for length in (12, WINDOW):
            least, median, most = (
                claims[f"{variant}.latency.{length}.{what}"] for what in ("min", "median", "p95")
            )
            assert 0 < least.value <= median.value <= most.value
            assert (median.unit, median.n) == ("ms", 4)
            assert median.environment.threads == 1
            assert "onnxruntime" in median.environment.versions


def test_comparisons_are_paired(claims):
    difference = claims["student.int8.vs.teacher.fp32.macro.f1_difference"]
    f1 = [claims[f"{variant}.test.macro.f1"].value for variant in ("student.int8", "teacher.fp32")]
    assert difference.value == pytest.approx(f1[0] - f1[1])
    assert isinstance(difference.interval, Interval)
    assert difference.interval.low <= difference.value <= difference.interval.high < 0
    assert claims["student.int8.vs.teacher.fp32.document_f1.wilcoxon_p"].value < 0.05


@pytest.mark.parametrize("variant", DIAGNOSED)
def test_kinds_of_error_add_up_with_precision_and_recall(claims, variant):
    of = {kind: claims[f"{variant}.test.errors.{kind}"].value for kind in KINDS}
    found = of["correct"] + of["spurious"] + of["boundary"] + of["type"]
    gold = of["correct"] + of["missed"] + of["boundary"] + of["type"]
    assert claims[f"{variant}.test.micro.precision"].value == pytest.approx(of["correct"] / found)
    assert claims[f"{variant}.test.micro.recall"].value == pytest.approx(of["correct"] / gold)


@pytest.mark.parametrize("variant", DIAGNOSED)
def test_the_calibration_error_follows_from_its_bins(claims, variant):
    part = f"{variant}.test.calibration"
    filled = [f"{part}.bins.{i}" for i in range(10) if f"{part}.bins.{i}.entities" in claims]
    entities = [claims[f"{place}.entities"].value for place in filled]
    gaps = [abs(claims[f"{place}.score"].value - claims[f"{place}.precision"].value) for place in filled]
    assert claims[f"{part}.ece"].value == pytest.approx(np.average(gaps, weights=entities))
    assert sum(entities) == sum(
        claims[f"{variant}.test.errors.{kind}"].value for kind in KINDS if kind != "missed"
    )
    for place in filled:
        precision = claims[f"{place}.precision"]
        assert precision.interval.low <= precision.value <= precision.interval.high
        assert precision.artifact == claims[f"{variant}.test.macro.f1"].artifact


def test_looking_at_test_data_is_written_down(made, claims):
    run, *_ = made
    earlier, *lines = map(json.loads, claims["log"].read_text().splitlines())
    assert earlier == {"earlier": True}
    *both, fp32, int8 = VARIANTS
    assert [line["model"] for line in lines] == [*both, fp32, f"{fp32}.bare", int8, f"{int8}.bare"]
    assert {line["recipe_sha256"] for line in lines} == {sha256(run.recipe)}
    assert {(line["recipe"], line["corpus"], line["split"]) for line in lines} == {
        ("tiny", "invented", "test")
    }
    for line in lines:
        assert line["macro_f1"] == pytest.approx(claims[f"{line['model']}.test.macro.f1"].value, abs=1e-6)


def test_another_evaluation_gives_the_same_scores_and_intervals(made, claims, tmp_path, monkeypatch):
    """And where other programs disturb it, times are claimed as disturbed and compared with nothing."""
    monkeypatch.setattr(evaluation.latency, "QUIET", -1)
    _, test, guard = made
    run = RunFolder(Path(shutil.copytree(made[0].path, tmp_path / "run")))
    shutil.rmtree(run.models / "teacher" / "onnx")
    shutil.rmtree(run.work("evaluate"))
    again = evaluation.evaluate(run, RECIPE, test, guard, log=None)
    assert {c.id.model for c in again} == {"student"}
    timed = ("latency",)
    for claim in again:
        if not any(part in claim.id.text for part in timed):
            assert claim.model_dump(exclude={"date"}) == claims[claim.id.text].model_dump(exclude={"date"})
    assert np.isfinite([claim.value for claim in again]).all()
    times = [claim for claim in again if ".latency." in claim.id.text]
    assert len(times) == 2 * 2 * 3
    assert all(claim.disturbed is not None and ".vs." not in claim.id.text for claim in times)
    assert not [claim.id.text for claim in claims.values() if getattr(claim, "disturbed", None) is not None]

"""Claims of the nodes that measure, recomputed from what they leave behind."""

import json
import math
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_bert import LABELS, RECIPE, TEXTS, WINDOW, documents, save_bert
from tiny_model import state

from cards.ledger import Claim, Interval
from space.engine import Entity, load
from training import corpora
from training.corpora.definition import MappedType
from training.corpora.document import Document, Span
from training.corpora.formats import jsonl
from training.measuring import comparison, latency, scores, speed
from training.measuring.metrics import document_counts, score
from training.measuring.metrics.error_kinds import KINDS
from training.onnx import int8
from training.onnx.export import export, store_fp16
from training.recipe import Recipe
from training.recipe.models import Int8
from training.run_context import Context
from training.run_folder import RunFolder, sha256

COUNT = partial(document_counts, labels=LABELS)
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
        found |= {(0, 1, "Chemical"), (1, 2, "Disease")}
        spans = tuple(Span(start=s, end=e, label=label) for s, e, label in sorted(found))
        test.append(document.model_copy(update={"spans": spans}))
    run.split("invented", "test").parent.mkdir(parents=True)
    jsonl.write(test, run.split("invented", "test"))
    jsonl.write(test[:4], run.guard)
    int8.quantize(run.models / "student", Int8(f1_budget=1), test[:4], COUNT, RULES)
    state(run.models / "student", rules=RULES, temperature=2)
    return run, test, test[:4]


def measure(run: RunFolder, recipe: Recipe) -> list[Claim]:
    """What the nodes that measure claim, one after another."""
    context = Context(recipe, run)
    claims = [
        claim
        for name, model in recipe.models.items()
        for claim in scores.run(context.of(f"{name}.scores"), model)
    ]
    claims += speed.run(context.of("latency"), recipe)
    return claims + comparison.run(context.of("comparison"), recipe)


@pytest.fixture(scope="module")
def claims(made, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "evaluations.jsonl"
    log.write_text('{"earlier": true}\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latency, "QUIET", math.inf)  # whatever else this machine does
        patch.setenv("CLINSTILL_TEST_LOG", str(log))
        found = measure(made[0], RECIPE)
    assert len(found) == len({claim.id.text for claim in found})
    return {claim.id.text: claim for claim in found} | {"log": log}


def predictions(run: RunFolder, variant: str) -> list[list[Entity]]:
    file = run.measured / variant.replace(".", "/")
    lines = file.with_name(f"{file.name}.invented.test.jsonl").read_text(encoding="utf-8").splitlines()
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
    expected = score(test, predictions(run, variant), LABELS)
    groups = {"chemical": expected.types["Chemical"], "disease": expected.types["Disease"]}
    for name, own in (groups | {"micro": expected.micro, "macro": expected.macro}).items():
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


def test_another_measurement_gives_the_same_scores_and_intervals(made, claims, tmp_path, monkeypatch):
    """Of a recipe with one model, too. Where other programs disturb it, times are claimed as disturbed and
    compared with nothing."""
    monkeypatch.setattr(latency, "QUIET", -1)
    alone = {"student": RECIPE.models["student"].model_copy(update={"compare_with": ()})}
    run = RunFolder(Path(shutil.copytree(made[0].path, tmp_path / "run")))
    shutil.rmtree(run.measured)
    again = measure(run, RECIPE.model_copy(update={"models": alone}))
    assert {c.id.model for c in again} == {"student"}
    assert {c.id.vs_model for c in again} == {"student", None}
    for claim in again:
        if claim.id.metric != "latency":
            assert claim.model_dump(exclude={"date"}) == claims[claim.id.text].model_dump(exclude={"date"})
    assert np.isfinite([claim.value for claim in again]).all()
    times = [claim for claim in again if claim.id.metric == "latency"]
    assert len(times) == 2 * 2 * 3
    assert all(claim.disturbed is not None and claim.id.vs_model is None for claim in times)
    assert not [claim.id.text for claim in claims.values() if getattr(claim, "disturbed", None) is not None]


def test_a_further_measured_corpus_has_its_name_in_the_claims(made, claims, tmp_path):
    """And no diagnostics: these are of the models' own test."""
    run = RunFolder(Path(shutil.copytree(made[0].path, tmp_path / "run")))
    elsewhere = RECIPE.corpora["invented"].model_copy(update={"id": "elsewhere"})
    corpora_read = RECIPE.corpora | {"elsewhere": elsewhere}
    both = {"invented": "test", "elsewhere": "measure"}
    recipe = RECIPE.model_copy(update={"corpora": corpora_read, "measure": both})
    run.split("elsewhere", "measure").parent.mkdir()
    jsonl.write(made[1][:5], run.split("elsewhere", "measure"))
    found = scores.run(Context(recipe, run, node="student.scores"), recipe.models["student"])
    there = {claim.id.text: claim for claim in found if claim.id.data}
    prefix = "student.int8.elsewhere:measure"
    assert there[f"{prefix}.macro.f1"].data.id == "elsewhere"
    assert {claim.n for claim in there.values()} == {5}
    assert not [text for text in there if ".errors." in text or ".calibration." in text]
    own = {claim.id.text: claim.value for claim in found if not claim.id.data}
    assert own == {text: claims[text].value for text in own}


def test_elsewhere_only_what_is_annotated_is_scored_strictly_and_by_overlap(made, tmp_path):
    run = RunFolder(Path(shutil.copytree(made[0].path, tmp_path / "run")))
    tagger = load(run.models / "student", file="model_quantized.onnx")
    kept = []
    for document in made[1]:  # gold: each disease that it finds, drawn one character shorter
        found = [entity for entity in tagger([document.text])[0] if entity.label == "Disease"]
        spans = [Span(start=e.start, end=e.end - 1, label="Disease") for e in found if e.end - e.start > 1]
        kept.append(document.model_copy(update={"spans": tuple(spans)}))
    assert sum(len(document.spans) for document in kept) > 3
    elsewhere = RECIPE.corpora["invented"].model_copy(
        update={"id": "elsewhere", "types": {"Disorder": MappedType(label="Disease", partial=True)}}
    )
    both = {"invented": "test", "elsewhere": "measure"}
    update = {"corpora": RECIPE.corpora | {"elsewhere": elsewhere}, "measure": both}
    run.split("elsewhere", "measure").parent.mkdir()
    jsonl.write(kept, run.split("elsewhere", "measure"))
    context = Context(RECIPE.model_copy(update=update), run, node="student.scores")
    there = {str(c.id): c for c in scores.run(context, RECIPE.models["student"]) if c.id.data}

    assert {claim.id.group for claim in there.values()} == {"disease", "micro", "macro"}
    prefix = "student.int8.elsewhere:measure.macro"
    assert there[f"{prefix}.f1"].value < there[f"{prefix}.overlap_f1"].value
    assert there[f"{prefix}.overlap_recall"].value == 1
    overlap_f1 = there[f"{prefix}.overlap_f1"]
    assert (overlap_f1.unit, overlap_f1.aggregation) == ("F1", "macro")
    assert (overlap_f1.name, overlap_f1.method) == ("Macro overlap F1", "mean of Disease")
    assert overlap_f1.interval.low <= overlap_f1.value <= overlap_f1.interval.high
    assert not [text for text in there if "bare" in text and "overlap" in text]

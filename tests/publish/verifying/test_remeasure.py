"""Claims measured again: what is measured, and which differences count."""

import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save_file
from tiny_ledger import make_ledger
from tiny_model import make_model, state

from cards.ledger import ClaimId, DataSet, Interval, project
from publish.errors import PublishError
from publish.verifying import evaluation_data, remeasure
from publish.verifying.agreement import compare
from publish.verifying.evaluation_data import Split
from publish.verifying.remeasure import Measured, measure, scores, sparsity
from space.engine import load
from training.corpora import Document, Span
from training.measuring import latency

LABELS = ("Chemical", "Disease")
# What the tiny model finds beside what is annotated: one disease too many, one chemical missed.
LINES = [
    ("1", "Aspirin caused renal failure.", [(0, 7, "Chemical"), (15, 28, "Disease")]),
    ("2", "Headache after ibuprofen.", [(15, 24, "Chemical")]),
    ("3", "Patients with seizures given xyz.", [(14, 22, "Disease"), (29, 32, "Chemical")]),
]
MACRO = "student.int8.test.macro.f1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def corpus(tmp_path):
    """A labelled file."""
    lines = [
        {"id": i, "text": text, "entities": [{"start": s, "end": e, "label": n} for s, e, n in found]}
        for i, text, found in LINES
    ]
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ledger(finished_run):
    return project(make_ledger(finished_run), "student")


def machine(ledger, **changes):
    return ledger.claim(MACRO).environment.model_copy(update=changes)


def documents():
    return [
        Document(id=i, text=text, spans=[Span(start=s, end=e, label=n) for s, e, n in found])
        for i, text, found in LINES
    ]


def same_data(ledger):
    return {"test": Split([], ledger.claim(MACRO).data)}


def other_data():
    return {"test": Split([], DataSet(id="invented", sha256="00" * 32, documents=1))}


def measured(values, **waited):
    """Numbers by the text of their ids."""
    return Measured({ClaimId.parse(text): value for text, value in values.items()}, **waited)


def texts(values):
    return {str(claim_id): value for claim_id, value in values.items()}


def verdict(ledger, claim_id, value, splits, here):
    """What comes of the number `value` for one claim."""
    [row] = [
        row for row in compare(ledger, measured({claim_id: value}), splits, here) if row.claim == claim_id
    ]
    return row


def stated(ledger, claim_id):
    return ledger.claim(claim_id).value


def test_scores_are_those_counted_by_hand(folder):
    score = ClaimId("m", variant="int8", split="test", metric="f1")
    here = texts(scores(score, load(folder), documents(), LABELS, lambda line: None))

    chemical, disease, kinds = (f"m.int8.test.{group}" for group in ("chemical", "disease", "errors"))
    assert (here[f"{chemical}.precision"], here[f"{chemical}.recall"]) == (1, pytest.approx(2 / 3))
    assert (here[f"{disease}.precision"], here[f"{disease}.recall"]) == (pytest.approx(2 / 3), 1)
    assert here["m.int8.test.macro.f1"] == pytest.approx(0.8)
    assert here[f"{kinds}.missed"] == here[f"{kinds}.spurious"] == 1
    assert here[f"{kinds}.correct"] == 4


def test_every_kind_of_claim_is_measured(finished_run, ledger):
    given = {"test": Split(documents(), other_data()["test"].data)}

    here = texts(measure(finished_run / "models" / "student", ledger, given, lambda line: None).values)

    file = finished_run / "models" / "student" / "onnx" / "model_quantized.onnx"
    assert here["student.int8.bytes"] == file.stat().st_size
    assert here["student.parameters"] == stated(ledger, "student.parameters")
    assert here["corpus.test.documents"] == 3
    assert here["corpus.test.chemical.mentions"] == 3
    assert here[MACRO] == here["student.fp32.test.macro.f1"] == pytest.approx(0.8)
    assert here["student.int8.vs.student.fp32.macro.f1_difference"] == 0


def test_the_bare_model_is_measured_beside_the_system(finished_run, ledger, tmp_path):
    folder = shutil.copytree(finished_run / "models" / "student", tmp_path / "student")
    state(folder, rules=["placeholders"], temperature=2)
    text = "[** Aspirin **] caused renal failure."
    spans = [Span(start=23, end=36, label="Disease")]
    given = {"test": Split([Document(id="1", text=text, spans=spans)], other_data()["test"].data)}

    here = texts(measure(folder, ledger, given, lambda line: None).values)

    assert here["student.int8.test.micro.f1"] == 1
    assert here["student.int8.bare.test.micro.f1"] == pytest.approx(2 / 3), "it takes the placeholder too"
    gained = here[MACRO] - here["student.int8.bare.test.macro.f1"]
    assert here["student.int8.bare.test.macro.f1_difference"] == gained
    errors = [here[f"student.int8.{part}test.calibration.ece"] for part in ("uncalibrated.", "")]
    assert 0 < errors[0] < errors[1], "all that is found is right, and a temperature above 1 lowers scores"


def test_sparsity_is_the_share_of_zeros_in_linear_layers(tmp_path):
    path = tmp_path / "model.safetensors"
    layer = np.array([[0, 1], [0, 2]], dtype=np.float32)
    others = {"embeddings.weight": layer * 0, "classifier.weight": layer * 0, "layer.bias": layer[0] * 0}
    save_file({"layer.weight": layer, **others}, path)

    assert sparsity(path) == 0.5


@pytest.mark.parametrize(
    ("claim_id", "changes", "apart", "expected"),
    [
        (MACRO, {}, 0.00004, "holds"),
        (MACRO, {}, 0.0001, "differs"),
        (MACRO, {"isa": "avx2"}, 0.0029, "holds"),
        (MACRO, {"isa": "avx2"}, -0.0031, "differs"),
        ("student.int8.test.macro.precision", {"isa": "avx2"}, 0.0059, "holds"),
        ("student.int8.test.macro.precision", {"isa": "avx2"}, 0.0061, "differs"),
        ("student.int8.bytes", {"isa": "avx2"}, 1, "differs"),
        ("student.parameters", {"isa": "avx2"}, -1, "differs"),
        ("corpus.test.documents", {"isa": "avx2"}, 1, "differs"),
        ("student.sparsity", {}, 0.001, "differs"),
    ],
)
def test_a_number_holds_within_what_its_machine_allows(ledger, claim_id, changes, apart, expected):
    value = stated(ledger, claim_id) + apart
    row = verdict(ledger, claim_id, value, same_data(ledger), machine(ledger, **changes))
    assert row.verdict == expected


def test_another_version_of_onnx_runtime_is_another_machine(ledger):
    here = machine(ledger, versions={"onnxruntime": "1.0.0"})
    assert verdict(ledger, MACRO, stated(ledger, MACRO) + 0.002, same_data(ledger), here).verdict == "holds"


@pytest.mark.parametrize(("apart", "expected"), [(0.017, "holds"), (0.019, "differs")])
def test_on_other_data_only_the_interval_counts(ledger, apart, expected):
    row = verdict(ledger, MACRO, stated(ledger, MACRO) + apart, other_data(), machine(ledger))

    assert row.verdict == expected
    assert row.tolerance is None
    assert "other data" in row.remark


def test_whether_it_lies_in_the_interval_is_said_beside_the_verdict(ledger):
    claims = tuple(
        claim.model_copy(update={"interval": Interval(low=0, high=0.1, method="none")})
        if str(claim.id) == MACRO
        else claim
        for claim in ledger.claims
    )
    odd = ledger.model_copy(update={"claims": claims})

    row = verdict(odd, MACRO, stated(ledger, MACRO), same_data(ledger), machine(ledger))

    assert (row.verdict, row.in_interval) == ("holds", False)


def test_a_count_of_other_data_is_not_compared(ledger):
    row = verdict(ledger, "corpus.test.documents", 7, other_data(), machine(ledger))
    assert (row.verdict, row.here) == ("not measured", 7)


@pytest.mark.parametrize(
    ("factor", "changes", "expected"),
    [(1.9, {}, "holds"), (0.6, {}, "holds"), (2.1, {}, "differs"), (1, {"isa": "avx2"}, "not measured")],
)
def test_speed_is_compared_as_a_ratio_on_the_same_kind_of_machine(ledger, factor, changes, expected):
    slow, fast = (f"student.{variant}.latency.128.median" for variant in ("fp32", "int8"))
    ratio = stated(ledger, slow) / stated(ledger, fast)

    rows = compare(ledger, measured({slow: ratio * factor, fast: 1.0}), {}, machine(ledger, **changes))

    [row] = [row for row in rows if row.claim == f"speed_up({slow}, {fast})"]
    assert row.stated == pytest.approx(ratio)
    assert row.verdict == expected


@pytest.mark.parametrize(
    ("factor", "waited", "expected"),
    [(5, 0.1, "differs"), (5, 0.6, "not measured"), (1, 0.6, "not measured"), (1, 0.1, "holds")],
)
def test_on_a_busy_machine_speed_is_neither_confirmed_nor_refuted(ledger, factor, waited, expected):
    slow, fast = (f"student.{variant}.latency.128.median" for variant in ("fp32", "int8"))
    ratio = factor * stated(ledger, slow) / stated(ledger, fast)
    here = measured({slow: ratio, fast: 1.0}, waited={128: waited})

    rows = compare(ledger, here, {}, machine(ledger))

    [row] = [row for row in rows if row.claim == f"speed_up({slow}, {fast})"]
    assert row.verdict == expected
    assert row.here == pytest.approx(ratio)
    assert ("not comparable here" in row.remark) == (expected == "not measured")


def test_a_speed_that_was_claimed_on_a_busy_machine_is_compared_with_nothing(ledger):
    slow, fast = (f"student.{variant}.latency.128.median" for variant in ("fp32", "int8"))
    busy = [c.model_copy(update={"disturbed": 1.4}) if c.id.text == slow else c for c in ledger.claims]

    rows = compare(
        ledger.model_copy(update={"claims": tuple(busy)}),
        measured({slow: 9.0, fast: 1.0}),
        {},
        machine(ledger),
    )

    assert not [row for row in rows if row.claim == f"speed_up({slow}, {fast})"]
    assert [row for row in rows if row.claim.startswith("speed_up(")]  # at the other length
    [row] = [row for row in rows if row.claim == slow]
    assert row.verdict == "not measured"
    assert "disturbed by other programs" in row.remark


def test_every_file_is_timed_in_turn_with_how_long_it_waited(finished_run, ledger, monkeypatch):
    def timed(taggers, texts, length, repeats):
        times = {variant: np.full(repeats, number + 1.0) for number, variant in enumerate(taggers)}
        return latency.Timing(times, 0.4)

    monkeypatch.setattr(remeasure.latency, "measure", timed)
    monkeypatch.setattr(remeasure, "load", lambda folder, **options: SimpleNamespace(window=128))

    here = measure(finished_run / "models" / "student", ledger, {}, lambda line: None)

    assert here.waited == {128: 0.4}
    times = {text: value for text, value in texts(here.values).items() if ".latency." in text}
    assert times == {"student.fp32.latency.128.median": 1, "student.int8.latency.128.median": 2}


def test_what_is_not_measured_says_why(ledger):
    why = {row.claim: row.remark for row in compare(ledger, measured({}), {}, machine(ledger))}

    assert "of the model teacher" in why["teacher.fp32.test.macro.f1"]
    assert "need the test documents" in why[MACRO]
    assert "another repository" in why["student.int8.vs.teacher.fp32.macro.f1_difference"]
    assert "belong to a machine" in why["student.int8.latency.128.p95"]
    assert "do not give" in why["student.training.seconds"]
    assert not any(".setting." in claim for claim in why)


def test_one_file_is_read_by_its_name_and_the_model_s_types(corpus):
    split = evaluation_data.read_data([f"mine={corpus}"], LABELS, None, hub=None)["test"]

    assert [document.id for document in split.documents] == ["1", "2", "3"]
    assert (split.data.id, split.data.documents) == ("mine", 3)
    assert split.documents == documents()


def test_types_match_whatever_their_case_and_others_are_left_out(corpus):
    corpus.write_text(corpus.read_text().replace('"Disease"', '"DISEASE"'), encoding="utf-8")

    split = evaluation_data.read_data([f"mine={corpus}"], ("Disease",), None, hub=None)["test"]

    assert {span.label for document in split.documents for span in document.spans} == {"Disease"}


def test_a_recipe_s_corpus_is_read_as_the_recipe_says(ledger, corpus, tmp_path):
    """Its guard set apart, its files by their names: `smoke` is one of ours."""
    lines = corpus.read_text().splitlines()
    (tmp_path / "test.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    many = (lines[0].replace('"1"', f'"{number}"') for number in range(10, 30))
    (tmp_path / "development.jsonl").write_text("\n".join(many) + "\n", encoding="utf-8")
    smoke = ledger.model_copy(update={"recipe": "smoke"})

    splits = evaluation_data.read_data([f"smoke={tmp_path}"], LABELS, smoke, hub=None)

    assert {name: len(split.documents) for name, split in splits.items()} == {
        "test": 1, "guard": 15, "development": 5,
    }  # fmt: skip


def read_given(given: list[str]) -> None:
    """As the command does it."""
    evaluation_data.check_given(given)
    evaluation_data.read_data(given, LABELS, None, hub=None)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("notes.jsonl", "takes NAME=PATH"),
        ("mine=/nowhere/notes.jsonl", "is not here"),
        ("mine=nowhere", "is not here"),
        ("mine={folder}", "give the one file to measure on"),
        ("mine={folder}/odd.xyz", "its format does not show in its name"),
        ("mine={folder}/broken.jsonl", "broken place"),
        ("mine={folder}/genes.jsonl", "none of the model's"),
        ("mine=", "NAME is the ledger's name of the data, or any of your own"),
        ("mine={folder}/gene.jsonl", r"is not here \(.* holds broken.jsonl, empty.jsonl, genes.jsonl"),
        ("mine=no/such/data", "A Hub data set is written OWNER/NAME"),
        ("mine={folder}/empty.jsonl", "is empty. Give a file with labelled documents"),
        ("mine={folder}/texts.jsonl", "holds 1 documents and no mention to compare with"),
    ],
)
def test_data_that_cannot_be_read_says_what_to_give(option, message, tmp_path):
    (tmp_path / "odd.xyz").write_text("what is it?", encoding="utf-8")
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "texts.jsonl").write_text('{"id": "1", "text": "BRCA1"}', encoding="utf-8")
    (tmp_path / "broken.jsonl").write_text("{", encoding="utf-8")
    gene = {"id": "1", "text": "BRCA1", "entities": [{"start": 0, "end": 5, "label": "Gene"}]}
    (tmp_path / "genes.jsonl").write_text(json.dumps(gene), encoding="utf-8")

    given = [option.format(folder=tmp_path)]
    with pytest.raises(PublishError, match=message):
        read_given(given)


@pytest.fixture
def tables(tmp_path):
    """A data set as the Hub stores most: a folder of tables (its content is read by `datasets`)."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test-00000.parquet").touch()
    return tmp_path


def test_tables_are_read_as_the_corpora_are(tables, monkeypatch):
    asked = []
    monkeypatch.setattr(
        evaluation_data.corpora.formats.hub, "read", lambda *place: asked.append(place) or documents()
    )

    split = evaluation_data.read_data([f"mine={tables}"], LABELS, None, hub=None)["test"]

    assert asked == [(tables, None, "test")]
    assert split.documents == documents()


def test_tables_without_a_test_split(tables, monkeypatch):
    def refuse(*place):
        raise evaluation_data.CorpusError(
            "split 'test': Unknown split \"test\". Should be one of ['train', 'dev'].; --data"
        )

    monkeypatch.setattr(evaluation_data.corpora.formats.hub, "read", refuse)

    with pytest.raises(PublishError, match="has no split 'test', which is measured on, but 'train', 'dev'"):
        evaluation_data.read_data([f"mine={tables}"], LABELS, None, hub=None)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("other.jsonl", "holds none of train.jsonl, development.jsonl, test.jsonl; there is other.jsonl"),
        ("test.jsonl", "test.jsonl: is empty"),
    ],
)
def test_a_recipe_s_corpus_that_cannot_be_read_says_what_is_there(ledger, tmp_path, file, message):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / file).touch()
    smoke = ledger.model_copy(update={"recipe": "smoke"})

    with pytest.raises(PublishError, match=message):
        evaluation_data.read_data([f"smoke={folder}"], LABELS, smoke, hub=None)


def test_a_name_that_the_ledger_does_not_know_is_told(ledger):
    smoke = ledger.model_copy(update={"recipe": "smoke"})

    assert evaluation_data.unknown_names(["invented=x", "smoke=y"], smoke) == ""
    assert "--data invnted: the ledger's numbers are on invented." in evaluation_data.unknown_names(
        ["invnted=x"], ledger
    )


def test_tables_need_a_package_that_is_named(tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)  # as where it is not installed

    with pytest.raises(PublishError, match="needs the package 'datasets'"):
        evaluation_data.read_data([f"mine={tables}"], LABELS, None, hub=None)

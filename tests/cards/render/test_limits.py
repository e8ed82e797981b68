"""Each line of a card's limits follows from what the ledger has, or has not: both ways, for each."""

import json
import re
from pathlib import Path

import pytest
import tiny_ledger
from random_ledgers import random_ledger

from cards.ledger import Claim, FolderLedger, read_folder_ledger
from cards.ledger.licences import conflict, kind
from cards.lint import examine
from cards.render.card_map import Numbers
from cards.render.rendering import fill


def ledger_of(student: Path) -> FolderLedger:
    return read_folder_ledger(student / "ledger.json")


def limits(ledger: FolderLedger) -> dict[str, str]:
    """Title of each line -> what it says."""
    number, repos = Numbers(ledger), {name: name for name in (*ledger.models, *ledger.datasets)}
    template = "limits.md.j2" if ledger.models else "corpus-limits.md.j2"
    text, _ = number.place(fill(template, ledger, repos, number))
    return dict(re.findall(r"^- \*\*(.+?)\*\* (.+)$", text, re.MULTILINE))


def titles(ledger: FolderLedger) -> set[str]:
    return set(limits(ledger))


def copied(ledger: FolderLedger, claim_id: str, **changed) -> FolderLedger:
    """The ledger with a copy of a claim, changed."""
    claim = Claim(**dict(ledger.claim(claim_id)) | changed)
    return ledger.model_copy(update={"claims": (*ledger.claims, claim)})


def changed(ledger: FolderLedger, part: str, **fields) -> FolderLedger:
    """The ledger with fields of every claim changed whose id holds `part`."""
    claims = [claim.model_copy(update=fields) if part in claim.id.text else claim for claim in ledger.claims]
    return ledger.model_copy(update={"claims": tuple(claims)})


def notes(ledger: FolderLedger) -> FolderLedger:
    data = tiny_ledger.DATA.model_copy(update={"genre": "clinical-notes"})
    return changed(ledger, ".test.macro.f1", data=data)


def external(ledger: FolderLedger) -> FolderLedger:
    other = tiny_ledger.DATA.model_copy(update={"id": "elsewhere"})
    for variant in ("fp32", "int8"):
        for group in ("macro", "micro", "chemical", "disease"):
            for metric in ("f1", "precision", "recall"):
                claim = f"student.{variant}.test.{group}.{metric}"
                ledger = copied(ledger, claim, id=claim.replace("test", "elsewhere:x"), data=other)
    return ledger


def two_languages(ledger: FolderLedger) -> FolderLedger:
    model = ledger.models["student"].model_copy(update={"languages": ("en", "de")})
    return ledger.model_copy(update={"models": {**ledger.models, "student": model}})


def read_back(ledger: FolderLedger) -> FolderLedger:
    model = ledger.models["student"].model_copy(update={"weights_from": "onnx/model_quantized.onnx"})
    return ledger.model_copy(update={"models": {**ledger.models, "student": model}})


def other_machine(ledger: FolderLedger) -> FolderLedger:
    here = tiny_ledger.ENVIRONMENT.model_copy(update={"cpu": "Another", "isa": "avx2"})
    return copied(ledger, "student.int8.test.macro.f1", id="student.int8.again.test", environment=here)


def without(part: str):
    return lambda ledger: ledger.model_copy(
        update={"claims": tuple(claim for claim in ledger.claims if part not in claim.id.text)}
    )


def with_claim(claim_id: str):
    return lambda ledger: copied(ledger, "student.training.seconds", id=claim_id)


def wide(ledger: FolderLedger) -> FolderLedger:
    interval = ledger.claim("student.fp32.test.macro.f1").interval
    return changed(ledger, "student.fp32.test.macro.f1", interval=interval.model_copy(update={"low": 0.1}))


CASES = {
    "No clinical notes.": (None, notes),
    "No external data.": (None, external),
    "One language.": (None, two_languages),
    "FP32 weights read back.": (read_back, None),
    "Small test.": (None, lambda ledger: changed(ledger, ".test.macro.f1", n=5000)),
    "Wide intervals.": (wide, None),
    "A test split seen before.": (lambda ledger: ledger.model_copy(update={"test_evaluations": 12}), None),
    "No guard documents.": (without(".guard."), None),
    "Calibration was not measured.": (None, with_claim("student.int8.test.calibration.ece")),
    "One training run.": (with_claim("student.setting.seed"), None),
    "One machine.": (None, other_machine),
    "INT8 on one instruction set.": (None, other_machine),
    "Speed was not measured.": (without(".latency."), None),
    "Speed was disturbed.": (lambda ledger: changed(ledger, ".latency.128.", disturbed=1.4), None),
    "Energy was not measured.": (None, with_claim("student.training.energy")),
}


@pytest.mark.parametrize("title", CASES)
def test_a_line_stands_there_when_it_holds_and_only_then(student, title):
    when, unless = (change or (lambda ledger: ledger) for change in CASES[title])
    assert title in titles(when(ledger_of(student)))
    assert title not in titles(unless(ledger_of(student)))


@pytest.mark.parametrize(
    ("genre", "said"),
    [(None, "is said to be a clinical note"), ("abstracts", "measured on abstracts, not on clinical notes")],
)
def test_what_the_texts_are_is_said_as_far_as_it_is_known(student, genre, said):
    data = tiny_ledger.DATA.model_copy(update={"genre": genre})
    ledger = changed(ledger_of(student), ".test.macro.f1", data=data)
    assert said in limits(ledger)["No clinical notes."]


def test_every_line_has_a_case(student):
    disturbed = changed(ledger_of(student), ".latency.", disturbed=1.4)
    assert "Speed was disturbed." in titles(disturbed)
    bare = without(".latency.")(
        without(".guard.")(with_claim("student.setting.seed")(wide(read_back(ledger_of(student)))))
    )
    assert titles(bare.model_copy(update={"test_evaluations": 12})) == set(CASES) - {"Speed was disturbed."}


def corpus_with(*parts: str) -> FolderLedger:
    """An invented corpus's ledger that has a claim with each of these parts in its id."""
    return next(
        ledger
        for ledger in (random_ledger(seed) for seed in range(3, 400, 4))
        if all(any(part in claim.id.text for claim in ledger.claims) for part in parts)
    )


@pytest.mark.parametrize(
    ("part", "title"),
    [
        (".gold.", "Not compared with people's labels."),
        (".agreement.", "Agreement was not measured."),
        (".llm.hallucinated", "Invented strings were not counted."),
    ],
)
def test_a_corpus_says_what_was_not_measured(part, title):
    ledger = corpus_with(part)
    assert title not in titles(ledger)
    assert title in titles(without(part)(ledger))


@pytest.mark.parametrize(
    ("own", "upstream", "severity"),
    [
        ("apache-2.0", "mit", None),
        ("mit", "public-domain", None),
        ("cc-by-4.0", "cc0-1.0", None),
        ("apache-2.0", "cc-by-nc-4.0", "error"),
        ("cc-by-sa-4.0", "cc-by-nc-sa-4.0", "error"),
        ("cc-by-nc-sa-4.0", "cc-by-nc-sa-4.0", None),
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", "error"),
        ("apache-2.0", "cc-by-sa-4.0", "error"),
        ("gpl-3.0", "cc-by-sa-4.0", "warning"),
        ("mit", "cc-by-nd-4.0", "error"),
        ("other", "cc-by-nc-4.0", "warning"),
        ("apache-2.0", "PhysioNet data use agreement", "warning"),
        ("apache-2.0", "llama3.1", "warning"),
        ("apache-2.0", "my own", "warning"),
    ],
)
def test_what_one_licence_allows_of_another(own, upstream, severity):
    found = conflict(own, upstream)
    assert (found.severity if found else None) == severity


def test_a_data_use_agreement_is_custom_terms():
    assert kind("UMLS license, SNOMED CT") == "custom terms"
    assert kind("something") == "unknown"


@pytest.mark.parametrize(("use", "found"), [("soft labels", 1), ("test", 0), ("external test", 0)])
def test_a_licence_conflict_is_a_finding_unless_a_corpus_was_only_measured_on(student, use, found):
    path = student / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    ledger["sources"][1] |= {"license": "cc-by-nc-4.0", "use": use}
    path.write_text(json.dumps(ledger), encoding="utf-8")
    conflicts = [f for f in examine(student / "README.md").findings if f.rule == "licence.conflict"]
    assert [finding.severity for finding in conflicts] == ["error"] * found

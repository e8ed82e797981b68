"""Findings as text, JSON and SARIF, and the list of rules."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from cards.cli import main
from cards.lint import Finding, Place, Report, all_rules, examine
from cards.lint.output import FORMATS

CARD = Path(__file__).parent / "coral.md"

# What SARIF 2.1.0 asks of the parts that are written here (sections 3.13 to 3.52 of the specification).
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {
            "type": "object",
            "properties": {"level": LEVEL, "enabled": {"type": "boolean"}},
        },
    },
}
PLACE = {
    "type": "object",
    "required": ["artifactLocation"],
    "additionalProperties": False,
    "properties": {
        "artifactLocation": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "uri": {"type": "string", "pattern": r"^(?![a-z]+:|/)[\w.~%/+@=-]+$"},
                "uriBaseId": {"type": "string"},
            },
        },
        "region": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "startColumn": {"type": "integer", "minimum": 1},
            },
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {"type": "object", "properties": {"physicalLocation": PLACE}},
        },
    },
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "additionalProperties": False,
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "properties": {
                "driver": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"rules": {"type": "array", "items": RULE, "uniqueItems": True}},
                }
            },
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
        "properties": {"type": "object"},
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
}


@pytest.fixture
def card(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b").mkdir()
    return Path(shutil.copy(CARD, tmp_path / "a b" / "card.md"))


def test_text_is_one_line_a_finding_by_place(card, capsys):
    assert main(["lint", str(card)]) == 1
    captured = capsys.readouterr()
    report = examine(card)
    assert captured.out.splitlines() == [str(finding) for finding in report.findings]
    lines = [finding.place.line for finding in report.findings]
    assert lines == sorted(lines)
    assert f"{len(report.errors)} errors" in captured.err


def test_json(card, capsys):
    assert main(["lint", str(card), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    counts = (report["errors"], report["warnings"])
    assert sum(counts) == len(report["findings"])
    assert (report["schema_version"], report["target"], report["commit"]) == (2, str(card), None)
    assert report["findings"][-1].keys() == {*("severity", "rule", "file", "line", "column", "message")}


def test_sarif_is_what_the_specification_asks_for(card, capsys):
    assert main(["lint", str(card), "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    report = examine(card)
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        f.rule for f in report.findings
    ]
    assert [result["level"] for result in run["results"]] == [f.severity for f in report.findings]
    place = run["results"][-1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b/card.md"}
    last = report.findings[-1].place
    assert place["region"] == {"startLine": last.line, "startColumn": last.column}


@pytest.mark.parametrize(
    ("target", "base", "commit", "file", "location"),
    [
        ("me/reef", "me/reef", "0f" * 20, "me/reef/README.md", {"uri": "README.md", "uriBaseId": "TARGET"}),
        ("/elsewhere/x", "/elsewhere/x", None, "/elsewhere/x/a.md", {"uri": "a.md", "uriBaseId": "TARGET"}),
        ("x", "x", None, "x/README.md", {"uri": "x/README.md"}),
    ],
)
def test_sarif_names_files_relative(target, base, commit, file, location):
    finding = Finding("error", "file.readable", Place(file), "no card")
    log = json.loads(FORMATS["sarif"](Report(target, base, commit, (finding,))))
    jsonschema.validate(log, SARIF)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": location}


def test_no_finding_is_an_empty_report(tmp_path, capsys):
    (tmp_path / "card.md").write_text("---\nlicense: mit\n---\n# A card\n")
    for name in FORMATS:
        assert main(["lint", str(tmp_path / "card.md"), "--format", name]) == 0
    assert '"results"' in capsys.readouterr().out


def test_rules_are_listed_with_what_must_hold(capsys):
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.id for rule in all_rules()]
    assert all(line.split()[1] in ("error", "warning", "preview") for line in lines)

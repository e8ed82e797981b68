"""Reports as text, JSON and SARIF 2.1.0.

The JSON is one object; keys are added over time, never renamed:

    {"schema_version": 2, "target": "me/model", "commit": "0f1e..." or null, "errors": 1, "warnings": 0,
     "findings": [{"severity": "error", "rule": "labels.id", "file": "me/model/README.md",
                   "line": 12, "column": 5, "message": "..."}]}

`line` and `column` begin at 1 and are null where a finding is about a whole file.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePath
from urllib.parse import quote

from .registry import Rule, all_rules
from .report import Finding, Place, Report

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "TARGET"  # the folder or repository, where SARIF names files relative to it


def as_text(report: Report) -> str:
    """One line a finding: severity, rule, place, what is wrong."""
    return "".join(f"{finding}\n" for finding in report.findings)


def as_json(report: Report) -> str:
    """The object that this module's description shows."""
    data = {
        "schema_version": 2,
        "target": report.target,
        "commit": report.commit,
        "errors": len(report.errors),
        "warnings": len(report.findings) - len(report.errors),
        "findings": [
            {"severity": each.severity, "rule": each.rule, **asdict(each.place), "message": each.message}
            for each in report.findings
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_sarif(report: Report) -> str:
    """A SARIF log, as code scanning services read it; files are named relative to the target."""
    numbers = {rule.id: number for number, rule in enumerate(all_rules())}
    driver = {"name": "clinstill-cards-lint", "rules": [_descriptor(rule) for rule in all_rules()]}
    run: dict[str, object] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, numbers) for finding in report.findings],
    }
    if report.commit:
        run["properties"] = {"repository": report.base, "commit": report.commit}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "sarif": as_sarif}


def _descriptor(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity, "enabled": not rule.preview},
    }


def _result(finding: Finding, report: Report, numbers: dict[str, int]) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": _location(finding.place, report)}
    if finding.place.line is not None:
        place["region"] = {"startLine": finding.place.line, "startColumn": finding.place.column or 1}
    return {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }


def _location(place: Place, report: Report) -> dict[str, str]:
    """A file relative to where the command was run, as code scanning expects; relative to the target where
    it lies elsewhere."""
    path, base = PurePath(place.file), PurePath(report.base)
    if not report.commit and (path.is_relative_to(Path.cwd()) or not path.is_absolute()):
        inside = path.relative_to(Path.cwd()) if path.is_absolute() else path
        return {"uri": quote(inside.as_posix())}
    return {"uri": quote(path.relative_to(base).as_posix()), "uriBaseId": BASE}

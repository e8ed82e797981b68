"""Findings as text, JSON and SARIF 2.1.0.

The JSON is one object; keys are added over time, never renamed:

    {"schema_version": 1, "target": "me/model", "commit": "0f1e..." or null,
     "errors": 1, "warnings": 0, "notes": 0,
     "findings": [{"severity": "error", "rule": "ratio.retention", "file": "me/model/README.md",
                   "line": 12, "column": 5, "item": "", "found": "...", "right": "..."}]}

`line` and `column` begin at 1 and are null where a finding is about a whole file. `item` is the field or
claim that it is about.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path, PurePath
from urllib.parse import quote

from . import Report
from .finding import Finding, RuleInfo

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "TARGET"  # the folder or repository, where SARIF names files relative to it


def as_text(report: Report, rules: Iterable[RuleInfo]) -> str:  # noqa: ARG001 (the formats share a shape)
    """One line a finding: severity, rule, place, what was found, what would be right."""
    return "".join(f"{finding}\n" for finding in report.findings)


def as_json(report: Report, rules: Iterable[RuleInfo]) -> str:  # noqa: ARG001
    """The object that this module's description shows."""
    data = {
        "schema_version": 1,
        "target": report.target,
        "commit": report.commit,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "notes": report.count("note"),
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_sarif(report: Report, rules: Iterable[RuleInfo]) -> str:
    """A SARIF log, as code scanning services read it; files are named relative to the target."""
    listed = list(rules)
    numbers = {info.id: number for number, info in enumerate(listed)}
    driver = {
        "name": "clinstill-cards-lint",
        "rules": [_descriptor(info) for info in listed],
    }
    run: dict = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, numbers) for finding in report.findings],
    }
    if report.commit:
        run["properties"] = {"repository": report.base, "commit": report.commit}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Report, Iterable[RuleInfo]], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
}


def _descriptor(info: RuleInfo) -> dict:
    return {
        "id": info.id,
        "shortDescription": {"text": info.holds},
        "defaultConfiguration": {"level": info.severity},
    }


def _result(finding: Finding, report: Report, numbers: dict[str, int]) -> dict:
    place: dict = {"artifactLocation": _location(finding, report)}
    if finding.line is not None:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
    return {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }


def _location(finding: Finding, report: Report) -> dict:
    """A file relative to where the command was run, as code scanning expects; relative to the target where
    it lies elsewhere."""
    path, base = PurePath(finding.file), PurePath(report.base)
    if not report.commit and (path.is_relative_to(Path.cwd()) or not path.is_absolute()):
        inside = path.relative_to(Path.cwd()) if path.is_absolute() else path
        return {"uri": quote(inside.as_posix())}
    return {"uri": quote(path.relative_to(base).as_posix()), "uriBaseId": BASE}

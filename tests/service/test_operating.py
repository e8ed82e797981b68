"""docs/operating.md says what is so: settings, metrics, reasons."""

import re
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from space.service.monitoring.health import TOLERANCE
from space.service.monitoring.prometheus import REASONS
from space.service.settings import Settings, shown

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def column(heading: str, number: int) -> list[str]:
    """One column of the table under a heading, `|` and head left out."""
    part = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [row[number].strip() for row in rows[2:]]


def test_every_setting_stands_with_its_default():
    stated = dict(zip(column("Settings", 0), column("Settings", 1), strict=True))
    for field in fields(Settings):
        assert stated[f"`CLINSTILL_{field.name.upper()}`"] == shown(field.default)
    named = {name for names in stated for name in re.findall(r"CLINSTILL_(\w+)", names)}
    assert named == {field.name.upper() for field in fields(Settings)} | {"STUDENT", "TEACHER"}


def test_every_metric_stands(running_space):
    answer = httpx.post(f"{running_space.url}/v1/entities", json={"text": "Aspirin."}, trust_env=False)
    assert answer.status_code == 200
    page = httpx.get(f"{running_space.url}/metrics", trust_env=False).text
    families = {family.name: family for family in text_string_to_metric_families(page)}
    ours = {name for name in families if name.startswith("clinstill_")}
    stated = {name for cell in column("Metrics", 0) for name in re.findall(r"`(\w+)`", cell)}
    assert {name.removesuffix("_total") for name in stated} == ours
    for cell, labels in zip(column("Metrics", 0), column("Metrics", 1), strict=True):
        name = re.findall(r"`(\w+)`", cell)[0].removesuffix("_total")
        exported = {label for sample in families[name].samples for label in sample.labels} - {"le"}
        assert exported == set(re.findall(r"`(\w+)`", labels)), name


def test_every_reason_stands():
    assert {cell.strip("`") for cell in column("Errors", 2)} - {"not a rejection"} == REASONS


@pytest.mark.parametrize("number", [f"within {TOLERANCE}", "at most `CLINSTILL_DRAIN_S`"])
def test_numbers_are_those_of_the_code(number):
    assert number in TEXT


def test_files_that_it_names_exist():
    for path in re.findall(r"`((?:space|deploy|examples)/[\w./-]+)`", TEXT):
        assert (ROOT / path).exists(), path

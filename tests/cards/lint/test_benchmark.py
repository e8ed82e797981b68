"""The benchmark over real cards, and what its readings say of the rules."""

import json
from pathlib import Path

import lint_benchmark
import pytest
from lint_benchmark import PRECISION, Precision

from cards.lint import all_rules
from cards.lint.input.card import Card

BROKEN = "---\nlicense: mit\ntags: ner\n---\n# A model\n"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "broken.md").write_text(BROKEN)
    (folder / "good.md").write_text(BROKEN.replace("ner", "[ner]"))
    return folder


def test_findings_are_counted_by_rule(cards, capsys):
    assert lint_benchmark.main([str(cards)]) == 0
    printed = capsys.readouterr().out
    assert "front-matter.field                       error           1      1     50.00%" in printed
    assert "cards with a finding of severity error: 1 of 2" in printed
    assert "crashes: 0" in printed


def test_a_crash_is_shown_and_fails(cards, capsys, monkeypatch):
    monkeypatch.setattr(lint_benchmark, "examine", lambda *_, **__: 1 / 0)
    assert lint_benchmark.main([str(cards)]) == 1
    assert "a/broken.md: ZeroDivisionError" in capsys.readouterr().out


def test_verdicts_on_a_sample_are_recorded(cards, tmp_path, capsys, monkeypatch):
    lint_benchmark.main([str(cards), "--select", "front-matter", "--sample", "5"])
    sample = capsys.readouterr().out
    assert sample.startswith("?\tfront-matter.field\ta/broken.md:3\t")
    (tmp_path / "read.tsv").write_text(sample.replace("?", "wrong", 1) + sample)
    monkeypatch.setattr(lint_benchmark, "PRECISION", tmp_path / "precision.json")
    (tmp_path / "precision.json").write_text("{}")
    lint_benchmark.main([str(cards), "--record", str(tmp_path / "read.tsv"), "--source", "me/cards/models"])
    recorded = json.loads((tmp_path / "precision.json").read_text())
    assert recorded["sources"]["me/cards/models"] == {"cards": 2, "findings": {"front-matter.field": 1}}
    verdicts = recorded["rules"]["front-matter.field"]
    assert (verdicts["read"], verdicts["right"]) == (1, 0)
    assert verdicts["wrong"] == ["me/cards/models/a/broken.md"]


@pytest.mark.parametrize("rule", [rule.id for rule in all_rules() if rule.reads is Card and not rule.preview])
def test_a_rule_on_by_default_is_right_on_real_cards(rule):
    """Of what it finds there 20 findings were read, or all, and at least 95% were right."""
    precision = Precision.model_validate_json(PRECISION.read_text("utf-8"))
    found = sum(source.findings.get(rule, 0) for source in precision.sources.values())
    if not found:
        return  # not seen: real cards break it so seldom that nobody can say more
    verdicts = precision.rules[rule]
    assert verdicts.read >= min(found, 20)
    assert verdicts.read == len(verdicts.cards)
    assert verdicts.right == verdicts.read - len(verdicts.wrong) >= 0.95 * verdicts.read

"""Whole cards that others might have written: the bad ones are found out, the good ones draw no error."""

from pathlib import Path

import pytest

from cards.lint import lint
from cards.lint.statements import STATEMENT_RULES
from cards.reading import read

ROOT = Path(__file__).parents[2]
CARDS = Path(__file__).parent / "cards_of_others"

# The rules that each bad card breaks, one for each contradiction written into it.
BAD = {
    "clinical_ember": {
        "aggregate.macro",
        "ratio.retention",
        "ratio.speed-up",
        "value.ratio",
        "value.parameters",
        "value.score",
        "order.median-below-min",
        "order.below-min",
        "count.splits",
        "count.types",
        "words.no-loss",
        "words.faster",
        "words.extreme",
        "words.moved",
        "value.sparsity",
        "value.twins",
        "count.parts",
        "claim.machine",
    },
    "prose_only": {
        "aggregate.macro",
        "score.harmonic",
        "ratio.retention",
        "ratio.reduction",
        "ratio.speed-up",
        "value.latency",
        "value.score",
        "order.median-below-min",
        "range.share",
        "count.splits",
        "size.parameters",
        "size.quantized-larger",
        "words.no-loss",
        "claim.machine",
    },
    "turbofish": {
        "value.parameters",
        "value.size",
        "ratio.retention",
        "ratio.speed-up",
        "score.harmonic",
        "interval.value",
        "count.shares",
        "size.quantized-larger",
        "words.no-loss",
    },
    "german_commas": {"score.harmonic", "ratio.retention", "ratio.speed-up"},
    "transposed": {"score.harmonic", "size.unlike", "order.percentiles", "ratio.speed-up"},
    "html_table": {"aggregate.macro", "words.best"},
    "trainer": {"score.harmonic", "range.share", "claim.dataset"},
    "marketing": {"ratio.reduction", "words.faster", "words.no-loss"},
    "abstract": {
        "interval.value",
        "ratio.retention",
        "ratio.reduction",
        "ratio.speed-up",
        "count.splits",
    },
    "release_notes": {"ratio.change", "value.latency", "size.quantized-larger"},
    "questions": {"count.shares", "order.percentiles", "count.splits", "ratio.retention", "value.parameters"},
    "template_sections": {
        "value.parameters",
        "size.parameters",
        "aggregate.macro",
        "aggregate.micro",
        "interval.value",
    },
    "quantised": {"words.no-loss", "ratio.reduction"},
    "brackets": {"count.slashes", "ratio.retention", "ratio.reduction", "order.percentiles"},
    "story": {"words.no-loss"},
    "slashes": {"aggregate.macro", "score.harmonic", "size.quantized-larger"},
    "ratio_columns": {"ratio.retention", "ratio.reduction"},
    "ranked": {"words.best"},
    "two_formats": {"ratio.retention", "ratio.reduction"},
    "long_sentences": {"ratio.retention", "ratio.reduction", "ratio.speed-up"},
    "benchmark": {"order.mean-outside", "range.share"},
    "wide_table": {"order.percentiles", "ratio.speed-up", "ratio.reduction"},
}
GOOD = sorted(path.stem for path in CARDS.glob("good_*.md"))
OURS = [ROOT / "space" / "bundled" / name / "README.md" for name in ("student", "teacher")]


def findings(path: Path) -> list:
    card = read(path.read_text(encoding="utf-8"), path.name)
    return [finding for rule in STATEMENT_RULES for finding in rule(card)]


@pytest.mark.parametrize(
    ("name", "rule"), [(name, rule) for name, rules in BAD.items() for rule in sorted(rules)]
)
def test_a_contradiction_is_found(name, rule):
    assert rule in {finding.rule for finding in findings(CARDS / f"bad_{name}.md")}


def test_the_whole_lint_finds_many_kinds_of_contradiction():
    assert len({finding.rule for finding in lint(CARDS / "bad_clinical_ember.md")}) >= 20


@pytest.mark.parametrize("name", GOOD)
def test_a_good_card_draws_no_error(name):
    assert [str(f) for f in lint(CARDS / f"{name}.md") if f.severity == "error"] == []


@pytest.mark.parametrize("path", OURS, ids=["student", "teacher"])
def test_our_own_cards_draw_nothing(path):
    assert [str(finding) for finding in findings(path)] == []


def test_every_finding_names_line_and_column():
    for finding in findings(CARDS / "bad_clinical_ember.md"):
        assert finding.line
        assert finding.column

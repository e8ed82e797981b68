"""Tables and lists of results: read as a whole, or not at all."""

import pytest

from cards.lint.read.blocks import read_blocks
from cards.lint.read.heads import read_head
from cards.lint.read.numbers import in_base, read_number
from cards.lint.read.tables import Results, plain, read_results


def read(card: str) -> list[Results]:
    return list(read_results(read_blocks(card)))


@pytest.mark.parametrize(
    ("text", "value", "step", "unit"),
    [
        ("0.847", 0.847, 0.001, ""),
        ("84.7%", 84.7, 0.1, "%"),
        ("84.7 %", 84.7, 0.1, "%"),
        ("0.84712345678901234567", 0.8471234567890123, 1e-20, ""),
        ("14,412", 14412, 1, ""),
        ("−1.5e-03", -0.0015, 1e-4, ""),
        (".5", 0.5, 0.1, ""),
        ("63.7 MB", 63.7, 0.1, "mb"),
        ("0.847 ± 0.01", 0.847, 0.001, ""),
    ],
)
def test_numbers(text, value, step, unit):
    number = read_number(text)
    assert number
    assert (number.value, number.unit, number.spread) == (value, unit, "±" in text)
    assert number.step == pytest.approx(step)


@pytest.mark.parametrize(
    "text", ["", "-", "n/a", "0,93", "0.9 / 0.8", "about 5", "1.2.3", "12 apples", "9" * 70]
)
def test_what_is_no_number(text):
    assert read_number(text) is None


def test_units():
    seconds, thousands, millions = map(read_number, ("1.5 s", "1500", "66M"))
    assert seconds and thousands and millions
    assert in_base(seconds) == in_base(thousands, "ms") == 1.5
    assert in_base(millions) == 66_000_000


@pytest.mark.parametrize(
    ("text", "kind", "metric", "rest"),
    [
        ("F1", "share", "f1", ("", "", "", "")),
        ("eval_f1", "share", "f1", ("", "eval", "", "")),
        ("Macro F1-score (test)", "share", "f1", ("macro", "test", "", "")),
        ("Drug Precision ↑", "share", "precision", ("", "", "", "drug")),
        ("Latency, p50 (ms)", "time", "latency", ("", "", "p50", "")),
        ("Validation Loss", "any", "loss", ("", "validation", "", "")),
        ("F1 / Accuracy", "any", "f1 accuracy", ("", "", "", "")),
        ("Model", "", "", ("", "", "", "")),
    ],
)
def test_heads(text, kind, metric, rest):
    head = read_head(text)
    assert head
    assert (head.kind, head.metric, head.same) == (kind, metric, rest)


@pytest.mark.parametrize("text", ["Buoyancy", "F1 change", "Notes on the run", "95% CI of F1"])
def test_what_is_no_head(text):
    assert read_head(text) is None


def test_markup_is_taken_off():
    assert plain("**[`reef_ner`](https://x.y/z)** <br/> &amp; _it_") == "reef_ner & it"


def test_a_table_is_read_in_either_direction():
    upright, turned = read(
        "| Model | F1 (%) | Δ | Size |\n|---|---|---|---|\n"
        "| reef | 84.7 | +1 | 66 MB |\n| atoll | – | | 2 GB |\n\n"
        "| | FP32 | INT8 | Change |\n|---|---|---|---|\n"
        "| F1 | 0.9 | 0.8 | -11% |\n| **Size** | 4 MB | 1 MB | 4x |\n"
    )
    assert [head.metric for head in upright.heads] == [head.metric for head in turned.heads] == ["f1", "size"]
    assert [record.name for record in upright.records] == ["reef", "atoll"]
    assert [record.name for record in turned.records] == ["FP32", "INT8"]
    assert (upright.whole, turned.whole) == (100, 1)
    assert upright.records[1].numbers[0] is None
    assert turned.line_of(turned.records[0], 1) == 9


def test_a_list_of_metrics_is_read():
    (results,) = read("- **Precision:** 91.2%\n- Recall = 90.1%\n\nText.\n\n- F1: good\n- Recall: 3\n")
    assert [head.metric for head in results.heads] == ["precision", "recall"]


@pytest.mark.parametrize(
    "card",
    [
        "| Model | F1 | Buoyancy |\n|---|---|---|\n| reef | 0.8 | 3 |\n",  # a head on no list
        "| Model | F1 |\n|---|---|\n| reef | 0.8 |\n| atoll | see below |\n",  # a cell that is no number
        "| Model | F1 | F1 |\n|---|---|---|\n| reef | 0.8 | 0.9 |\n",  # two heads that say the same
        "- F1: 0.8\n- A sentence about recall.\n",
    ],
)
def test_what_is_not_understood_takes_no_part(card):
    assert read(card) == []


def test_scores_of_both_scales_have_no_whole():
    (results,) = read("| Model | F1 | Accuracy |\n|---|---|---|\n| reef | 0.8 | 91.2 |\n")
    assert results.whole is None

"""Scores on hand-computed cases, and against seqeval on text where both apply."""

import numpy as np
import pytest
import seqeval.metrics
from seqeval.scheme import IOB2

from space.engine.entity import Entity
from training.corpora.document import Document, Span
from training.metrics import Score, count, document_f1, score
from training.metrics.strict_entity_f1 import StrictEntityF1

LABELS = ("Chemical", "Disease")


def document(*spans: tuple[int, int, str], name: str = "1") -> Document:
    found = tuple(Span(start=start, end=end, label=label) for start, end, label in sorted(spans))
    return Document(id=name, text="x" * 40, spans=found)


def entity(start: int, end: int, label: str) -> Entity:
    return Entity(start, end, label, 1.0, "x" * (end - start))


def test_hand_computed():
    gold = [
        document((0, 4, "Chemical"), (6, 9, "Disease"), (12, 20, "Disease")),
        document((0, 3, "Chemical"), name="2"),
    ]
    found = [
        # right; wrong type; wrong end
        [entity(0, 4, "Chemical"), entity(6, 9, "Chemical"), entity(12, 19, "Disease")],
        [entity(0, 3, "Chemical")],
    ]
    scores = score(gold, found, LABELS)
    assert (scores.types["Chemical"].precision, scores.types["Chemical"].recall) == (2 / 3, 1.0)
    assert scores.types["Chemical"].f1 == pytest.approx(0.8)
    assert scores.types["Disease"] == Score(precision=0, recall=0, f1=0)
    assert (scores.micro.precision, scores.micro.recall, scores.micro.f1) == (0.5, 0.5, 0.5)
    assert scores.macro.f1 == pytest.approx(0.4)
    assert scores.macro.precision == pytest.approx(1 / 3)
    assert scores.counts.tolist() == [[2, 2, 3], [0, 2, 1]]


def test_the_same_span_in_another_document_is_wrong():
    gold = [document((0, 4, "Chemical")), document(name="2")]
    assert score(gold, [[], [entity(0, 4, "Chemical")]], LABELS).micro.f1 == 0


def test_duplicates_count_once_and_overlaps_all_count():
    gold = [document((0, 4, "Chemical"), (0, 4, "Chemical"), (0, 9, "Disease"), (5, 9, "Disease"))]
    found = [[entity(0, 4, "Chemical"), entity(0, 4, "Chemical"), entity(5, 9, "Disease")]]
    scores = score(gold, found, LABELS)
    assert scores.types["Chemical"].f1 == 1
    assert (scores.types["Disease"].precision, scores.types["Disease"].recall) == (1, 0.5)


def test_nothing_to_find_is_zero_for_a_corpus_and_one_for_a_document():
    gold = [document(), document((0, 4, "Chemical"), name="2"), document(name="3")]
    found = [[], [], [entity(0, 2, "Disease")]]
    assert score(gold, found, LABELS).micro.f1 == 0
    assert score([document()], [[]], LABELS).macro.f1 == 0
    counts = count([d.spans for d in gold], found, LABELS)
    assert document_f1(counts).tolist() == [1, 0, 0]


def test_what_does_not_fit_together_is_an_error():
    with pytest.raises(ValueError, match="1 gold documents but 2 predicted"):
        score([document()], [[], []], LABELS)
    with pytest.raises(ValueError, match=r"type Gene.*Chemical, Disease"):
        score([document()], [[entity(0, 2, "Gene")]], LABELS)


def tag_sequences(seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted IOB2 tags of 30 texts; every third prediction is copied from gold."""
    random = np.random.default_rng(seed)

    def tags(length: int) -> list[str]:
        out: list[str] = []
        while len(out) < length:
            label = random.choice(["", "", *LABELS])
            size = int(random.integers(1, 4))
            out += [f"B-{label}", *[f"I-{label}"] * (size - 1)] if label else ["O"] * size
        return out[:length]

    gold = [tags(25) for _ in range(30)]
    return gold, [g[:13] + tags(12) for g in gold]


def mentions(tags: list[str]) -> list[dict]:
    """Spans of IOB2 tags over words of four characters with a space between."""
    out: list[dict] = []
    for word, tag in enumerate(tags):
        if tag.startswith("B-"):
            out.append({"start": 5 * word, "end": 5 * word + 4, "label": tag[2:]})
        elif tag.startswith("I-"):
            out[-1]["end"] = 5 * word + 4
    return out


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_seqeval_where_both_apply(seed, tmp_path):
    gold, predicted = tag_sequences(seed)
    theirs = seqeval.metrics.classification_report(
        gold, predicted, mode="strict", scheme=IOB2, output_dict=True
    )
    ours = StrictEntityF1(cache_dir=str(tmp_path)).compute(
        references=[mentions(tags) for tags in gold],
        predictions=[mentions(tags) for tags in predicted],
        labels=list(LABELS),
    )
    names = {**{label: label for label in LABELS}, "micro": "micro avg", "macro": "macro avg"}
    for mine, theirs_name in names.items():
        for rate, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            assert ours[f"{mine}_{rate}"] == pytest.approx(theirs[theirs_name][key], abs=1e-12)

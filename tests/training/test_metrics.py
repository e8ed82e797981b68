"""Scores on hand-computed cases, and against seqeval on text where both apply."""

import numpy as np
import pytest
import seqeval.metrics
from seqeval.scheme import IOB2

from space.engine.entity import Entity
from training.corpora.document import Document, Span
from training.measuring.metrics import Score, count, document_f1, of_types, overlap_scores, score, table
from training.measuring.metrics.matching import OVERLAP, STRICT
from training.measuring.metrics.strict_entity_f1 import StrictEntityF1

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


def test_overlap_hand_computed():
    gold = [
        # found by one entity together; found in two pieces; touched, which is no overlap; of another type
        document((0, 4, "Disease"), (6, 9, "Disease"), (12, 20, "Disease"), (22, 25, "Disease")),
        document((0, 3, "Chemical"), (5, 8, "Chemical"), name="2"),
    ]
    found = [
        [*(entity(*at, "Disease") for at in ((2, 7), (11, 13), (19, 22))), entity(22, 25, "Chemical")],
        [entity(1, 2, "Chemical"), entity(1, 2, "Chemical")],
    ]
    counts = overlap_scores.count([d.spans for d in gold], found, LABELS)
    # right and reached differ: pieces are right each, and mentions are reached each
    assert counts.tolist() == [[[0, 0, 0, 1], [3, 3, 4, 3]], [[1, 1, 2, 1], [0, 0, 0, 0]]]
    chemical, disease, micro, macro = table(counts.sum(axis=0), overlap_scores.rates).tolist()
    assert chemical == [1 / 2, 1 / 2, 1 / 2]
    assert disease == [1, 3 / 4, pytest.approx(6 / 7)]
    assert micro == [4 / 5, 4 / 6, pytest.approx(8 / 11)]
    assert macro == pytest.approx([3 / 4, 5 / 8, (1 / 2 + 6 / 7) / 2])


def test_one_entity_over_two_mentions_is_right_once_and_reaches_both():
    gold, found = [document((0, 4, "Disease"), (6, 9, "Disease")).spans], [[entity(0, 9, "Disease")]]
    assert overlap_scores.count(gold, found, ["Disease"]).tolist() == [[[1, 2, 2, 1]]]
    assert overlap_scores.count(found, gold, ["Disease"]).tolist() == [[[2, 1, 1, 2]]]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_overlap_is_strict_for_what_is_equal_and_never_below_it(seed):
    gold, predicted = ([[Span(**m) for m in mentions(t)] for t in tags] for tags in tag_sequences(seed))
    right, found = (STRICT.count(gold, gold, LABELS), OVERLAP.count(gold, gold, LABELS))
    np.testing.assert_array_equal(table(found, OVERLAP.rates), table(right, STRICT.rates))
    strict, loose = (m.count(gold, predicted, LABELS) for m in (STRICT, OVERLAP))
    assert (loose[..., 0] >= strict[..., 0]).all() and (loose[..., 1] >= strict[..., 0]).all()
    np.testing.assert_array_equal(loose[..., 2:], strict[..., 1:])


def test_a_type_that_is_not_annotated_is_left_out_of_what_was_found():
    found = [[entity(0, 4, "Chemical"), entity(5, 9, "Disease")], []]
    with pytest.raises(ValueError, match="mentions of type Chemical"):
        overlap_scores.count([(), ()], found, ["Disease"])
    assert of_types(found, ["Disease"]) == [[entity(5, 9, "Disease")], []]

"""What a word may be, by its mention and by what its corpus annotates."""

import numpy as np
import pytest

from training.corpora.document import Span
from training.fitting.tags import allowed_tags, continued_scores, continued_sets, word_tags

TAGS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
OUTSIDE, CHEMICAL, INSIDE = 0, 1, 2
COMPLETE = {"Chemical": True, "Disease": True}


def names(allowed: np.ndarray) -> set[str]:
    return {TAGS[column] for column in np.flatnonzero(allowed)}


def test_neighbouring_spans_stay_apart():
    spans = [Span(start=0, end=6, label="Chemical"), Span(start=7, end=16, label="Chemical")]
    assert word_tags(np.array([[0, 6], [7, 16]]), spans, TAGS).tolist() == [CHEMICAL, CHEMICAL]


@pytest.mark.parametrize(
    ("annotates", "outside"),
    [
        (COMPLETE, {"O"}),
        ({"Chemical": True}, {"O", "B-Disease", "I-Disease"}),
        ({"Chemical": False, "Disease": True}, {"O", "B-Chemical", "I-Chemical"}),
        ({}, set(TAGS)),
    ],
)
def test_a_word_outside_mentions_may_have_what_its_corpus_does_not_annotate_completely(annotates, outside):
    word, mention = allowed_tags(np.array([OUTSIDE, INSIDE]), annotates, TAGS)
    assert names(word) == outside
    assert names(mention) == {"I-Chemical"}  # a mention counts, whatever else is unknown


def test_further_pieces_of_a_word_are_inside_its_entity():
    allowed = allowed_tags(np.array([OUTSIDE, CHEMICAL, INSIDE, OUTSIDE]), {"Chemical": True}, TAGS)
    further = [names(row) for row in continued_sets(allowed, TAGS)]
    assert further == [{"O", "I-Disease"}, {"I-Chemical"}, {"I-Chemical"}, {"O", "I-Disease"}]
    assert names(allowed[1]) == {"B-Chemical"}  # the words' own are left as they were


def test_what_a_beginning_has_goes_to_the_inside():
    scores = np.log(np.array([[0.1, 0.5, 0.2, 0.15, 0.05]]))
    np.testing.assert_allclose(np.exp(continued_scores(scores, TAGS)), [[0.1, 0, 0.7, 0, 0.2]])
    assert np.isnan(continued_scores(np.full((1, 5), np.nan), TAGS)).all()

"""Tags to entities."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tokenizers import Tokenizer, models, pre_tokenizers

from space.engine import Tokens, decode, load_tokenizer, tokenise
from space.engine.decoding import probabilities

LABELS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
TAGS = {"O": 0, "B-C": 1, "I-C": 2, "B-D": 3, "I-D": 4}


def words(text: str) -> Tokens:
    """One token a word."""
    starts = [i for i, c in enumerate(text) if c != " " and (i == 0 or text[i - 1] == " ")]
    ends = [i + 1 for i, c in enumerate(text) if c != " " and (i + 1 == len(text) or text[i + 1] == " ")]
    return Tokens(np.arange(len(starts)), np.array([starts, ends]).T, np.arange(len(starts)))


def sure(*tags: str) -> np.ndarray:
    return 10 * np.eye(len(LABELS), dtype=np.float32)[[TAGS[tag] for tag in tags]]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["O", "O", "O"], []),
        (["B-C", "I-C", "O"], [(0, 3, "Chemical")]),
        (["B-C", "B-C", "O"], [(0, 1, "Chemical"), (2, 3, "Chemical")]),
        (["B-C", "I-D", "I-D"], [(0, 1, "Chemical"), (2, 5, "Disease")]),
        (["I-C", "I-C", "O"], [(0, 3, "Chemical")]),
        (["I-C", "O", "I-C"], [(0, 1, "Chemical"), (4, 5, "Chemical")]),
        (["O", "O", "B-D"], [(4, 5, "Disease")]),
        (["B-C", "I-C", "B-C"], [(0, 3, "Chemical"), (4, 5, "Chemical")]),
    ],
)
def test_iob_is_read_leniently(tags, expected):
    found = decode("a b c", words("a b c"), sure(*tags), LABELS)
    assert [(e.start, e.end, e.label) for e in found] == expected


def test_the_order_of_the_columns_is_that_of_the_labels():
    order = [3, 0, 4, 2, 1]
    found = decode("a b", words("a b"), sure("B-D", "I-D")[:, order], [LABELS[i] for i in order])
    assert [(e.start, e.end, e.label) for e in found] == [(0, 3, "Disease")]


def test_the_score_is_the_lowest_of_the_first_sub_tokens():
    tokens = Tokens(np.arange(4), np.array([[0, 2], [2, 4], [5, 6], [7, 8]]), np.array([0, 0, 1, 2]))
    logits = sure("B-C", "B-D", "I-C", "O")  # the second sub-token of the first word has no say
    logits[2] = [0, 0, np.log(3), 0, 0]
    (entity,) = decode("abcd e f", tokens, logits, LABELS)
    assert (entity.start, entity.end, entity.text) == (0, 6, "abcd e")
    assert entity.score == pytest.approx(3 / 7)


def test_white_space_that_a_tokenizer_counts_to_a_word_is_dropped():
    tokens = Tokens(np.arange(2), np.array([[0, 1], [1, 8]]), np.arange(2))
    (entity,) = decode("a nausea\n", tokens, sure("O", "B-D"), LABELS)
    assert (entity.start, entity.end) == (2, 8)


def test_a_mark_stays_with_its_letter_and_is_never_shared():
    text = "e\u0301\u0302 x"
    # A tokenizer that makes the marks a word of their own, tagged as another entity.
    tokens = Tokens(np.arange(3), np.array([[0, 1], [1, 3], [4, 5]]), np.arange(3))
    found = decode(text, tokens, sure("B-C", "B-D", "O"), LABELS)
    assert [(e.start, e.end, e.label) for e in found] == [(0, 3, "Chemical")]
    found = decode(text, tokens, sure("O", "B-D", "B-C"), LABELS)
    assert [(e.start, e.end, e.label) for e in found] == [(4, 5, "Chemical")]


def reference(text, tokens, logits, labels):
    """IOB word by word, as one would write it first."""
    spans, open_span = [], None
    for word, first in enumerate(tokens.first):
        row = np.exp(logits[first] - logits[first].max())
        tag, score = labels[logits[first].argmax()], row.max() / row.sum()
        prefix, _, kind = tag.partition("-")
        start, end = tokens.word_spans[word]
        if prefix == "I" and open_span and open_span[2] == kind:
            open_span[1], open_span[3] = end, min(open_span[3], score)
        elif prefix == "O":
            open_span = None
        else:
            open_span = [start, end, kind, score]
            spans.append(open_span)
    return spans


@given(st.data())
def test_the_vectorised_decoder_agrees_with_the_plain_one(data):
    count = data.draw(st.integers(1, 12))
    text = " ".join("w" for _ in range(count))
    logits = data.draw(arrays(np.float32, (count, len(LABELS)), elements=st.floats(-8, 8, width=32)))
    tokens = words(text)
    found = decode(text, tokens, logits, LABELS)
    expected = reference(text, tokens, logits.astype(np.float64), LABELS)
    assert [(e.start, e.end, e.label) for e in found] == [(s, e, kind) for s, e, kind, _ in expected]
    assert [e.score for e in found] == pytest.approx([score for *_, score in expected])


def tokenizers(model) -> list[Tokenizer]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_level = Tokenizer(models.BPE({piece: number for number, piece in enumerate(alphabet)}, []))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return [load_tokenizer(model / "tokenizer.json"), byte_level]


nasty = st.text("aé\u0301\u0308\ufe0f\u200d😀👩 \t\r\n\x00<&{%\ud800-", max_size=40)


@given(st.text(max_size=40) | nasty, st.integers(0, 2**32 - 1))
def test_entities_of_any_text_and_any_scores_are_exact_sorted_and_apart(model, text, seed):
    for tokenizer in tokenizers(model):
        tokens = tokenise(tokenizer, text)
        logits = np.random.default_rng(seed).normal(size=(len(tokens), len(LABELS)))
        found = decode(text, tokens, logits, LABELS)
        for entity in found:
            assert 0 <= entity.start < entity.end <= len(text)
            assert entity.text == text[entity.start : entity.end]
            assert entity.text.strip() == entity.text
            assert 0 < entity.score <= 1
        for left, right in pairwise(found):
            assert left.end <= right.start


def test_probabilities_do_not_overflow_nor_depend_on_other_rows():
    rows = np.array([[1e4, 0, -1e4], [0.1, 0.2, 0.3]], dtype=np.float32)
    assert probabilities(rows)[0].tolist() == [1, 0, 0]
    assert (probabilities(rows)[1] == probabilities(rows[1:])[0]).all()

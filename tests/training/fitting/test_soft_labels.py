"""Soft labels cross from one tokenizer to another by character offsets."""

import numpy as np
import pytest
from tokenizers import BertWordPieceTokenizer, SentencePieceBPETokenizer

from space.engine import tokenise
from training.fitting.soft_labels import align, combine, soften

TAGS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
TEXT = "Naproxen-induced gastritis, i.e. α-blockade of 5-HT(3) receptors, improved."


def word_piece():
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator([TEXT] * 3, vocab_size=90, min_frequency=1, show_progress=False)
    return tokenizer._tokenizer


def sentence_piece():
    """Cased, words split at white space alone: "Naproxen-induced" is one word here."""
    tokenizer = SentencePieceBPETokenizer()
    tokenizer.train_from_iterator([TEXT] * 3, vocab_size=120, min_frequency=1, show_progress=False)
    return tokenizer._tokenizer


def distributions(tokens, rng):
    return np.log(rng.dirichlet(np.ones(len(TAGS)), size=len(tokens.first)))


def test_same_tokenizer_keeps_every_distribution():
    tokens = tokenise(word_piece(), TEXT)
    given = distributions(tokens, np.random.default_rng(0))
    np.testing.assert_array_equal(align(tokens, given, tokens, TAGS, TAGS), given)


@pytest.mark.parametrize(("from_", "to"), [(word_piece, sentence_piece), (sentence_piece, word_piece)])
def test_two_vocabularies_meet_by_characters(from_, to):
    teacher, student = tokenise(from_(), TEXT), tokenise(to(), TEXT)
    assert len(teacher.first) != len(student.first)
    given = distributions(teacher, np.random.default_rng(1))

    found = align(teacher, given, student, TAGS, TAGS)

    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1)
    for word, (start, _) in enumerate(student.word_spans):  # by brute force, character by character
        owner = next(i for i, (s, e) in enumerate(teacher.word_spans) if s <= start < e)
        expected = np.exp(given[owner])
        if teacher.word_spans[owner, 0] < start:
            expected[[2, 4]] += expected[[1, 3]]
            expected[[1, 3]] = 0
        np.testing.assert_allclose(np.exp(found[word]), expected)


def test_an_entity_that_began_earlier_goes_on():
    teacher, student = tokenise(sentence_piece(), "gastritis,i.e."), tokenise(word_piece(), "gastritis,i.e.")
    one_word = np.full((len(teacher.first), 5), -np.inf)
    one_word[:, TAGS.index("B-Disease")] = 0
    found = align(teacher, one_word, student, TAGS, TAGS).argmax(axis=1)
    owners = np.searchsorted(teacher.word_spans[:, 0], student.word_spans[:, 0], side="right") - 1
    begins = teacher.word_spans[owners, 0] == student.word_spans[:, 0]
    assert begins.any() and not begins.all()
    assert [TAGS[tag] for tag in found] == ["B-Disease" if b else "I-Disease" for b in begins]


def test_tags_are_matched_by_name_not_by_position():
    tokens = tokenise(word_piece(), "gastritis")
    swapped = ["O", "B-Disease", "I-Disease", "B-Chemical", "I-Chemical"]
    given = np.array([[0.1, 0.5, 0.2, 0.15, 0.05]])
    np.testing.assert_allclose(align(tokens, given, tokens, swapped, TAGS), [[0.1, 0.15, 0.05, 0.5, 0.2]])
    with pytest.raises(ValueError, match="differ"):
        align(tokens, given, tokens, swapped, TAGS[:4])


def test_a_place_without_teacher_word_has_no_soft_label():
    teacher, student = tokenise(word_piece(), ""), tokenise(word_piece(), "gastritis")
    assert np.isnan(align(teacher, np.empty((0, 5)), student, TAGS, TAGS)).all()


def test_temperature_flattens():
    logits = np.array([[4.0, 1.0, 0.0]])
    np.testing.assert_allclose(np.exp(soften(logits, 1)), np.exp(logits) / np.exp(logits).sum())
    assert soften(logits, 4).max() < soften(logits, 1).max()
    np.testing.assert_allclose(np.exp(soften(logits, 4)).sum(), 1)


def test_teachers_are_averaged_by_logits_or_by_probabilities():
    first, second = soften(np.array([[4.0, 0.0]]), 1), soften(np.array([[-2.0, 0.0]]), 1)
    np.testing.assert_allclose(combine([first, second], "logits"), soften(np.array([[1.0, 0.0]]), 1))
    mean = (np.exp(first) + np.exp(second)) / 2
    np.testing.assert_allclose(np.exp(combine([first, second], "probabilities")), mean)


@pytest.mark.parametrize("mean_of", ["logits", "probabilities"])
def test_a_teacher_that_says_nothing_of_a_word_takes_no_part(mean_of):
    given, nothing = np.log([[0.7, 0.3], [0.2, 0.8]]), np.full((2, 2), np.nan)
    half = np.stack([nothing[0], given[1]])
    found = combine([half, given], mean_of)
    np.testing.assert_allclose(found, given)
    assert np.isnan(combine([nothing, nothing], mean_of)).all()

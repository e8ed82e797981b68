"""The engine on texts as people write notes."""

from pathlib import Path

import pytest
from note_vectors import LABELS, VECTORS, NoteVector

from space.engine import RULES, Tagger, decode, load, tokenise

BUNDLED = Path(__file__).parents[2] / "space" / "bundled" / "student"
every_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.about)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load(BUNDLED)


@every_vector
def test_words_and_what_rules_make_of_tags(tagger, vector: NoteVector):
    tokens = tokenise(tagger.tokenizer, vector.text)
    assert [vector.text[start:end] for start, end in tokens.word_spans.tolist()] == vector.words
    found = decode(vector.text, tokens, vector.logits(tokens), LABELS, RULES)
    assert [[entity.text, entity.label] for entity in found] == vector.entities


@every_vector
def test_what_the_student_finds(tagger, vector: NoteVector):
    [found] = tagger([vector.text])
    assert [[entity.text, entity.label] for entity in found] == vector.entities

"""Documents read like hurried notes, and their mentions stay what they are."""

import random
from collections import Counter

from tiny_fitting import NOTE, make_document, mentions

from training.corpora.document import Document
from training.fitting.editing import apply
from training.fitting.noise import KINDS, add_noise


def edited(kind: str, seed: int) -> Document:
    return apply(NOTE, KINDS[kind](NOTE.text, random.Random(seed)))


def test_a_dose_is_glued_to_its_name():
    notes = Counter(edited("glued_doses", seed).text for seed in range(20))
    assert any("metformin500mg twice" in text and "carbonate2.5g for 3 years" in text for text in notes)
    assert any("metformin 500 mg" in text for text in notes)  # not always
    for seed in range(5):
        assert mentions(edited("glued_doses", seed)) == mentions(NOTE)


def test_shorthand_shortens_mentions_too():
    everywhere = [edited("shorthand", seed) for seed in range(40)]
    assert any("pt w/ HTN took" in document.text for document in everywhere)
    assert any("mg bid w/o" in document.text for document in everywhere)
    for document in everywhere:
        (first, _), *_, (last, _) = mentions(document)
        assert first in ("hypertension", "HTN") and last in ("myocardial infarction", "MI")


def test_lines_end_within_the_width():
    long = make_document("long", [("renal failure", "Disease"), " and more words " * 40])
    wrapped = apply(long, KINDS["line_wraps"](long.text, random.Random(1)))
    assert wrapped.text.replace("\n", " ") == long.text
    lengths = [len(line) for line in wrapped.text.split("\n")]
    assert max(lengths) <= 90 and min(lengths[:-1]) > 50


def test_typos_change_some_letters_of_long_words():
    many = Document(id="many", text="considerable improvement " * 200)
    noisy = apply(many, KINDS["typos"](many.text, random.Random(1)))
    changed = sum(ours != theirs for ours, theirs in zip(noisy.text.split(), many.text.split(), strict=True))
    assert 5 < changed < 40  # a twentieth of 400
    assert all(word[0] in "ci" for word in noisy.text.split())


def test_noise_depends_on_seed_and_id_alone():
    documents = [NOTE.model_copy(update={"id": str(number)}) for number in range(200)]
    noisy = [add_noise(document, list(KINDS), 0.3, seed=7) for document in documents]
    assert noisy[::-1] == [add_noise(document, list(KINDS), 0.3, seed=7) for document in documents[::-1]]
    assert 35 < sum(ours != theirs for ours, theirs in zip(noisy, documents, strict=True)) < 85
    assert noisy != [add_noise(document, list(KINDS), 0.3, seed=8) for document in documents]
    for document in noisy:
        assert [label for _, label in mentions(document)] == [label for _, label in mentions(NOTE)]

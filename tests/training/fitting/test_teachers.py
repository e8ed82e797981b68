"""Teachers label what they did not learn from, whatever their tokenizers."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from tiny_fitting import COMPLETE
from tokenizers import SentencePieceBPETokenizer

from training.corpora.apart import Fold
from training.corpora.document import Document
from training.errors import StageError
from training.fitting.prediction import predict
from training.fitting.soft_labels import combine, load, save, soften
from training.fitting.teachers import Teacher, label


def words_of(teacher: Teacher, document: Document, temperature: float) -> np.ndarray:
    prepared = teacher.cutter.prepare(document)
    [logits] = predict(teacher.model, teacher.cutter, [prepared], bf16=False)
    return soften(logits[prepared.tokens.first], temperature)


def test_several_teachers_say_their_mean(make_model, cutter, documents):
    teachers = [Teacher(make_model(seed=seed), cutter) for seed in (1, 2)]
    texts = [cutter.prepare(document, COMPLETE) for document in documents]
    for mean_of in ("logits", "probabilities"):
        found = label(teachers, texts, cutter.tags, 2.0, mean_of, bf16=False)
        for document, scores in zip(documents, found, strict=True):
            expected = combine([words_of(teacher, document, 2.0) for teacher in teachers], mean_of)
            np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_a_teacher_of_another_tokenizer_has_its_say(make_model, cutter, documents):
    pieces = SentencePieceBPETokenizer()
    pieces.train_from_iterator([d.text for d in documents], vocab_size=75, show_progress=False)
    other = replace(cutter, tokenizer=pieces._tokenizer)
    texts = [cutter.prepare(document) for document in documents]
    pair = [Teacher(make_model(seed=1), cutter), Teacher(make_model(seed=2), other)]
    both = label(pair, texts, cutter.tags, 1.0, "probabilities", bf16=False)
    single = [label([teacher], texts, cutter.tags, 1.0, "logits", bf16=False) for teacher in pair]
    for mean, ours, theirs in zip(both, *single, strict=True):
        np.testing.assert_allclose(np.exp(mean), (np.exp(ours) + np.exp(theirs)) / 2, rtol=1e-6)


def test_out_of_fold_teachers_label_what_they_left_out(make_model, cutter, documents):
    folds = [Fold(number, 3) for number in range(3)]
    teachers = [Teacher(make_model(seed=fold.number), cutter, fold) for fold in folds]
    gold = [cutter.prepare(document, COMPLETE) for document in documents]
    bare = [cutter.prepare(Document(id="text", text="Nausea was severe."))]
    *found, of_text = label(teachers, gold + bare, cutter.tags, 1.0, "logits", bf16=False)
    for document, scores in zip(documents, found, strict=True):
        [own] = [teacher for teacher in teachers if teacher.fold.holds(document)]
        np.testing.assert_allclose(scores, words_of(own, document, 1.0), rtol=1e-5)
    everyone = [words_of(teacher, bare[0].document, 1.0) for teacher in teachers]
    np.testing.assert_allclose(of_text, combine(everyone, "logits"), rtol=1e-5)


def test_a_missing_fold_is_an_error(make_model, cutter, documents):
    teacher = Teacher(make_model(), cutter, Fold(0, 3))
    with pytest.raises(StageError, match="a teacher of every fold"):
        label([teacher], [cutter.prepare(d, COMPLETE) for d in documents], cutter.tags, 1.0, "logits", False)


def test_folds_part_documents_by_their_ids_alone():
    documents = [Document(id=str(number), text="x") for number in range(300)]
    folds = [Fold(number, 5) for number in range(5)]
    sizes = Counter(fold.number for document in documents for fold in folds if fold.holds(document))
    assert sizes.total() == 300 and min(sizes.values()) > 40
    learned, labelled = folds[2].part(documents)
    assert sorted(learned + labelled, key=lambda d: int(d.id)) == documents
    assert [d.id for d in labelled] == [d.id for d in folds[2].part(documents[::-1])[1]][::-1]
    assert folds[0].part(documents)[1][:2] == [documents[place] for place in (0, 1)]  # the same for ever


def test_soft_labels_come_back_from_the_disk_in_half_precision(tmp_path):
    scores = [np.log(np.random.default_rng(n).dirichlet(np.ones(5), n)) for n in (4, 0, 7)]
    scores[0][1], scores[2][3, 1] = np.nan, -np.inf
    file = tmp_path / "soft_labels.safetensors"
    assert load("key", file) is None
    save(scores, "key", file)
    back = load("key", file)
    assert back is not None and [len(own) for own in back] == [4, 0, 7]
    for ours, theirs in zip(scores, back, strict=True):
        np.testing.assert_allclose(theirs.astype(float), ours, rtol=1e-3)
    assert file.stat().st_size < 11 * 5 * 2 + 300
    assert load("other key", file) is None
    file.write_bytes(file.read_bytes()[:-9])
    assert load("key", file) is None  # cut short
    assert [path.name for path in tmp_path.iterdir()] == [file.name]

"""Documents become windows with a label for each word."""

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing

from training.corpora.document import Document, Span
from training.fitting.examples import Cutter, Example, collate, draw, pack

TAGS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
TEXT = "Sodium valproate can cause liver failure."


def make_cutter(window: int = 64, overlap: int = 4) -> Cutter:
    learner = BertWordPieceTokenizer(lowercase=True)
    learner.train_from_iterator([TEXT], vocab_size=60, min_frequency=1, show_progress=False)
    sep, cls = learner.token_to_id("[SEP]"), learner.token_to_id("[CLS]")
    learner.post_processor = BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return Cutter(learner._tokenizer, learner.token_to_id("[PAD]"), window, overlap, TAGS)


def document(*spans: tuple[int, int, str]) -> Document:
    return Document(
        id="1", text=TEXT, spans=tuple(Span(start=s, end=e, label=label) for s, e, label in spans)
    )


GOLD = document((0, 16, "Chemical"), (27, 40, "Disease"))


COMPLETE = {"Chemical": True, "Disease": True}


def tags_of(gold: Document) -> list[str]:
    allowed = make_cutter().prepare(gold, COMPLETE).allowed
    assert allowed is not None and (allowed.sum(axis=1) == 1).all()
    return [TAGS[tag] for tag in allowed.argmax(axis=1)]


def test_each_word_has_the_tag_of_its_span():
    assert tags_of(GOLD) == ["B-Chemical", "I-Chemical", "O", "O", "B-Disease", "I-Disease", "O"]


def test_a_span_that_ends_inside_a_word_takes_the_word():
    assert tags_of(document((27, 30, "Disease")))[4:6] == ["B-Disease", "O"]


def test_of_two_overlapping_spans_the_longer_is_taught():
    overlapping = document((0, 6, "Chemical"), (0, 16, "Disease"))
    assert tags_of(overlapping)[:2] == ["B-Disease", "I-Disease"]


def test_without_continuations_first_pieces_alone_take_part():
    cutter = make_cutter()
    prepared = cutter.prepare(GOLD, COMPLETE)
    (example,) = cutter.examples(prepared, continuations=False)
    places = np.flatnonzero(example.allowed.any(axis=1))
    np.testing.assert_array_equal(places, prepared.tokens.first + 1)  # after [CLS]
    np.testing.assert_array_equal(example.allowed[places], prepared.allowed)
    assert len(example.input_ids) == len(prepared.tokens) + 2


def test_with_continuations_every_piece_of_a_word_has_its_label():
    cutter = make_cutter()
    prepared = cutter.prepare(GOLD, COMPLETE)
    (example,) = cutter.examples(prepared, continuations=True)
    seen = [[TAGS[tag] for tag in np.flatnonzero(row)] for row in example.allowed[1:-1]]
    expected, before = [], -1
    for word, first in zip(prepared.tokens.words, tags_by_word(prepared), strict=True):
        expected.append([first if word != before else first.replace("B-", "I-")])
        before = word
    assert seen == expected
    assert len(prepared.tokens) > len(prepared.tokens.first)  # there are such pieces
    assert not example.allowed[[0, -1]].any()  # [CLS] and [SEP]


def tags_by_word(prepared) -> list[str]:
    """The tag of each token's word."""
    by_word = [TAGS[tag] for tag in prepared.allowed.argmax(axis=1)]
    return [
        by_word[word] for word in np.searchsorted(np.unique(prepared.tokens.words), prepared.tokens.words)
    ]


def test_soft_labels_stand_where_hard_labels_do_in_every_window():
    cutter = make_cutter(window=8, overlap=2)
    prepared = cutter.prepare(GOLD, COMPLETE)
    soft = np.log(np.random.default_rng(0).dirichlet(np.ones(5), size=len(prepared.tokens.first)))
    examples = cutter.examples(prepared, continuations=True, soft=soft)
    assert len(examples) == len(prepared.windows) > 2
    first = set(prepared.tokens.first)
    for window, example in zip(prepared.windows, examples, strict=True):
        assert example.soft is not None
        told = ~np.isnan(example.soft[:, 0])
        np.testing.assert_array_equal(told, example.allowed.any(axis=1))
        assert told.sum() == window.stop - window.start
        for place, token in enumerate(range(window.start, window.stop), start=1):
            word = np.searchsorted(prepared.tokens.first, token, side="right") - 1
            if token in first:
                np.testing.assert_allclose(example.soft[place], soft[word], rtol=1e-3)
            else:
                o, b_chemical, i_chemical, b_disease, i_disease = np.exp(soft[word])
                moved = [o, 0, b_chemical + i_chemical, 0, b_disease + i_disease]
                np.testing.assert_allclose(np.exp(example.soft[place].astype(float)), moved, rtol=2e-3)


def test_unlabelled_documents_have_no_hard_label():
    cutter = make_cutter()
    (example,) = cutter.examples(cutter.prepare(GOLD), continuations=True)
    assert not example.allowed.any() and example.soft is None


def test_a_corpus_that_says_nothing_of_diseases_leaves_them_open():
    cutter = make_cutter()
    (example,) = cutter.examples(cutter.prepare(GOLD, {"Chemical": True}, "nlmchem"), continuations=False)
    sets = {tuple(np.flatnonzero(row)) for row in example.allowed if row.any()}
    assert sets == {(0, 3, 4), (1,), (2,), (3,), (4,)}  # what is annotated nevertheless counts
    assert example.corpus == "nlmchem"


def test_a_tagged_window_begins_with_the_name_of_its_corpus():
    cutter = make_cutter(window=12, overlap=2)
    plain, tagged = cutter.prepare(GOLD, COMPLETE), cutter.prepare(GOLD, COMPLETE, "can", tagged=True)
    name = cutter.tokenizer.encode("can", add_special_tokens=False).ids
    cls = cutter.special[0]
    for window, example in zip(tagged.windows, cutter.examples(tagged, continuations=True), strict=True):
        assert example.input_ids[: len(name) + 1].tolist() == [*cls, *name]
        assert not example.allowed[: len(name) + 1].any()
        assert example.allowed[len(name) + 1 : -1].any(axis=1).all()
        assert len(example.input_ids) <= cutter.window
        np.testing.assert_array_equal(
            example.input_ids[len(name) + 1 : -1], plain.tokens.ids[window.start : window.stop]
        )


def test_collate_pads_on_the_right():
    short = Example(np.array([5, 6]), np.ones((2, 5), bool), np.zeros((2, 5), np.float16), "a")
    long = Example(np.array([7, 8, 9]), np.ones((3, 5), bool), np.ones((3, 5), np.float16), "a")
    batch = collate([short, long], pad_id=3)
    assert batch["input_ids"].tolist() == [[5, 6, 3], [7, 8, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert batch["allowed"].all(-1).tolist() == [[True, True, False], [True, True, True]]
    assert not batch["allowed"][0, 2].any()
    assert batch["soft"].shape == (2, 3, 5) and batch["soft"][0, 2].isnan().all()
    assert batch["soft"].dtype == torch.float32
    bare = Example(short.input_ids, short.allowed, None, "a")
    assert "soft" not in collate([bare], pad_id=3)


def test_pack_keeps_every_text_once_and_in_order():
    sentences = [Document(id=str(i), text=f"sentence {i}") for i in range(10)]
    packed = pack(sentences, characters=30)
    assert " ".join(d.text for d in packed) == " ".join(d.text for d in sentences)
    assert [len(d.text) for d in packed] == [21] * 5  # a third would go beyond 30
    assert pack([Document(id="long", text="x" * 40)] * 2, 30)[0].text == "x" * 40
    assert pack([], 30) == []


def test_draw_is_the_same_for_the_same_seed():
    documents = [Document(id=str(i), text="x") for i in range(20)]
    assert draw(documents, 5, seed=1) == draw(documents, 5, seed=1) != draw(documents, 5, seed=2)
    assert draw(documents, 30, seed=1) == documents

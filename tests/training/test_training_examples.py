"""Documents become windows with a label for each word."""

import numpy as np
from tokenizers import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing

from training.corpora.document import Document, Span
from training.training_examples import IGNORED, Cutter, collate, draw, pack, word_tags

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


def tags_of(gold: Document) -> list[str]:
    tags = make_cutter().prepare(gold, labelled=True).tags
    assert tags is not None
    return [TAGS[tag] for tag in tags]


def test_each_word_has_the_tag_of_its_span():
    assert tags_of(GOLD) == ["B-Chemical", "I-Chemical", "O", "O", "B-Disease", "I-Disease", "O"]


def test_a_span_that_ends_inside_a_word_takes_the_word():
    assert tags_of(document((27, 30, "Disease")))[4:6] == ["B-Disease", "O"]


def test_of_two_overlapping_spans_the_longer_is_taught():
    overlapping = document((0, 6, "Chemical"), (0, 16, "Disease"))
    assert tags_of(overlapping)[:2] == ["B-Disease", "I-Disease"]


def test_neighbouring_spans_stay_apart():
    spans = [Span(start=0, end=6, label="Chemical"), Span(start=7, end=16, label="Chemical")]
    assert word_tags(np.array([[0, 6], [7, 16]]), spans, TAGS).tolist() == [1, 1]


def test_labels_stand_at_first_tokens_and_nowhere_else():
    cutter = make_cutter()
    prepared = cutter.prepare(GOLD, labelled=True)
    (example,) = cutter.examples(prepared)
    places = np.flatnonzero(example["labels"] != IGNORED)
    np.testing.assert_array_equal(places, prepared.tokens.first + 1)  # after [CLS]
    np.testing.assert_array_equal(example["labels"][places], prepared.tags)
    assert len(example["input_ids"]) == len(prepared.tokens) + 2


def test_soft_labels_stand_where_hard_labels_do_in_every_window():
    cutter = make_cutter(window=8, overlap=2)
    prepared = cutter.prepare(GOLD, labelled=True)
    soft = np.random.default_rng(0).dirichlet(np.ones(5), size=len(prepared.tokens.first))
    examples = cutter.examples(prepared, soft)
    assert len(examples) == len(prepared.windows) > 2
    seen = []
    for window, example in zip(prepared.windows, examples, strict=True):
        places = np.flatnonzero(~np.isnan(example["soft_labels"][:, 0]))
        np.testing.assert_array_equal(places, np.flatnonzero(example["labels"] != IGNORED))
        words = np.searchsorted(prepared.tokens.first, places - 1 + window.start)
        np.testing.assert_allclose(example["soft_labels"][places], soft[words], rtol=1e-6)
        seen += words.tolist()
    assert set(seen) == set(range(len(soft)))


def test_unlabelled_documents_have_no_hard_label():
    cutter = make_cutter()
    (example,) = cutter.examples(cutter.prepare(GOLD, labelled=False))
    assert (example["labels"] == IGNORED).all()


def test_collate_pads_on_the_right():
    short = {
        "input_ids": np.array([5, 6]),
        "labels": np.array([1, IGNORED]),
        "soft_labels": np.zeros((2, 5), np.float32),
    }
    long = {
        "input_ids": np.array([7, 8, 9]),
        "labels": np.array([0, 0, 0]),
        "soft_labels": np.ones((3, 5), np.float32),
    }
    batch = collate([short, long], pad_id=3)
    assert batch["input_ids"].tolist() == [[5, 6, 3], [7, 8, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert batch["labels"].tolist() == [[1, IGNORED, IGNORED], [0, 0, 0]]
    assert batch["soft_labels"].shape == (2, 3, 5) and batch["soft_labels"][0, 2].isnan().all()


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

"""What a model starts from."""

import json
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

from training.encoders.bases import load_base
from training.recipe.vocabulary import Base

TRAIN = Path(__file__).parents[2] / "training/recipes/smoke/train.jsonl"
BASE = Base(id="scratch", license="mit", source="scratch:1x32")


def texts() -> list[str]:
    return [json.loads(line)["text"] for line in TRAIN.read_text(encoding="utf-8").splitlines()]


def pieces_as_the_learner_leaves_them() -> tuple:
    learner = BertWordPieceTokenizer(lowercase=True)
    learner.train_from_iterator(texts(), vocab_size=4000, min_frequency=2, show_progress=False)
    return tuple(sorted(learner.get_vocab().items()))


def test_the_same_texts_give_the_same_pieces():
    found = {tuple(sorted(load_base(BASE, texts)[1].get_vocab().items())) for _ in range(4)}
    assert len(found) == 1
    assert len({pieces_as_the_learner_leaves_them() for _ in range(4)}) > 1  # else nothing is to be done


def test_a_base_from_scratch_reads_words_and_no_piece_of_it_is_special_but_the_usual():
    tokenizer = load_base(BASE, texts)[1]
    assert set(tokenizer.all_special_tokens) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    assert tokenizer.added_tokens_encoder.keys() == set(tokenizer.all_special_tokens)
    encoded = tokenizer("Fluoxetinex")
    assert encoded.tokens()[:2] == ["[CLS]", "fluoxetine"]
    assert encoded.tokens()[2:] == ["##x", "[SEP]"]

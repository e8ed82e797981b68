"""A trimmed tokenizer splits words of kept pieces as before and loses no character."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer
from tokenizers.processors import BertProcessing
from transformers import BertConfig, BertModel, BertTokenizerFast

from space.engine import tokenise
from training.encoders.trimming import kept_pieces, trim
from training.recipe import RecipeError

TEXTS = [
    "ibuprofen reduced inflammation and fever",
    "ibuprofen induced bleeding in patients with inflammatory disease",
    "the fever went down after two doses of paracetamol",
]
WORDS = sorted({word for text in TEXTS for word in text.split()})


def make_tokenizer() -> BertTokenizerFast:
    learner = BertWordPieceTokenizer(lowercase=True)
    learner.train_from_iterator(TEXTS * 4, vocab_size=150, min_frequency=2, show_progress=False)
    learner.post_processor = BertProcessing(
        ("[SEP]", learner.token_to_id("[SEP]")), ("[CLS]", learner.token_to_id("[CLS]"))
    )
    return BertTokenizerFast(tokenizer_object=learner._tokenizer, model_max_length=64)


TOKENIZER = make_tokenizer()
CORE = TOKENIZER.backend_tokenizer
KEPT = kept_pieces(CORE, TEXTS[:1], 1)


def make_model() -> BertModel:
    return BertModel(
        BertConfig(
            vocab_size=len(TOKENIZER),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
        )
    )


MODEL, TRIMMED = trim(make_model(), TOKENIZER, KEPT)


def pieces(core: Tokenizer, text: str) -> list[str]:
    return [core.id_to_token(i) for i in tokenise(core, text).ids]


def test_pieces_of_the_texts_special_tokens_and_characters_are_kept():
    kept = {CORE.id_to_token(i) for i in KEPT}
    assert {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"} <= kept
    assert set(pieces(CORE, TEXTS[0])) <= kept
    assert len(KEPT) < len(TOKENIZER)
    assert {p for p in CORE.get_vocab() if len(p.removeprefix("##")) == 1} <= kept


@given(
    st.lists(st.sampled_from([*WORDS, "fevers", "unbleeding", "paracetam-ol", "naïve"]), min_size=1).map(
        " ".join
    )
)
def test_words_of_kept_pieces_split_as_before_and_no_character_is_lost(text):
    kept = {CORE.id_to_token(i) for i in KEPT}
    for word in text.split():
        before, after = pieces(CORE, word), pieces(TRIMMED.backend_tokenizer, word)
        if set(before) <= kept:
            assert after == before
        if "[UNK]" not in before:
            joined = "".join(piece.removeprefix("##") for piece in after)
            assert joined == "".join(piece.removeprefix("##") for piece in before)


def test_each_kept_piece_keeps_its_embedding():
    torch.manual_seed(0)
    model = make_model()
    before = model.get_input_embeddings().weight.detach().clone()
    trimmed, tokenizer = trim(model, TOKENIZER, KEPT)
    assert trimmed is model
    for piece, new in tokenizer.get_vocab().items():
        old = TOKENIZER.convert_tokens_to_ids(piece)
        assert torch.equal(model.get_input_embeddings().weight[new], before[old]), piece
    assert model.config.vocab_size == len(tokenizer) == len(KEPT)


def test_special_tokens_survive_saving(tmp_path):
    TRIMMED.save_pretrained(tmp_path)
    loaded = BertTokenizerFast.from_pretrained(tmp_path)
    encoded = loaded("fever")["input_ids"]
    assert loaded.convert_ids_to_tokens([encoded[0], encoded[-1]]) == ["[CLS]", "[SEP]"]
    assert loaded.pad_token_id == MODEL.config.pad_token_id
    assert loaded.get_vocab() == TRIMMED.get_vocab()


def test_other_kinds_of_tokenizer_are_refused():
    with pytest.raises(RecipeError, match="WordPiece"):
        kept_pieces(ByteLevelBPETokenizer()._tokenizer, [], 1)

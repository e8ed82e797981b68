"""Tokenizers of trained models read notes as they are meant, wherever they are loaded."""

from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast

from training.encoders.checkpoints import load_tokenizer
from training.encoders.note_reading import read_notes


def test_a_dose_is_a_word_of_its_own(tiny_bert):
    cut = read_notes(load_tokenizer(tiny_bert))("metformin500mg", add_special_tokens=False)
    assert cut.word_ids().count(0) == len("metformin")


def test_the_steps_for_notes_survive_a_checkpoint(tiny_bert, tmp_path):
    """As a class of BERT's, transformers 5 would make it anew, without them."""
    reading = read_notes(load_tokenizer(tiny_bert))
    reading.save_pretrained(tmp_path / "saved")
    again = load_tokenizer(tmp_path / "saved")
    assert type(again) is PreTrainedTokenizerFast and read_notes(again) is again
    assert again("x\u2192y metformin500mg") == reading("x\u2192y metformin500mg")
    assert [again.pad_token, again.sep_token, again.unk_token] == ["[PAD]", "[SEP]", "[UNK]"]
    assert not (tmp_path / "saved" / "vocab.txt").exists(), "a tokenizer made of it would lack the steps"


def test_a_tokenizer_of_another_kind_is_left_as_it_is():
    other = PreTrainedTokenizerFast(tokenizer_object=ByteLevelBPETokenizer()._tokenizer)
    assert read_notes(other) is other

"""Tokenizers that read notes as they are meant."""

import json

from tokenizers import Regex, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from space.engine.note_text import read_as_meant

# A mark is a word of its own, with the "▁" for the space before it, which is one with it in vocabularies.
_MARK = r"▁?[\p{P}\p{S}&&[^▁]]"


def read_notes(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """Give a tokenizer the steps that it lacks for notes; one that has them, or needs none, is left.

    WordPiece as BERT has it is given those of `note_text.read_as_meant`. Unigram is made to part words from
    punctuation and symbols, since tags stand for words, and to it "tremor," is one. Byte-level BPE parts
    them itself.

    The new one is of no class of its own: transformers 5 makes those of BERT, ALBERT and DeBERTa anew from
    their vocabularies, without the steps.
    """
    core = tokenizer.backend_tokenizer
    state = json.loads(core.to_str())
    if (state["normalizer"] or {}).get("type") == "BertNormalizer":
        core = read_as_meant(core)
    elif state["model"]["type"] == "Unigram" and not _parts_marks(state["pre_tokenizer"]):
        mark = pre_tokenizers.Split(Regex(_MARK), "isolated")
        core.pre_tokenizer = pre_tokenizers.Sequence([core.pre_tokenizer, mark])
    else:
        return tokenizer
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=tokenizer.model_max_length,
        model_input_names=tokenizer.model_input_names,
        **tokenizer.special_tokens_map,
    )


def _parts_marks(pre_tokenizer: dict) -> bool:
    *_, last = pre_tokenizer.get("pretokenizers", [pre_tokenizer])
    return last["type"] == "Split"

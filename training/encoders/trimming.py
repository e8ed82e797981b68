"""Trimming of vocabularies: keeps the word pieces that the domain uses, drops the rest of the embedding.

WordPiece takes the longest known piece first, so a word whose pieces are all kept splits exactly as
before; every single character is kept, so a word that lost a piece still splits into smaller ones
and no character turns into [UNK] that was not one before.
"""

import json
from collections import Counter
from collections.abc import Iterable

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from space.engine import tokenise

from ..recipe import RecipeError


def kept_pieces(tokenizer: Tokenizer, texts: Iterable[str], min_count: int) -> list[int]:
    """Choose the word pieces to keep: special tokens, single characters, and what the texts use.

    Args:
        tokenizer: a WordPiece tokenizer.
        texts: what pieces are counted in.
        min_count: a piece that occurs as often is kept.

    Returns:
        Ids to keep, in their old order.

    Raises:
        RecipeError: the tokenizer is no WordPiece, so dropping a piece would be unsafe.
    """
    model = json.loads(tokenizer.to_str())["model"]
    if model["type"] != "WordPiece":
        raise RecipeError(
            f"vocabulary: trimming knows WordPiece tokenizers, this base has {model['type']}; "
            "leave `trim` out"
        )
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenise(tokenizer, text).ids.tolist())
    prefix = model["continuing_subword_prefix"]
    special = {token.content for token in tokenizer.get_added_tokens_decoder().values()} | {
        model["unk_token"]
    }
    return sorted(
        index
        for piece, index in model["vocab"].items()
        if piece in special or len(piece.removeprefix(prefix)) == 1 or counts[index] >= min_count
    )


def trim(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, kept: list[int]
) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Reduce a model (in place) and its tokenizer (a new one) to the pieces `kept`, numbered in order."""
    old = model.get_input_embeddings()
    if not isinstance(old, torch.nn.Embedding):
        raise RecipeError(f"vocabulary: trimming knows plain embeddings, this base has {type(old).__name__}")
    new_id = {index: position for position, index in enumerate(kept)}
    pad = new_id.get(tokenizer.pad_token_id)
    new = torch.nn.Embedding(len(kept), old.embedding_dim, padding_idx=pad)
    new.weight.data = old.weight.data[torch.from_numpy(np.array(kept))].clone()
    model.set_input_embeddings(new)
    model.config.vocab_size = len(kept)
    model.config.pad_token_id = pad
    return model, _renumbered(tokenizer, new_id)


def _renumbered(tokenizer: PreTrainedTokenizerFast, new_id: dict[int, int]) -> PreTrainedTokenizerFast:
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    state["truncation"] = state["padding"] = None
    vocabulary = state["model"]["vocab"]
    state["model"]["vocab"] = {piece: new_id[i] for piece, i in vocabulary.items() if i in new_id}
    for token in state["added_tokens"]:
        token["id"] = new_id[token["id"]]
    processor = state["post_processor"] or {}
    for token in processor.get("special_tokens", {}).values():  # TemplateProcessing
        token["ids"] = [new_id[i] for i in token["ids"]]
    for side in ("cls", "sep"):  # BertProcessing
        if side in processor:
            processor[side][1] = new_id[processor[side][1]]
    kwargs = {
        key: value
        for key, value in tokenizer.init_kwargs.items()
        if key not in ("added_tokens_decoder", "tokenizer_file", "vocab_file", "name_or_path")
    }
    return type(tokenizer)(tokenizer_object=Tokenizer.from_str(json.dumps(state)), **kwargs)

"""Stage `encoders`: loads the pretrained bases, makes their tokenizers read notes, trims their vocabulary."""

import json
from collections.abc import Iterator
from functools import partial

from transformers import PreTrainedTokenizerFast, set_seed

from cards.ledger import Claim, ClaimId
from space.engine import plain
from space.engine.note_text import read_as_meant

from .bases import load_base
from .recipe import Base
from .run_context import Context, save
from .vocabulary import kept_pieces, trim


def run(context: Context) -> list[Claim]:
    """Write work/encoders/teacher, and work/encoders/student where the student has a base of its own."""
    teacher, student = context.recipe.teacher, context.recipe.student
    claims = _prepare(context, "teacher", teacher.base, teacher.fitting.seed)
    if student.base is not None:
        claims += _prepare(context, "student", student.base, student.fitting.seed)
    return claims


def read_notes(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """Give a BERT tokenizer the steps of `note_text.read_as_meant`; one that has them, or another, is left.

    The new one is of no class of its own: transformers 5 makes that of BERT anew from its vocabulary, without
    the steps.
    """
    normalizer = json.loads(tokenizer.backend_tokenizer.to_str())["normalizer"] or {}
    if normalizer.get("type") != "BertNormalizer":
        return tokenizer
    return PreTrainedTokenizerFast(
        tokenizer_object=read_as_meant(tokenizer.backend_tokenizer),
        model_max_length=tokenizer.model_max_length,
        model_input_names=tokenizer.model_input_names,
        **tokenizer.special_tokens_map,
    )


def _prepare(context: Context, name: str, base: Base, seed: int) -> list[Claim]:
    set_seed(seed)  # a base from scratch has random weights
    model, tokenizer = load_base(base, lambda: _texts(context))
    tokenizer = read_notes(tokenizer)
    before = len(tokenizer)
    vocabulary = context.recipe.vocabulary
    if vocabulary is not None:
        kept = kept_pieces(plain(tokenizer.backend_tokenizer), _texts(context), vocabulary.min_count)
        model, tokenizer = trim(model, tokenizer, kept)
    tokenizer.model_max_length = model.config.max_position_embeddings
    save(model, tokenizer, context.run.work("encoders") / name)
    print(f"encoders: {name} keeps {len(tokenizer)} of {before} word pieces", flush=True)
    count = partial(context.claim, "encoders", unit="count")
    size = ClaimId(name, topic="vocabulary", metric="after")
    return [
        count(size.replace(metric="before"), f"{name} word pieces before trimming", before),
        count(size, f"{name} word pieces", len(tokenizer)),
    ]


def _texts(context: Context) -> Iterator[str]:
    """Text that vocabularies are counted on: never the test split, never the guard documents."""
    vocabulary = context.recipe.vocabulary
    splits = vocabulary.splits if vocabulary else context.recipe.teacher.fitting.train_on
    for document in context.documents(*splits, "unlabelled"):
        yield document.text

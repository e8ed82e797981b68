"""Stage `encoders`: the pretrained bases, their vocabulary trimmed to what the domain uses."""

from collections.abc import Iterator
from functools import partial

from transformers import set_seed

from cards.ledger import Claim
from space.engine import plain

from .bases import load_base
from .recipe import Base
from .run_context import Context, save
from .vocabulary import kept_pieces, trim


def run(context: Context) -> list[Claim]:
    """Write the encoders to work/encoders/{teacher,student}; the student's only when it has a base
    of its own."""
    models = {"teacher": context.recipe.teacher, "student": context.recipe.student}
    return [
        claim
        for name, model in models.items()
        if model.base
        for claim in _prepare(context, name, model.base, model.fitting.seed)
    ]


def _prepare(context: Context, name: str, base: Base, seed: int) -> list[Claim]:
    set_seed(seed)  # a base from scratch has random weights
    model, tokenizer = load_base(base, lambda: _texts(context))
    before = len(tokenizer)
    vocabulary = context.recipe.vocabulary
    if vocabulary is not None:
        kept = kept_pieces(plain(tokenizer.backend_tokenizer), _texts(context), vocabulary.min_count)
        model, tokenizer = trim(model, tokenizer, kept)
    tokenizer.model_max_length = model.config.max_position_embeddings
    save(model, tokenizer, context.run.work("encoders") / name)
    print(f"encoders: {name} keeps {len(tokenizer)} of {before} word pieces", flush=True)
    count = partial(context.claim, "encoders", unit="count")
    return [
        count(f"{name}.vocabulary.before", f"{name} word pieces before trimming", before),
        count(f"{name}.vocabulary.after", f"{name} word pieces", len(tokenizer)),
    ]


def _texts(context: Context) -> Iterator[str]:
    """The text that vocabularies are counted on: never the test split, never the guard documents."""
    vocabulary = context.recipe.vocabulary
    splits = vocabulary.splits if vocabulary else context.recipe.teacher.fitting.train_on
    for document in context.documents(*splits, "unlabelled"):
        yield document.text

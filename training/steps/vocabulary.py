"""Step `vocabulary`: loads a base, makes its tokenizer read notes, trims its vocabulary."""

from functools import partial
from typing import TYPE_CHECKING

from transformers import set_seed

from cards.ledger import Claim, ClaimId
from space.engine import plain

from ..encoders.bases import load_base
from ..encoders.checkpoints import save
from ..encoders.families import positions
from ..encoders.note_reading import read_notes
from ..encoders.trimming import kept_pieces, trim
from .documents import texts_of

if TYPE_CHECKING:
    from ..recipe.vocabulary import Vocabulary
    from ..run_context import Context


def run(context: "Context", step: "Vocabulary") -> list[Claim]:
    """Write the encoder to the step's folder."""
    set_seed(step.seed)  # a base from scratch has random weights
    model, tokenizer = load_base(step.base, lambda: texts_of(context, step))
    tokenizer = read_notes(tokenizer)
    before = len(tokenizer)
    if step.trim is not None:
        kept = kept_pieces(plain(tokenizer.backend_tokenizer), texts_of(context, step), step.trim.min_count)
        model, tokenizer = trim(model, tokenizer, kept)
    tokenizer.model_max_length = positions(model.config)
    save(model, tokenizer, context.run.output(context.name))
    print(f"{context.name}: keeps {len(tokenizer)} of {before} word pieces", flush=True)
    count = partial(context.claim, unit="count")
    size = ClaimId(context.name, topic="vocabulary", metric="after")
    return [
        count(size.replace(metric="before"), "Word pieces before trimming", before),
        count(size, "Word pieces", len(tokenizer)),
    ]

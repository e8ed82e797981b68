"""Step `finetune`: an encoder learns from the gold labels."""

from typing import TYPE_CHECKING

from cards.ledger import Claim

from ..encoders.checkpoints import load_tokenizer, new_classifier
from ..encoders.layers import first_layers
from ..fitting.examples import cutter_of
from ..fitting.teachers import Fold
from ..fitting.trainer import fit
from .documents import prepared
from .leaving import leave

if TYPE_CHECKING:
    from ..recipe.finetune import Finetune
    from ..run_context import Context


def run(context: "Context", step: "Finetune") -> list[Claim]:
    """Write the token classifier to the step's folder."""
    recipe, encoder = context.recipe, context.run.output(step.encoder)
    tokenizer = load_tokenizer(encoder)
    cutter = cutter_of(tokenizer, recipe)
    fold = Fold(step.fold.number, step.fold.of) if step.fold else None
    documents = prepared(context, step, cutter, fold)
    model = new_classifier(encoder, recipe, step.seed)
    if step.layers is not None:
        model = first_layers(model, step.layers)
    fit(
        context.name,
        model,
        [example for one in documents for example in cutter.examples(one, step.continuations)],
        context.guard(),
        cutter,
        recipe.labels,
        recipe.rules,
        step,
        context.work / "checkpoints",
        context.run.log / f"{context.name}.jsonl",
    )
    leave(context, model, tokenizer)
    return []

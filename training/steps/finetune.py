"""Step `finetune`: an encoder learns from the gold labels."""

from typing import TYPE_CHECKING

from cards.ledger import Claim

from ..encoders.checkpoints import load_tokenizer, new_classifier
from ..encoders.layers import first_layers
from ..fitting.examples import cutter_of
from .documents import fold_of, prepared
from .leaving import leave
from .training import train

if TYPE_CHECKING:
    from ..recipe.finetune import Finetune
    from ..run_context import Context


def run(context: "Context", step: "Finetune") -> list[Claim]:
    """Write the token classifier to the step's folder."""
    recipe, encoder = context.recipe, context.run.output(step.encoder)
    tokenizer = load_tokenizer(encoder)
    cutter = cutter_of(tokenizer, recipe)
    documents = prepared(context, step, cutter, fold_of(step))
    model = new_classifier(encoder, recipe, step.seed)
    if step.layers is not None:
        model = first_layers(model, step.layers)
    examples = [example for one in documents for example in cutter.examples(one, step.continuations)]
    train(context, step, model, examples, cutter)
    leave(context, model, tokenizer)
    return []

"""Step `finetune`: an encoder learns from the gold labels."""

from typing import TYPE_CHECKING

from cards.ledger import Claim

from ..encoders.checkpoints import load_tokenizer, new_classifier
from ..encoders.layers import first_layers
from ..tasks.lookup import TASKS, import_named
from .leaving import leave

if TYPE_CHECKING:
    from ..recipe.finetune import Finetune
    from ..run_context import Context


def run(context: "Context", step: "Finetune") -> list[Claim]:
    """Write the classifier to the step's folder."""
    recipe, encoder = context.recipe, context.run.output(step.encoder)
    model, tokenizer = new_classifier(encoder, recipe, step.seed), load_tokenizer(encoder)
    if step.layers is not None:
        model = first_layers(model, step.layers)
    import_named(TASKS[recipe.task].finetuning).learn_from_labels(context, step, model, tokenizer)
    leave(context, model, tokenizer)
    return []

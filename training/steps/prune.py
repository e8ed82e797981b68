"""Step `prune`: prunes all linear weights globally by L1, then recovers with the mask held.

The smallest weights of all Linear layers together go (Han et al. 2015); the mask stays in place while
the model recovers, so that the sparsity which is published is the sparsity of the file.
"""

from typing import TYPE_CHECKING

from torch.nn.utils import prune

from cards.ledger import Claim, ClaimId

from ..encoders.checkpoints import classifier, load_tokenizer
from ..encoders.layers import linear_layers, sparsity
from ..tasks.lookup import TASKS, import_named
from .leaving import leave

if TYPE_CHECKING:
    from ..recipe.prune import Prune
    from ..run_context import Context


def run(context: "Context", step: "Prune") -> list[Claim]:
    """Write the pruned model to the step's folder, and claim its sparsity."""
    source = context.run.output(step.of)
    model, tokenizer = classifier(source, context.recipe), load_tokenizer(source)
    weights = [(module, "weight") for module in linear_layers(model)]
    prune.global_unstructured(weights, pruning_method=prune.L1Unstructured, amount=step.amount)
    learning = import_named(TASKS[context.recipe.task].distillation)
    learning.learn_from_teachers(context, step, model, tokenizer, None)
    for module in linear_layers(model):
        prune.remove(module, "weight")
    leave(context, model, tokenizer)
    share, name = ClaimId(context.name, metric="sparsity"), "share of zero weights in linear layers"
    return [context.claim(share, name, sparsity(model), "share")]

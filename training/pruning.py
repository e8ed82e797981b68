"""Stage `prune`: prunes all linear weights globally by L1, then recovers with the mask held.

The smallest weights of all Linear layers together go (Han et al. 2015); the mask stays in place while
the model recovers, so that the sparsity which is published is the sparsity of the file.
"""

import torch
from torch.nn.utils import prune

from cards.ledger import Claim, ClaimId

from .run_context import Context, load_tokenizer, save
from .student import distil


def run(context: Context) -> list[Claim]:
    """Write the pruned student to work/prune/model; nothing when the recipe does not prune."""
    pruning = context.recipe.pruning
    if pruning is None:
        return []
    source, work = context.run.work("student") / "model", context.run.work("prune")
    model, tokenizer = context.classifier(source), load_tokenizer(source)
    weights = [(module, "weight") for module in linear_layers(model)]
    prune.global_unstructured(weights, pruning_method=prune.L1Unstructured, amount=pruning.amount)
    distil(context, "prune", model, tokenizer, pruning.recovery, work)
    for module in linear_layers(model):
        prune.remove(module, "weight")
    save(model, tokenizer, work / "model")
    share, name = ClaimId("student", metric="sparsity"), "share of zero weights in linear layers"
    return [context.claim("prune", share, name, sparsity(model), "share")]


def linear_layers(model: torch.nn.Module) -> list[torch.nn.Linear]:
    """All linear layers but the classification head, which hardly counts for the size."""
    head = model.classifier
    return [
        module for module in model.modules() if isinstance(module, torch.nn.Linear) and module is not head
    ]


def sparsity(model: torch.nn.Module) -> float:
    """Share of weights of the pruned layers that are exactly zero."""
    weights = [module.weight for module in linear_layers(model)]
    return sum(int((w == 0).sum()) for w in weights) / sum(w.numel() for w in weights)

"""Node `folds`: cross-validation in place of guard documents.

For each part of the guard's split the recipe's models are made without it, in a run of its own:
RUN/folds/NUMBER. What the run itself then trains, on the whole split, takes its epoch from the mean of what
these found in the parts that they did not know, and so with INT8 settings and temperatures.
"""

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from cards.ledger import Claim

from .graph import MADE, graph
from .recipe.models import Model
from .recipe.schema import Recipe
from .running import resolve, run_changed

if TYPE_CHECKING:
    from .run_context import Context


def run(context: "Context", recipe: Recipe) -> list[Claim]:
    """Run every fold as far as its models' files; what has not changed is left."""
    assert recipe.guard.folds is not None  # the graph has this node for no other recipe
    for number in range(recipe.guard.folds):
        print(f"folds: part {number + 1} of {recipe.guard.folds} is set apart", flush=True)
        fold = fold_of(context, recipe, number)
        resolve(fold)
        for node in graph(fold.recipe):
            if node.module.startswith(MADE):
                run_changed(fold, node)
    for other in context.run.folds()[recipe.guard.folds :]:  # of an earlier recipe
        shutil.rmtree(other.path)
    return []


def fold_of(context: "Context", recipe: Recipe, number: int) -> "Context":
    """The run without one part of the guard's split."""
    guard = recipe.guard.model_copy(update={"fold": number})
    models = {name: _any_setting(model) for name, model in recipe.models.items()}
    own = recipe.model_copy(update={"guard": guard, "models": models})
    return replace(context, recipe=own, run=context.run.fold(number))


def _any_setting(model: Model) -> Model:
    """A model whose INT8 may lose what it will: a part is small, and the mean of all of them decides."""
    if model.int8 is None:
        return model
    return model.model_copy(update={"int8": model.int8.model_copy(update={"f1_budget": 1.0})})

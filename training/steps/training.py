"""Training of a step's model: what every step that trains hands to `fit`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from transformers import PreTrainedModel

from ..fitting.examples import Cutter, Example
from ..fitting.progress import mean_curve
from ..fitting.trainer import WordTrainer, fit

if TYPE_CHECKING:
    from ..recipe.fitting import Fitting
    from ..run_context import Context


def train(
    context: "Context",
    step: "Fitting",
    model: PreTrainedModel,
    examples: list[Example],
    cutter: Cutter,
    trainer: Callable[..., WordTrainer] = WordTrainer,
) -> None:
    """Train `model`, in place, with the context's guard, in the step's folder; see `fit`."""
    fit(
        context.name,
        model,
        examples,
        context.guard(),
        cutter,
        context.recipe.labels,
        context.recipe.rules,
        step,
        context.work / "checkpoints",
        context.run.log / f"{context.name}.jsonl",
        mean_curve([fold.log / f"{context.name}.jsonl" for fold in context.folds]),
        trainer,
    )

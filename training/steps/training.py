"""Training of a step's model on words: from the gold labels, and what every such training hands to `fit`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..fitting.examples import Cutter, Example, cutter_of
from ..fitting.progress import mean_curve
from ..fitting.trainer import WordTrainer, fit
from .documents import fold_of, prepared

if TYPE_CHECKING:
    from ..recipe.finetune import Finetune
    from ..recipe.fitting import Fitting
    from ..run_context import Context


def learn_from_labels(
    context: "Context", step: "Finetune", model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Train `model`, in place, on the documents that its step names, but for a fold that it leaves out."""
    cutter = cutter_of(tokenizer, context.recipe)
    documents = prepared(context, step, cutter, fold_of(step))
    examples = [example for one in documents for example in cutter.examples(one, step.continuations)]
    train(context, step, model, examples, cutter)


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

"""Step `distil`: a smaller model learns from the teachers' soft labels and the gold labels."""

from typing import TYPE_CHECKING

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from cards.ledger import Claim

from ..encoders.checkpoints import classifier, load_tokenizer, new_classifier
from ..encoders.narrowing import part_of
from ..tasks.lookup import TASKS, import_named
from .leaving import leave

if TYPE_CHECKING:
    from ..recipe.distil import Distil
    from ..run_context import Context


def run(context: "Context", step: "Distil") -> list[Claim]:
    """Write the student to the step's folder."""
    model, tokenizer = _start(context, step)
    made_of = step.start.layers if step.start.of == step.teachers[0] else None
    learning = import_named(TASKS[context.recipe.task].distillation)
    learning.learn_from_teachers(context, step, model, tokenizer, made_of)
    leave(context, model, tokenizer)
    return []


def _start(context: "Context", step: "Distil") -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    recipe, start = context.recipe, step.start
    if start.encoder is not None:
        encoder = context.run.output(start.encoder)
        return new_classifier(encoder, recipe, step.seed), load_tokenizer(encoder)
    assert start.of is not None  # so says the recipe's type
    folder = context.run.output(start.of)
    model = part_of(classifier(folder, recipe), start.layers, start.width, start.feed_forward)
    return model, load_tokenizer(folder)

"""Untrained copies of models, with random weights: for what can be known before a training."""

from typing import TYPE_CHECKING

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..encoders.bases import load_base
from ..encoders.checkpoints import untrained_classifier
from ..encoders.families import positions
from ..encoders.narrowing import part_of
from ..encoders.note_reading import read_notes
from ..errors import StageError
from ..recipe.origin import Origin
from ..recipe.vocabulary import Vocabulary
from .documents import texts_of

if TYPE_CHECKING:
    from ..run_context import Context


def untrained(context: "Context", made: Origin) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Build a classifier as a model of the recipe will be, but for a trimmed vocabulary.

    Raises:
        RecipeError: its base cannot be loaded.
        StageError: the recipe's window is longer than its positions, or it has no such part.
    """
    recipe, step = context.recipe, context.recipe.steps[made.vocabulary]
    assert isinstance(step, Vocabulary)  # only such a step loads a base
    encoder, tokenizer = load_base(made.base, lambda: texts_of(context, step))
    config = encoder.config
    if positions(config) < recipe.window:
        raise StageError(
            f"window: {recipe.window} tokens, but {made.base.id} has positions for {positions(config)}; "
            f"give the recipe `window: {positions(config)}` or less"
        )
    model = untrained_classifier(config, recipe)
    for part in made.parts:
        model = part_of(model, part.layers, part.width, part.feed_forward)
    return model, read_notes(tokenizer)

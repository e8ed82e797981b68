"""Checkpoints in the Hub's layout: loading with a recipe's head, saving."""

from pathlib import Path
from typing import TYPE_CHECKING

from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    set_seed,
)

if TYPE_CHECKING:
    from ..recipe import Recipe


def classifier(folder: Path, recipe: "Recipe") -> PreTrainedModel:
    """Load a token classifier with a recipe's tags from a checkpoint, in FP32."""
    model = AutoModelForTokenClassification.from_pretrained(
        folder,
        id2label=dict(enumerate(recipe.tags)),
        label2id={tag: index for index, tag in enumerate(recipe.tags)},
    ).float()
    model.config.clinstill = {"window": recipe.window, "overlap": recipe.overlap}
    return model


def new_classifier(encoder: Path, recipe: "Recipe", seed: int) -> PreTrainedModel:
    """As `classifier`, from a checkpoint without a head: `seed` decides the head's random weights.

    It seeds the generators of this process, too.
    """
    set_seed(seed)
    return classifier(encoder, recipe)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load the fast tokenizer of a checkpoint."""
    return AutoTokenizer.from_pretrained(folder, use_fast=True)


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a checkpoint: config, safetensors, tokenizer files."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)

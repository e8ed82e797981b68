"""Checkpoints in the Hub's layout: loading with a recipe's head or with their own, saving."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from ..tasks.lookup import TASKS

if TYPE_CHECKING:
    from ..recipe import Recipe


def classifier(folder: Path, recipe: "Recipe") -> PreTrainedModel:
    """Load a checkpoint with the head of a recipe's task, in FP32."""
    config = _with_head(AutoConfig.from_pretrained(folder), recipe)
    model: PreTrainedModel = _head_of(recipe).from_pretrained(folder, config=config).float()
    return model


def new_classifier(encoder: Path, recipe: "Recipe", seed: int) -> PreTrainedModel:
    """As `classifier`, from a checkpoint without a head: `seed` decides the head's random weights.

    It seeds the generators of this process, too.
    """
    transformers.set_seed(seed)
    return classifier(encoder, recipe)


def untrained_classifier(config: PretrainedConfig, recipe: "Recipe") -> PreTrainedModel:
    """As `classifier`, from an encoder's configuration, with random weights."""
    model: PreTrainedModel = _head_of(recipe).from_config(_with_head(config, recipe))
    return model


def _head_of(recipe: "Recipe") -> Any:
    """The class of transformers that puts the head of a recipe's task upon an encoder."""
    return getattr(transformers, TASKS[recipe.task].head)


def _with_head(config: PretrainedConfig, recipe: "Recipe") -> PretrainedConfig:
    """Say in a configuration, in place, what a recipe's head scores and how the engine cuts texts for it."""
    outputs = TASKS[recipe.task].outputs(recipe.labels)
    config.id2label = dict(enumerate(outputs))
    config.label2id = {output: index for index, output in enumerate(outputs)}
    config.clinstill = {"window": recipe.window, "overlap": recipe.overlap}
    return config


def load_model(folder: Path) -> PreTrainedModel:
    """Load a checkpoint of any task as what it says that it is, in FP32."""
    kind = class_of(AutoConfig.from_pretrained(folder))
    model: PreTrainedModel = kind.from_pretrained(folder, dtype=torch.float32)
    return model


def class_of(config: PretrainedConfig) -> type[PreTrainedModel]:
    """The class of the model that a checkpoint's configuration describes."""
    assert config.architectures  # so says every checkpoint that was saved
    kind: type[PreTrainedModel] = getattr(transformers, config.architectures[0])
    return kind


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load the fast tokenizer of a checkpoint."""
    return AutoTokenizer.from_pretrained(folder, use_fast=True)


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a checkpoint: config, safetensors, tokenizer files."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)

"""What is exported of a run, and how: the models that it publishes."""

from typing import Literal

from pydantic import Field

from .references import ModelName, Name, Strict


class Int8(Strict):
    """INT8 settings to try. The smallest file within the budget on the guard documents is kept."""

    f1_budget: float = Field(default=0.005, ge=0)
    """Macro F1 that INT8 may lose against FP32 on the guard."""
    activations: tuple[Literal["dynamic", "calibrated"], ...] = ("dynamic",)
    """When scales of activations are taken: for each text, or once on guard texts."""
    per_channel: tuple[bool, ...] = (True,)
    """Whether each column of a matrix has a scale of its own."""
    embeddings: tuple[bool, ...] = (True,)
    """Whether embeddings are INT8, too."""
    exclude_layers: tuple[tuple[int, ...], ...] = ((),)
    """Lists of encoder layers that stay in FP32, by their numbers from 0."""
    calibration_windows: int = 64
    """Windows that `calibrated` takes scales from."""


class Model(Strict):
    """A model as it is published: exported, quantised where `int8` is given, measured."""

    step: ModelName = Field(alias="from")
    """Step whose model it is."""
    storage: Literal["fp32", "fp16"] = "fp32"
    """`fp16`: one more file with the same weights in half the bytes, computed in FP32."""
    int8: Int8 | None = None
    """Quantise it, with these settings tried; without this it goes the whole way in FP32."""
    compare_with: tuple[Name, ...] = ()
    """Other models, whose FP32 files this one is held against."""
    title: str | None = None
    """By default the recipe's, and the model's name."""
    summary: str | None = None
    """By default the recipe's."""
    license: str | None = None
    """By default the recipe's."""

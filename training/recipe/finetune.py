"""`do: finetune`: an encoder learns from gold labels."""

from typing import Literal

from pydantic import Field, model_validator

from .fitting import Fitting
from .references import EncoderName, Strict


class LeftOut(Strict):
    """A part of the labelled documents, by the hash of their ids, which a teacher labels unseen."""

    number: int = Field(ge=0)
    """Which part, from 0."""
    of: int = Field(ge=2)
    """Parts that there are."""

    @model_validator(mode="after")
    def _one_of_them(self) -> "LeftOut":
        if self.number >= self.of:
            raise ValueError(f"part {self.number} of {self.of}; they are numbered from 0")
        return self


class Finetune(Fitting):
    """Trains a token classifier on gold labels."""

    do: Literal["finetune"]
    """The kind of step."""
    encoder: EncoderName
    """Step that leaves the encoder."""
    layers: tuple[int, ...] | None = None
    """Numbers of the layers of the encoder that are kept, from 0, in order; without this all."""
    fold: LeftOut | None = None
    """Leave this part of the labelled documents out. As a teacher, it labels no other labelled documents: a
    distillation from the teachers of all parts has out-of-fold soft labels."""

"""Hyper-parameters of one training: what every kind of step that trains has."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .references import Name, Splits, Strict

Share = Annotated[float, Field(gt=0, le=1)]


class Replacement(Strict):
    """In a share of the labelled documents, names of the same type stand for the mentions; drawn once."""

    share: Share
    """Of the documents, that are changed."""
    names: Splits = Field(default_factory=dict)
    """Corpora: splits whose mentions are the names; by default those that are trained on."""


class Noise(Strict):
    """A share of the labelled documents reads as hurried notes do; drawn once."""

    share: Share
    """Of the documents, that are changed."""
    kinds: tuple[Literal["typos", "glued_doses", "shorthand", "line_wraps"], ...] = (
        "typos",
        "glued_doses",
        "shorthand",
        "line_wraps",
    )
    """What is done to them."""


class Fitting(Strict):
    """A training on labelled documents; the epoch with the best F1 on the guard is kept."""

    on: Splits
    """Corpora: splits that are learned from; the guard is never among them."""
    at_most: int | None = Field(default=None, ge=1)
    """So many documents of each corpus, those with the smallest SHA-256 of their id; without this all."""
    epochs: float = Field(gt=0)
    """At most; the one with the best guard F1 is kept."""
    learning_rate: float = Field(gt=0)
    """Highest of the schedule."""
    batch_size: int = Field(ge=1)
    """Windows of a step."""
    weight_decay: float = 0.01
    """Of AdamW."""
    warmup: float = Field(default=0.1, ge=0, lt=1)
    """Share of the steps in which the learning rate rises."""
    schedule: Literal["linear", "cosine"] = "linear"
    """How it falls then."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    patience: int | None = None
    """Epochs without a better guard F1 before it ends; without this it never ends early."""
    bf16: bool | Literal["auto"] = "auto"
    """Autocast to bfloat16, weights stay FP32; `auto`: where the processor has it."""
    seed: int = 13
    """Of all that is random."""
    unknown: Literal["marginal", "outside"] = "marginal"
    """What a word may be that no mention covers. `marginal`: O, or any tag of a type that its corpus does
    not annotate, or annotates in part; the loss sums over them. `outside`: O, whatever its corpus
    annotates."""
    corpus_tag: bool = False
    """Windows begin with their corpus' name, those of the guard's corpus with none."""
    weights: dict[Name, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Corpus: how many of its windows an epoch takes. 1 all, 0.5 half of them, 2 each twice."""
    continuations: bool = True
    """A word's further pieces learn its label, too: I- of its type."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of a label that goes to all tags alike."""
    r_drop: float = Field(default=0.0, ge=0)
    """Weight of the distance between two passes with other dropout (Liang et al. 2021)."""
    moving_average: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Decay of a moving average of the weights, which is what is evaluated and kept."""
    quantization_aware: int = Field(default=0, ge=0)
    """So many epochs at the end round as INT8 will."""
    replace_mentions: Replacement | None = None
    """Other names stand for mentions."""
    noise: Noise | None = None
    """Documents read as hurried notes do."""

    @model_validator(mode="after")
    def _rounds_while_it_trains(self) -> "Fitting":
        if self.quantization_aware > self.epochs:
            raise ValueError(f"quantization_aware: {self.quantization_aware} of {self.epochs:g} epochs")
        return self

    @model_validator(mode="after")
    def _weights_of_its_corpora(self) -> "Fitting":
        if others := [name for name in self.weights if name not in self.on]:
            raise ValueError(
                f"weights: {', '.join(others)} is not among the corpora of `on`: {', '.join(self.on)}"
            )
        return self

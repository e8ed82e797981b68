"""`do: distil`: a smaller model learns from the soft labels of teachers, and from gold labels."""

from typing import Any, Literal

from pydantic import Field, model_validator

from .fitting import Fitting
from .references import CorpusName, EncoderName, LayersName, Strict, TeacherName

PRESETS: dict[str, dict[str, float]] = {
    # Hinton et al. 2015: T = 2 and a weight of 0.5 for the gold labels (section 4).
    "hinton": {"temperature": 2, "kl": 1, "ce": 0.5},
    # Jiao et al. 2020: layers and soft labels, no gold labels (section 3.1); one training here, two there.
    "tinybert": {"temperature": 1, "kl": 1, "hidden": 1, "attention": 1},
    # Sun et al. 2019: from the middle of the ranges that they searched.
    "pkd": {"temperature": 10, "kl": 0.5, "ce": 0.5, "patient": 100},
    # ClinicalFlamo's model card: T = 4, alpha = 0.5.
    "clinicalflamo": {"temperature": 4, "kl": 0.5, "ce": 0.5},
    # OptimCLM: T^2 * KL + CE, T = 2, the mean of its teachers' logits.
    "optimclm": {"temperature": 2, "kl": 1, "ce": 1},
}


class Loss(Strict):
    """The weighted sum of the terms; a term without a weight takes no part.

    A preset fills in what the recipe does not say. Unlabelled windows have no `ce`.
    """

    preset: Literal["hinton", "tinybert", "pkd", "clinicalflamo", "optimclm"] | None = None
    """Of a published system; its values stand where the recipe says nothing."""
    temperature: float = Field(gt=0)
    """At which teachers and student are compared."""
    kl: float = Field(default=0.0, ge=0)
    """Weight of T^2 * KL(teachers || student)."""
    ce: float = Field(default=0.0, ge=0)
    """Weight of the cross-entropy with the gold labels."""
    logits: float = Field(default=0.0, ge=0)
    """Weight of the squared distance of logits, each word's less their mean."""
    hidden: float = Field(default=0.0, ge=0)
    """Weight of the squared distance of matched hidden states, projected where widths differ."""
    attention: float = Field(default=0.0, ge=0)
    """Weight of the squared distance of matched attention maps."""
    patient: float = Field(default=0.0, ge=0)
    """Weight of the squared distance of matched hidden states of length 1, on words (Sun et al. 2019)."""
    match: tuple[int, ...] | None = None
    """Layers of the first teacher that the student's are compared with, in order. By default those that it
    was made of, else every second, third, ... up to the last."""

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, given: Any) -> Any:
        """The values of the preset, under those that are given."""
        if not isinstance(given, dict):
            return given
        return PRESETS.get(str(given.get("preset")), {}) | given

    @model_validator(mode="after")
    def _some_term(self) -> "Loss":
        if not self.weights:
            raise ValueError(f"no term has a weight; terms: {', '.join(self.terms())}; or name a `preset`")
        return self

    @classmethod
    def terms(cls) -> tuple[str, ...]:
        """Names of the terms, which are those of their weights."""
        return tuple(name for name in cls.model_fields if name not in ("preset", "temperature", "match"))

    @property
    def weights(self) -> dict[str, float]:
        """Of the terms that take part."""
        return {name: weight for name in self.terms() if (weight := getattr(self, name)) > 0}


class Start(Strict):
    """What a student starts from: a part of a trained model, or an encoder.

    A narrower part is what adds most to the layers' outputs when the model reads random tokens.
    """

    layers: tuple[int, ...] | None = None
    """Numbers of the layers that are copied, from 0, in order; without this all."""
    width: int | None = Field(default=None, ge=1)
    """Dimensions of the hidden states that are copied, the most important: a multiple of the size of an
    attention head, of which each layer keeps fewer, too; without this all."""
    feed_forward: int | None = Field(default=None, ge=1)
    """Feed-forward neurons of each layer that are copied, the most important; without this all."""
    of: LayersName | None = None
    """Step whose model they are of."""
    encoder: EncoderName | None = None
    """Step that leaves the encoder to start from, in place of a part of a model."""

    @model_validator(mode="after")
    def _one_start(self) -> "Start":
        is_part = any(each is not None for each in (self.layers, self.width, self.feed_forward))
        if is_part != (self.of is not None) or is_part == (self.encoder is not None):
            raise ValueError(
                "a student starts either from `layers`, `width` or `feed_forward` `of` a step, or from an "
                "`encoder`"
            )
        return self


class Distilling(Fitting):
    """A training on the soft labels of teachers."""

    teachers: tuple[TeacherName, ...] = Field(min_length=1)
    """Steps whose models label the texts."""
    combine: Literal["logits", "probabilities"] = "logits"
    """What several teachers' mean is taken of."""
    texts: tuple[CorpusName, ...] = ()
    """Corpora without labels, whose texts the teachers label, too."""
    draw: int = Field(default=0, ge=0)
    """So many texts of them, each packed to a window."""
    loss: Loss
    """What is learned."""


class Distil(Distilling):
    """Trains a student."""

    do: Literal["distil"]
    """The kind of step."""
    start: Start
    """What the student begins as."""

"""The recipe as a whole: corpora, a graph of named steps, and the models that come of it."""

from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, field_validator, model_validator

from space.engine.decoding import RULES
from space.engine.errors import EngineError
from space.engine.model_folder import chosen_rules

from ..corpora.definition import Corpus
from .distil import Distil
from .finetune import Finetune
from .models import Model
from .prune import Prune
from .references import Name, Strict
from .vocabulary import Vocabulary

Step = Annotated[Vocabulary | Finetune | Distil | Prune, Field(discriminator="do")]
ENCODER_STEPS = (Vocabulary,)  # leave an encoder; all others a token classifier


class Guard(Strict):
    """Documents that no model is trained on: all that is chosen is chosen on them.

    They are those of a split whose ids have the smallest SHA-256, so that no later change of code or seed can
    move them. Where a corpus is too small to spare them, `folds` has every model trained several times.
    """

    corpus: Name
    """Name of the corpus."""
    split: str
    """Its split that they are taken from; the rest of it may be trained on."""
    documents: int = Field(default=50, ge=1)
    """How many; with `folds` this says nothing."""
    folds: int | None = Field(default=None, ge=2)
    """Cross-validation in place of documents set apart. The split is cut into so many parts by the hash of
    the ids; for each, everything is trained without it and held against it. Epochs, INT8 settings and
    temperatures are chosen by all parts together; what is published is then trained on the whole split."""
    fold: int | None = Field(default=None, ge=0)
    """Set this one of the `folds` apart, from 0, and choose on it alone."""

    @model_validator(mode="after")
    def _one_of_the_folds(self) -> "Guard":
        if self.fold is not None and self.fold >= (self.folds or 0):
            raise ValueError(f"fold {self.fold} of {self.folds or 'no'} folds; they are numbered from 0")
        return self

    @property
    def is_crossed(self) -> bool:
        """Whether it stands for cross-validation, and no document is set apart."""
        return self.folds is not None and self.fold is None


class Evaluation(Strict):
    """How the models are measured."""

    resamples: int = 1000
    """Resamples of the bootstrap over documents."""
    lengths: tuple[int, ...] = ()
    """Tokens of the texts that latency is measured on, special tokens included; by default half a window and
    a whole one."""
    repeats: int = 50
    """Times that each text is tagged by each file."""
    threads: int = 2
    """Threads of the engine while it is timed."""


class Gates(Strict):
    """What another run must hold against this one: `python -m training compare` fails where it does not."""

    f1_drop: float | None = Field(default=None, ge=0)
    """Macro F1 that may be lost: the 95% interval of the difference must exclude more."""
    speed_up: float | None = Field(default=None, gt=0)
    """The first run's median latency by the other's, at least."""
    size: float | None = Field(default=None, gt=0)
    """The other's bytes by the first run's, at most."""
    sparsity: float | None = Field(default=None, ge=0, le=1)
    """The other's share of zero weights, at least."""


class Recipe(Strict):
    """Everything that decides what a run makes; `consistency` checks that its parts fit together."""

    name: str
    """As the command line names it."""
    title: str
    """Of the model cards."""
    summary: str
    """What the models do, in a sentence."""
    license: str = "apache-2.0"
    """Of the models; a model may have its own."""
    author: str | None = None
    """Who made the models, as BibTeX has it: `Jane Doe and John Roe`, `{An Organisation}`."""
    language: tuple[str, ...] = ("en",)
    """Of the texts, as codes of ISO 639."""
    citation: str | None = None
    """BibTeX of the work behind the models, for their cards."""
    task: Literal["entities"] = "entities"
    """What the models do with a text."""
    labels: tuple[str, ...]
    """Entity types. The tags are O, then B-X and I-X of each in this order."""
    window: int = Field(default=256, ge=8)
    """Tokens that a model reads at once, special tokens included."""
    overlap: int = Field(default=64, ge=0)
    """Tokens that neighbouring windows of a long text share at least."""
    rules: tuple[str, ...] = tuple(RULES)
    """The engine's rules that the models run with, and are chosen by; `[]`: none."""
    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Of trainings; `auto`: as many as processors are idle."""
    corpora: dict[Name, Corpus] = Field(min_length=1)
    """The texts, by names of your own."""
    guard: Guard
    """What epochs, INT8 settings and temperatures are chosen on."""
    measure: dict[Name, str] = Field(min_length=1)
    """Corpus: split that the models are measured on. The first is their own test. Nothing may be learned from
    any of them."""
    evaluation: Evaluation = Evaluation()
    """How the models are measured."""
    gates: Gates = Gates()
    """What `compare` holds another run to."""
    steps: dict[Name, Step] = Field(min_length=1)
    """What is trained, by names of your own."""
    models: dict[Name, Model] = Field(min_length=1)
    """What is exported, measured and published, by names of your own."""

    @field_validator("corpora", mode="before")
    @classmethod
    def _named(cls, corpora: Any) -> Any:
        """A corpus is known by its key, unless it has an id of its own."""
        if not isinstance(corpora, dict):
            return corpora
        return {
            name: {"id": name, **corpus} if isinstance(corpus, dict) else corpus
            for name, corpus in corpora.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _lengths_of_the_window(cls, given: Any) -> Any:
        """Latency is measured on half a window and a whole one, unless the recipe says otherwise."""
        if not isinstance(given, dict):
            return given
        window, evaluation = given.get("window", 256), given.get("evaluation") or {}
        if not isinstance(window, int) or not isinstance(evaluation, dict) or evaluation.get("lengths"):
            return given
        return given | {"evaluation": evaluation | {"lengths": (window // 2, window)}}

    @field_validator("rules")
    @classmethod
    def _rules_are_there(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return chosen_rules(rules, "rules")
        except EngineError as error:
            raise ValueError(str(error).removeprefix("rules: ")) from error

    def written(self) -> str:
        """The recipe as YAML, which reads as the same recipe."""
        data = self.model_dump(mode="json", by_alias=True)
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)

    def published(self) -> "Recipe":
        """The recipe without folders of this machine, as it travels with the models."""
        steps = {
            name: step.model_copy(update={"base": step.base.published()})
            if isinstance(step, Vocabulary)
            else step
            for name, step in self.steps.items()
        }
        return self.model_copy(update={"steps": steps})

    @property
    def own_test(self) -> tuple[str, str]:
        """Corpus and split of the models' own test."""
        return next(iter(self.measure.items()))

    def data_name(self, corpus: str) -> str | None:
        """How claim ids name a corpus: that of the models' own test needs no name."""
        return None if corpus == self.own_test[0] else corpus

    @property
    def measured(self) -> tuple[tuple[Corpus, str], ...]:
        """The corpora that models are measured on, each with its split; the first is their own test."""
        return tuple((self.corpora[name], split) for name, split in self.measure.items())

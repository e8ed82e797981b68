"""Types of a recipe: an unknown key is an error."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from space.engine import RULES, EngineError
from space.engine.model_folder import chosen_rules

from ..corpora import Corpus


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Base(Strict):
    """A pretrained encoder. `source` says where its weights are taken from when not from the Hub:
    a folder, or `package:NAME` for a Python package that carries them."""

    id: str
    license: str
    revision: str | None = None
    source: str | None = None


class Vocabulary(Strict):
    """Trimming: word pieces seen fewer times in these texts are dropped (single characters stay)."""

    min_count: int = Field(ge=1)
    splits: tuple[str, ...]  # of the labelled corpus


class Fitting(Strict):
    """Hyper-parameters of one fine-tuning."""

    train_on: tuple[str, ...]  # splits of the labelled corpus; guard documents are never among them
    epochs: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    batch_size: int = Field(ge=1)
    weight_decay: float = 0.01
    warmup: float = Field(default=0.1, ge=0, lt=1)  # share of the steps
    schedule: Literal["linear", "cosine"] = "linear"
    clip: float = 1.0
    patience: int | None = None  # evaluations without a better guard F1 before stopping
    bf16: bool | Literal["auto"] = "auto"  # autocast (weights stay FP32); auto: where the processor has it
    seed: int = 13


class Teacher(Strict):
    base: Base
    fitting: Fitting


class Distillation(Strict):
    """`alpha * T^2 * KL(teacher || student) + (1 - alpha) * CE`, plus optional terms.

    Unlabelled windows have the KL term alone.
    """

    alpha: float = Field(ge=0, le=1)
    temperature: float = Field(gt=0)
    hidden_weight: float = Field(default=0.0, ge=0)  # MSE between matched hidden states
    attention_weight: float = Field(default=0.0, ge=0)  # MSE between matched attention maps
    unlabelled_texts: int = Field(
        default=0, ge=0
    )  # drawn from the unlabelled corpora, packed to a window each


class Student(Strict):
    """The student starts from these layers of the teacher, or from another checkpoint."""

    layers: tuple[int, ...] | None = None
    base: Base | None = None
    distillation: Distillation
    fitting: Fitting

    @model_validator(mode="after")
    def _one_start(self) -> "Student":
        if (self.layers is None) == (self.base is None):
            raise ValueError(
                "a student starts either from `layers` of the teacher or from a `base`: give one"
            )
        return self


class Pruning(Strict):
    """Global L1 unstructured pruning of all Linear weights, then recovery with the mask held."""

    amount: float = Field(gt=0, lt=1)
    recovery: Fitting


class Quantization(Strict):
    """INT8 settings to try. The smallest file within the budget on the guard documents is kept."""

    f1_budget: float = Field(default=0.005, ge=0)  # macro F1 that INT8 may lose against FP32 on the guard
    activations: tuple[Literal["dynamic", "calibrated"], ...] = ("dynamic",)
    per_channel: tuple[bool, ...] = (True,)
    embeddings: tuple[bool, ...] = (True,)
    exclude_layers: tuple[tuple[int, ...], ...] = ((),)  # encoder layers left in FP32
    calibration_windows: int = 64


class Evaluation(Strict):
    split: str = "test"
    resamples: int = 1000
    lengths: tuple[int, ...] = (128, 256)  # tokens of the latency texts, special tokens included
    repeats: int = 50
    threads: int = 2


class Recipe(Strict):
    name: str
    title: str
    summary: str
    license: str = "apache-2.0"
    labels: tuple[str, ...]  # entity types; tags are O, then B-X, I-X for each in this order
    corpus: Corpus
    unlabelled: tuple[Corpus, ...] = ()
    guard_documents: int = Field(default=50, ge=1)
    guard_split: str = "development"
    window: int = Field(default=256, ge=8)  # tokens, special tokens included
    overlap: int = Field(default=64, ge=0)
    rules: tuple[str, ...] = tuple(RULES)  # of the engine, with which the models run; `[]`: none
    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"  # of training; auto: as many as are idle
    vocabulary: Vocabulary | None = None
    teacher: Teacher
    student: Student
    pruning: Pruning | None = None
    quantization: Quantization = Quantization()
    evaluation: Evaluation = Evaluation()

    @field_validator("rules")
    @classmethod
    def _rules_are_there(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return chosen_rules(rules, "rules")
        except EngineError as error:
            raise ValueError(str(error).removeprefix("rules: ")) from error

    @model_validator(mode="after")
    def _splits_are_there(self) -> "Recipe":
        """A name that no split has would be found after minutes of training; a measured one never."""
        trained = [*self.teacher.fitting.train_on, *self.student.fitting.train_on]
        trained += self.pruning.recovery.train_on if self.pruning else ()
        trained += self.vocabulary.splits if self.vocabulary else ()
        for split in (*trained, self.guard_split, self.evaluation.split):
            if split not in self.corpus.files:
                raise ValueError(f"no split {split!r}; `corpus.files` has {', '.join(self.corpus.files)}")
        if self.evaluation.split in (*trained, self.guard_split):
            raise ValueError(
                f"{self.evaluation.split!r} is measured on, so nothing may be learned or chosen on it"
            )
        return self

    @model_validator(mode="after")
    def _labels_are_those_of_the_corpus(self) -> "Recipe":
        if set(self.labels) != set(self.corpus.types.values()):
            raise ValueError(
                f"`labels` has {', '.join(self.labels)}, but `corpus.types` gives"
                f" {', '.join(dict.fromkeys(self.corpus.types.values())) or 'none'}; both name the same types"
            )
        return self

    @property
    def corpora(self) -> tuple[Corpus, ...]:
        """Every corpus that a run reads."""
        return (self.corpus, *self.unlabelled)

    @property
    def tags(self) -> list[str]:
        """The label list of every model: O first, then B- and I- of each type."""
        return ["O"] + [f"{prefix}-{label}" for label in self.labels for prefix in ("B", "I")]

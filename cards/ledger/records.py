"""The ledger: every measured number, and what it was measured on. The only source of numbers.

Training writes `RUN/ledger.json`; `project` cuts a model folder's ledger out of it; cards, the
Space and the README read claims by id. Derived figures (retention, speed-up, reduction) are
functions in `cards.ledger.derived`, never stored.

What claims measure follows from their ids, whose forms `cards.ledger.ids` lists. Where that is not all:

    student.training.energy | .co2      kWh and g; `method` says how
    A.vs.B.macro.f1_difference          A minus B, paired; for A.vs.A: INT8 minus FP32
    corpus.test.mended                  mentions that were left out or trimmed, as the recipe says
    student.sparsity                    share of zero weights of linear layers
    student.int8.test.calibration.ece   mean distance of score and precision, over `.bins.N`
    student.int8.test.errors.boundary   count of a kind of error; `.correct` counts right entities
    student.int8.bare.test.macro.f1     without the engine's rules; `.f1_difference`: with minus without
    student.calibration.temperature     of the scores; `.entities`: how many it was fitted on
    triage.int8.test.urgent.auroc       one class against the rest
    encoder.fp32.test.masked.top_5      share of masked tokens; `.perplexity`: exp of their mean cross-entropy
    weak.labeler.lexicon.strings        answers of a labeler; `.hallucinated`: those not in the text
    weak.agreement.A.vs.B.f1            strict entity F1 of two labelers

Figures that others published (`quoted.SYSTEM.TYPE`) are no claims: no derived figure takes them.
"""

import difflib
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Unpack

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from pydantic_core import from_json

from ..errors import CardError
from .ids import ClaimId, Fields


class LedgerError(CardError):
    """A ledger cannot be read or lacks a claim. The message names the file and the remedy."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


GUARD = "guard"  # the split on which checkpoints and settings are chosen: no result
RESERVED = ("corpus", "quoted", "space")  # what ids and `repos` call by these names is no model
Completeness = Literal["complete", "partial"]  # whether all mentions of a label are annotated, or some
COMPLETE: Completeness = "complete"
Genre = Literal["abstracts", "articles", "clinical-notes", "social-media", "dialogue", "invented", "other"]


class DataSet(Strict):
    """What a number was measured on."""

    id: str  # name of the corpus, as on the Hub where it is there
    revision: str | None = None
    sha256: str  # of the documents as read, so that a re-measurement can tell whether they differ
    documents: int
    genre: Genre | None = None  # what kind of text it is; None where nobody said


class Artifact(Strict):
    """The very file that was measured."""

    model: str  # name of the model folder under models/
    file: str  # relative to that folder
    sha256: str
    bytes: int
    parameters: int


class Environment(Strict):
    """Where a number was measured."""

    cpu: str
    isa: str  # the widest relevant extension, e.g. "avx512_vnni"
    threads: int
    versions: dict[str, str]


class Interval(Strict):
    low: FiniteFloat
    high: FiniteFloat
    level: FiniteFloat = 0.95
    method: str  # e.g. "bootstrap over documents, 1,000 resamples, percentile"


Aggregation = Literal[
    "value",  # one quantity, counted or read (bytes, parameters, documents)
    "setting",  # a hyper-parameter of the recipe
    "micro",
    "macro",  # mean over types
    "type",  # one entity type or class
    "median",
    "p95",
    "min",
    "total",  # summed over a whole step (seconds)
    "peak",
    "difference",  # paired, same documents
    "p-value",
]


def _claim_id(value: object) -> ClaimId:
    return value if isinstance(value, ClaimId) else ClaimId.parse(str(value))


class Claim(Strict):
    id: Annotated[ClaimId, PlainValidator(_claim_id), PlainSerializer(str)]  # its text in JSON
    name: str  # what a reader calls it, e.g. "Chemical F1"
    value: FiniteFloat
    unit: str  # "F1", "precision", "accuracy", "ms", "bytes", "parameters", "s", "count", "p", "kWh", ...
    aggregation: Aggregation
    n: int | None = None  # how many documents or repeats it rests on
    interval: Interval | None = None
    split: str | None = None
    data: DataSet | None = None
    artifact: Artifact | None = None
    environment: Environment | None = None
    command: str  # how to measure it again
    # Of a time: seconds that its threads waited for a processor in a second, where other programs took so
    # much that it is compared with nothing.
    disturbed: FiniteFloat | None = None
    method: str | None = None  # how the value came about where the command does not say, e.g. by an estimate
    date: date


class Quoted(Strict):
    """A figure that others published, as they gave it."""

    id: str = Field(pattern=r"^quoted(\.[a-z0-9_-]+)+$")
    system: str  # what its authors call it
    parameters: int | None = None
    bytes: int | None = None
    data: str  # the data set's id, as `DataSet` has it
    group: str  # entity type, or "All"
    metric: Literal["F1"]
    value: FiniteFloat  # between 0 and 1
    matching: str  # when a mention counts as found, or "not stated"
    source: str
    url: str | None = None
    read: date  # when somebody looked


class Base(Strict):
    """A model that ours was made from."""

    id: str  # as on the Hub; never a local path
    revision: str | None = None
    license: str


class Source(Strict):
    """A corpus that took part, and how."""

    id: str  # of a labelled corpus of the same run: its name there
    name: str | None = None  # what claim ids call it
    license: str
    use: str  # e.g. "training", "soft labels", "vocabulary", "test"; of a run's ledger: by any of its models
    uses: dict[str, str] = Field(default_factory=dict)  # by model
    learned: tuple[str, ...] = ()  # splits that a model of the run learned from
    labels: dict[str, Completeness] = Field(default_factory=dict)  # that it annotates
    url: str | None = None
    description: str | None = None  # what kind of text it is, e.g. "PubMed titles and abstracts"
    citation: str | None = None  # BibTeX


class Variant(Strict):
    """One runnable file of a model."""

    name: str  # "fp32", "int8", "fp16"
    file: str  # relative to the model folder


Task = Literal["token-classification", "text-classification", "fill-mask"]
Tool = Literal["transformers", "optimum", "clinstill"]


class Example(Strict):
    """A usage snippet that was run on the model, and what it printed (see `cards.render.snippets`)."""

    tool: Tool
    text: str  # the text that the snippet gives to the model
    output: str  # its standard output


class Model(Strict):
    """What a model is, apart from numbers. Its title and summary reach the card as they are, so
    they hold no number."""

    task: Task
    title: str
    summary: str
    labels: tuple[str, ...]  # entity types or classes, in the config's order; none for fill-mask
    license: str
    languages: tuple[str, ...] = ("en",)
    base: Base
    teacher: str | None = None  # name of the model of this run it was distilled from; of several the first
    teachers: tuple[str, ...] = ()  # all of them; their number, with those of no name, is a setting
    parent: str | None = None  # name of the model of this run whose weights it began with
    variants: tuple[Variant, ...]
    # The rules outside the weights that it runs with in the engine: name -> what holds, in a sentence.
    rules: dict[str, str] = Field(default_factory=dict)
    weights_from: str | None = None  # file that the FP32 weights were read back from, training's being lost
    examples: tuple[Example, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """The models of this run that it learned from, then that it began with."""
        return tuple(dict.fromkeys(name for name in (self.teacher, *self.teachers, self.parent) if name))

    @model_validator(mode="after")
    def _labels_fit_the_task(self) -> "Model":
        if bool(self.labels) == (self.task == "fill-mask"):
            raise ValueError(f"a model for {self.task} with the labels {self.labels}")
        return self


class Labeler(Strict):
    """One source of labels."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$")  # as claim ids have it
    kind: Literal["language model", "lexicon", "recogniser", "rules", "people"]
    id: str  # of the model on the Hub, or name of the lexicon
    revision: str | None = None  # or version, or the date of a hosted model
    license: str  # of what it yields: a lexicon's licence, a service's terms
    url: str | None = None


class DataFile(Strict):
    """One file of a labelled corpus."""

    file: str  # relative to its folder
    split: str
    sha256: str


class LabelledCorpus(Strict):
    """A corpus that this run labelled. Title, summary and rule hold no number: `NAME.setting.*` do."""

    title: str
    summary: str
    labels: tuple[str, ...]
    license: str
    languages: tuple[str, ...] = ("en",)
    genre: Genre | None = None
    labelers: tuple[Labeler, ...]
    rule: Literal["union", "intersection", "k of n", "weighted vote", "one labeler"]
    rule_description: str  # what the rule does, in words
    sources: tuple[Source, ...]  # where its texts come from
    files: tuple[DataFile, ...]


class Ledger(Strict):
    """The ledger of a run."""

    schema_version: Literal[1] = 1
    recipe: str  # name of the recipe
    recipe_sha256: str  # of the resolved recipe, as it travels with the models
    author: str | None = None  # of the models
    citation: str | None = None  # BibTeX of the work behind them
    guard_split: str | None = None  # which the guard's documents were set apart of
    guard_folds: int | None = None  # parts of that split, under cross-validation: each was the guard once
    test_evaluations: int | None = None  # so far, on the test split of this data; None: not counted
    sources: tuple[Source, ...]
    models: dict[str, Model]
    datasets: dict[str, LabelledCorpus] = Field(default_factory=dict)
    claims: tuple[Claim, ...]
    quoted: tuple[Quoted, ...] = ()  # on the data sets of the claims

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Ledger":
        if repeated := _repeated(
            [*(str(claim.id) for claim in self.claims), *(quoted.id for quoted in self.quoted)]
        ):
            raise ValueError(f"claim ids must be unique, repeated: {repeated}")
        if repeated := _repeated([*RESERVED, *self.models, *self.datasets]):
            raise ValueError(f"one name for two things, and claim ids begin with it: {repeated}")
        return self

    def claim(self, claim_id: ClaimId | str) -> Claim:
        """The claim of that id.

        Raises:
            LedgerError: There is none. The message names the nearest ids.
        """
        for claim in self.claims:
            if claim.id.text == str(claim_id):
                return claim
        raise self._missing("claim", str(claim_id), [str(claim.id) for claim in self.claims])

    def quote(self, quoted_id: str) -> Quoted:
        """The quoted figure of that id. Raises LedgerError as `claim` does."""
        for quoted in self.quoted:
            if quoted.id == quoted_id:
                return quoted
        raise self._missing("quoted figure", quoted_id, [quoted.id for quoted in self.quoted])

    def get(self, claim_id: ClaimId) -> Claim | None:
        """The claim of that id, if there is one."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def has(self, *claim_ids: ClaimId) -> bool:
        """Whether there is a claim of each of these ids."""
        return {*claim_ids} <= {claim.id for claim in self.claims}

    def find(self, **fields: Unpack[Fields]) -> list[Claim]:
        """The claims whose ids have these values in these fields, None for an empty one, in order."""
        return [claim for claim in self.claims if claim.id.has(**fields)]

    def own_test(self, model: str) -> str:
        """The split of a model's own test: the first that it was scored on, in claims that name no data."""
        own = self.find(model=model, data=None, vs_model=None)
        splits = (claim.id.split for claim in own if claim.id.variant)
        return next((split for split in splits if split not in (None, GUARD)), "test")

    def annotated(self, claim: Claim) -> dict[str, Completeness]:
        """Of the labels of the claim's model those that its data set annotates; all, where nobody said."""
        labels = self.models[claim.id.model].labels
        sources = [s for s in self.sources if s.labels and claim.data and s.id == claim.data.id]
        named = [source for source in sources if source.name == claim.id.data] or sources
        known = named[0].labels if named else dict.fromkeys(labels, COMPLETE)
        return {label: known[label] for label in labels if label in known}

    def _missing(self, what: str, wanted: str, known: list[str]) -> LedgerError:
        near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        return LedgerError(f"no {what} {wanted!r} in the ledger of recipe {self.recipe!r}{hint}")


class FolderLedger(Ledger):
    """The part of a run's ledger that the folder of a model or of a labelled corpus carries."""

    subject: str  # name of the model or corpus that the folder holds


def read_ledger(path: Path) -> Ledger:
    """Read a `ledger.json`: a `FolderLedger` where it has a subject, else a run's.

    Raises:
        LedgerError: It is missing or malformed.
    """
    try:
        data = from_json(path.read_bytes())
        kind = FolderLedger if isinstance(data, dict) and "subject" in data else Ledger
        return kind.model_validate(data)
    except OSError as error:
        raise LedgerError(
            f"{path}: cannot be read ({error.strerror}). A run writes it at its end."
        ) from error
    except ValueError as error:
        raise LedgerError(f"{path}: not a valid ledger.\n{error}") from error


def read_folder_ledger(path: Path) -> FolderLedger:
    """Read the `ledger.json` of a model or labelled corpus.

    Raises:
        LedgerError: It is missing, malformed, or the ledger of a run.
    """
    ledger = read_ledger(path)
    if not isinstance(ledger, FolderLedger):
        raise LedgerError(f"{path}: this is the ledger of a run, not of a model or labelled corpus")
    return ledger


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Write a ledger as canonical JSON: the same claims always give the same bytes."""
    data = ledger.model_dump(mode="json", exclude_none=True)
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _repeated(names: list[str]) -> str:
    return ", ".join(sorted(name for name, count in Counter(names).items() if count > 1))


def project(ledger: Ledger, name: str) -> FolderLedger:
    """The part of a run's ledger that the folder of a model or labelled corpus carries.

    A model's has its own claims, the corpora's, and those of the models that it learned from or began
    with, which its ratios need, and the sources that it used; a corpus's has its own.

    Raises:
        LedgerError: The run has neither.
    """
    if name in ledger.models:
        kept = {name, "corpus", *ledger.models[name].origins}
    elif name in ledger.datasets:
        kept = {name}
    else:
        has = ", ".join([*ledger.models, *ledger.datasets])
        raise LedgerError(f"no model or data set {name!r} in the ledger; it has {has}")
    part = {
        "subject": name,
        "models": {key: model for key, model in ledger.models.items() if key in kept},
        "datasets": {key: corpus for key, corpus in ledger.datasets.items() if key in kept},
        "sources": tuple(
            source.model_copy(update={"use": source.uses.get(name, source.use)})
            for source in ledger.sources
            if name in ledger.datasets or name in source.uses or not source.uses
        ),
        "claims": tuple(claim for claim in ledger.claims if claim.id.model in kept),
        "quoted": ledger.quoted if name in ledger.models else (),
    }
    return FolderLedger(**dict(ledger) | part)

"""The ledger: every measured number, and what it was measured on. The only source of numbers.

Training writes `RUN/ledger.json`; `project` cuts a model folder's ledger out of it; cards, the
Space and the README read claims by id. Derived figures (retention, speed-up, reduction) are
functions in `cards.derived`, never stored.

Claim ids read `MODEL.VARIANT.WHAT`, lower case, dots between parts:

    student.int8.test.macro.f1          student.int8.test.chemical.precision
    student.int8.guard.macro.f1         student.int8.latency.128.median | .p95 | .min
    student.int8.bytes                  student.parameters
    student.training.seconds            student.training.peak_memory
    student.setting.epochs              (a hyper-parameter: aggregation "setting")
    student.int8.vs.teacher.fp32.macro.f1_difference           (student minus teacher)
    student.int8.vs.teacher.fp32.document_f1.wilcoxon_p
    student.int8.vs.teacher.fp32.latency.128.wilcoxon_p
    student.int8.vs.student.fp32.macro.f1_difference           (INT8 minus FP32)
    corpus.test.documents               corpus.test.chemical.mentions
    corpus.unlabelled.texts             teacher.vocabulary.before | .after
    student.sparsity                    (share of zero weights after pruning)

In an id, an entity type is written as `slug` gives it ("Chemical" -> "chemical").
"""

import difflib
import json
import re
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from .errors import CardError


class LedgerError(CardError):
    """A ledger cannot be read or lacks a claim. The message names the file and the remedy."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSet(Strict):
    """What a number was measured on."""

    id: str  # name of the corpus, as on the Hub where it is there
    revision: str | None = None
    sha256: str  # of the documents as read, so that a re-measurement can tell whether they differ
    documents: int


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
    "type",  # one entity type
    "median",
    "p95",
    "min",
    "total",  # summed over a whole stage (seconds)
    "peak",
    "difference",  # paired, same documents
    "p-value",
]


class Claim(Strict):
    id: str = Field(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$")
    name: str  # what a reader calls it, e.g. "Chemical F1"
    value: FiniteFloat
    unit: str  # "F1", "precision", "recall", "ms", "bytes", "parameters", "s", "count", "p", ...
    aggregation: Aggregation
    n: int | None = None  # how many documents or repeats it rests on
    interval: Interval | None = None
    split: str | None = None
    data: DataSet | None = None
    artifact: Artifact | None = None
    environment: Environment | None = None
    command: str  # how to measure it again
    date: date


class Base(Strict):
    """A model that ours was made from."""

    id: str  # as on the Hub; never a local path
    revision: str | None = None
    license: str


class Source(Strict):
    """A corpus that took part, and how."""

    id: str
    license: str
    use: str  # e.g. "training", "soft labels", "vocabulary", "test"
    url: str | None = None
    description: str | None = None  # what kind of text it is, e.g. "PubMed titles and abstracts"
    citation: str | None = None  # BibTeX


class Variant(Strict):
    """One runnable file of a model."""

    name: str  # "fp32", "int8", "fp16"
    file: str  # relative to the model folder


class Example(Strict):
    """A usage snippet that was run on the model, and what it printed (see `cards.snippets`)."""

    tool: Literal["transformers", "optimum", "clinstill"]
    text: str  # the text that the snippet tags
    output: str  # its standard output


class Model(Strict):
    """What a model is, apart from numbers. Its title and summary reach the card as they are, so
    they hold no number."""

    task: Literal["token-classification"]
    title: str
    summary: str
    labels: tuple[str, ...]  # entity types, in the config's order, e.g. ("Chemical", "Disease")
    license: str
    languages: tuple[str, ...] = ("en",)
    base: Base
    teacher: str | None = None  # name of the model it was distilled from
    variants: tuple[Variant, ...]
    examples: tuple[Example, ...] = ()


class Ledger(Strict):
    schema_version: Literal[1] = 1
    recipe: str  # name of the recipe
    recipe_sha256: str  # of the resolved recipe
    test_evaluations: int  # evaluations on test data so far, in training/test_evaluations.jsonl
    sources: tuple[Source, ...]
    models: dict[str, Model]
    claims: tuple[Claim, ...]
    subject: str | None = None  # in a model folder's ledger: the model which that folder holds

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Ledger":
        ids = [claim.id for claim in self.claims]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"claim ids must be unique, repeated: {', '.join(repeated)}")
        return self

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id. Raises LedgerError, naming the nearest ids, when there is none."""
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        near = difflib.get_close_matches(claim_id, [c.id for c in self.claims], n=3, cutoff=0.5)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise LedgerError(f"no claim {claim_id!r} in the ledger of recipe {self.recipe!r}{hint}")


def read_ledger(path: Path) -> Ledger:
    """Read and check a `ledger.json`. Raises LedgerError when it is missing or malformed."""
    try:
        return Ledger.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LedgerError(
            f"{path}: cannot be read ({error.strerror}). A run writes it in its last stage."
        ) from error
    except ValidationError as error:
        raise LedgerError(f"{path}: not a valid ledger.\n{error}") from error


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Write a ledger as canonical JSON: the same claims always give the same bytes."""
    data = ledger.model_dump(mode="json", exclude_none=True)
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def slug(label: str) -> str:
    """An entity type as claim ids write it: lower case, anything but letters, digits and "-" as "_"."""
    return re.sub(r"[^a-z0-9-]+", "_", label.lower())


def project(ledger: Ledger, model: str) -> Ledger:
    """The part of a run's ledger that a model folder carries: its own claims, the corpora's, and
    its teacher's, which its ratios need. Raises LedgerError for a model that the run has not."""
    if model not in ledger.models:
        raise LedgerError(f"no model {model!r} in the ledger; it has {', '.join(ledger.models)}")
    kept = {model, "corpus"} | ({ledger.models[model].teacher} - {None})
    return ledger.model_copy(
        update={
            "subject": model,
            "models": {name: m for name, m in ledger.models.items() if name in kept},
            "claims": tuple(c for c in ledger.claims if c.id.split(".")[0] in kept),
        }
    )

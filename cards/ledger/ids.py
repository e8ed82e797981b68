"""Claim ids: what a number measures, of which file, on which documents. They are built and read here alone.

An id is a `ClaimId` in code, and a text in JSON and on cards. `FORMS` lists every form of the text.
"""

import re
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Self, TypedDict, Unpack

from ..errors import CardError

# <name> is a field of `ClaimId`, <name=a|b> one with these values only, [...] may be left out.
# The first form that fits a text reads it.
FORMS = (
    # student.setting.epochs  teacher.vocabulary.before  student.calibration.temperature
    "<model>.<topic=setting|vocabulary|calibration>.<metric>",
    # weak.labeler.lexicon.strings  weak.labeler.lexicon.chemical.mentions  weak.gold.combined.macro.f1
    "<model>.<topic=labeler|gold>.<labeler>.[<group>.]<metric>",
    # corpus.training.documents  corpus.test.chemical.mentions  corpus.unlabelled.texts
    "<model>.[<data>:]<split>.[<group>.]<metric=documents|mentions|texts|mended|overlaps|ignored>",
    # student.training.seconds
    "<model>.<topic=training>.<metric>",
    # weak.agreement.lexicon.vs.tagger.f1
    "<model>.<topic=agreement>.<labeler>.vs.<other>.<metric>",
    # student.int8.latency.128.p95  student.int8.vs.teacher.fp32.latency.128.wilcoxon_p
    "<model>.<variant>.[vs.<vs_model>.<vs_variant>.]<metric=latency>.<length>.<statistic>",
    # student.int8.vs.teacher.fp32.document_f1.wilcoxon_p
    "<model>.<variant>.vs.<vs_model>.<vs_variant>.<metric>.<statistic=wilcoxon_p>",
    # encoder.int8.vs.encoder.fp32.masked.top_1_difference
    "<model>.<variant>.vs.<vs_model>.<vs_variant>.<topic=masked>.<metric>",
    # student.int8.vs.teacher.fp32.macro.f1_difference
    "<model>.<variant>.vs.<vs_model>.<vs_variant>.[<group>.]<metric>",
    # student.parameters  weak.documents
    "<model>.<metric>",
    # student.int8.bytes
    "<model>.<variant>.<metric>",
    # student.int8.test.calibration.ece  student.int8.uncalibrated.test.calibration.bins.0.score
    "<model>.<variant>.[<decoding=bare|uncalibrated>.][<data>:]<split>.<topic=calibration>.[bins.<bin>.]<metric>",
    # student.int8.test.errors.missed  encoder.fp32.test.masked.top_5
    "<model>.<variant>.[<data>:]<split>.<topic=errors|masked>.<metric>",
    # student.int8.test.macro.f1  triage.int8.test.accuracy  student.int8.bare.maccrobat:measure.micro.recall
    "<model>.<variant>.[<decoding=bare|uncalibrated|simple|first>.][<data>:]<split>.[<group>.]<metric>",
)
NUMBERS = ("length", "bin")  # fields that hold a whole number


class ClaimIdError(CardError, ValueError):
    """A text is no claim id, or fields make none. The message shows it."""


class Fields(TypedDict, total=False):
    """The fields of a `ClaimId`, for functions that take some of them."""

    model: str
    metric: str
    variant: str | None
    vs_model: str | None
    vs_variant: str | None
    decoding: str | None
    data: str | None
    split: str | None
    topic: str | None
    labeler: str | None
    other: str | None
    bin: int | None
    group: str | None
    length: int | None
    statistic: str | None


@dataclass(frozen=True, eq=False)
class ClaimId:
    """What one claim measures.

    Raises:
        ClaimIdError: The fields make a text that would be read back as other fields.
    """

    model: str  # or a labelled corpus by its name, or "corpus" for the data of training and test
    _: KW_ONLY
    metric: str  # "f1", "bytes", "latency", "documents", the key of a setting ...
    variant: str | None = None  # the file of the model: "fp32", "int8" ...
    vs_model: str | None = None  # the file that it is compared with, by model and variant
    vs_variant: str | None = None
    decoding: str | None = None  # other than as it ships: "bare", no rules; by a pipeline, "first" ...
    data: str | None = None  # the data set, where a recipe measures on several
    split: str | None = None
    topic: str | None = None  # kind of metric, where the id says so: "setting", "calibration", "gold" ...
    labeler: str | None = None  # of a labelled corpus, or "combined"
    other: str | None = None  # the labeler that it is compared with
    bin: int | None = None  # of scores, for calibration
    group: str | None = None  # an entity type or class, written as `slug` does, or "micro", "macro"
    length: int | None = None  # tokens of the texts that a latency was measured on
    statistic: str | None = None  # "median", "p95", "min", "wilcoxon_p"
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.group is not None:
            object.__setattr__(self, "group", slug(self.group))
        object.__setattr__(self, "text", self._written())
        if _read(self.text) != {name: getattr(self, name) for name in _NAMES}:
            raise ClaimIdError(f"{self.text!r} is no claim id, or one of another meaning: {self!r}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id.

        Raises:
            ClaimIdError: The text has none of the forms.
        """
        found = _read(text)
        if not found or str(claim_id := cls(**found)) != text:
            raise ClaimIdError(f"{text!r} is no claim id; cards/ledger/ids.py lists their forms")
        return claim_id

    def replace(self, **changes: Unpack[Fields]) -> Self:
        """The id with other values in some fields."""
        return replace(self, **changes)

    def has(self, **values: Unpack[Fields]) -> bool:
        """Whether the fields have these values; None asks for a field that is empty."""
        if group := values.get("group"):
            values["group"] = slug(group)
        return all(getattr(self, name) == value for name, value in values.items())

    @property
    def top(self) -> int | None:
        """How many guesses count for a masked token, e.g. 5 for the metric "top_5"."""
        found = re.fullmatch(r"top_(\d+)", self.metric)
        return int(found[1]) if found and self.topic == "masked" else None

    @property
    def place(self) -> str | None:
        """Data set and split as the text has them: "maccrobat:measure"; "test" on the models' own test."""
        return f"{self.data}:{self.split}" if self.data else self.split

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, ClaimId) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def _written(self) -> str:
        versus = ("vs", self.vs_model, self.vs_variant) if self.vs_model else ()
        labelers = (self.labeler, "vs", self.other) if self.other else (self.labeler,)
        bins = ("bins", self.bin) if self.bin is not None else ()
        which = (self.model, self.variant, *versus, self.decoding, self.place)
        what = (self.topic, *labelers, *bins, self.group, self.metric, self.length, self.statistic)
        return ".".join(str(part) for part in (*which, *what) if part is not None)


def slug(label: str) -> str:
    """An entity type as ids write it: lower case, anything but letters, digits and "-" as "_"."""
    return re.sub(r"[^a-z0-9-]+", "_", label.lower())


_NAMES = [each.name for each in fields(ClaimId) if each.init]


def _pattern(form: str) -> re.Pattern[str]:
    """The regular expression of an entry of FORMS."""
    pattern = form.replace(".", r"\.").replace("[", "(?:").replace("]", ")?")
    pattern = re.sub(r"<(\w+)=([^>]+)>", r"(?P<\1>\2)", pattern)
    pattern = re.sub(rf"(?<!\?P)<({'|'.join(NUMBERS)})>", r"(?P<\1>[0-9]+)", pattern)
    return re.compile(re.sub(r"(?<!\?P)<(\w+)>", r"(?P<\1>[a-z0-9_-]+)", pattern))


_PATTERNS = tuple(map(_pattern, FORMS))


@lru_cache(maxsize=10_000)
def _read(text: str) -> dict[str, Any]:
    """The fields of a text by the first form that it has; none where it has no form."""
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            named = found.groupdict()
            numbers = {name: int(named[name]) for name in NUMBERS if named.get(name)}
            return dict.fromkeys(_NAMES) | named | numbers
    return {}

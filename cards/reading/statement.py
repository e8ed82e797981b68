"""What a card states: one record for each number whose meaning could be read.

Cards of other people name things freely, so every part but the quantity may be unknown. An unknown
part (None, or an empty set) could be anything: two statements speak of the same thing unless a part
that both name differs.
"""

from dataclasses import dataclass
from typing import Literal

Quantity = Literal[
    "f1",
    "precision",
    "recall",
    "accuracy",
    "auroc",
    "latency",
    "throughput",
    "size",
    "parameters",
    "count",
    "retention",  # what is kept of another model's value: "keeps 97% of the F1"
    "speed_up",  # how many times faster
    "reduction",  # how many times smaller; "75% smaller" is 4
    "change",  # a signed difference of scores or a loss: "drops by 1.2 points" is -0.012
    "sparsity",
    "confidence",
]

Statistic = Literal["mean", "median", "min", "max", "p90", "p95", "p99", "total"]


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; line and column begin at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Statement:
    """One number of a card and what it is said to be.

    Units are canonical whatever the card writes: scores, retention, sparsity and confidence are
    shares (87.5% is 0.875), latency is in ms, throughput in texts/s, size in bytes (MB is 1e6, MiB is 2**20;
    both readings lie within `low` and `high` where the card writes MB), ratios are factors.

    Subjects are words in a fixed order, the name or role first: "student int8". The card's own model,
    where it is called "this model" or "it", is "model": it may be any of the named ones. What stood
    before a step that the card tells of is "before X" ("from 253 MB to 64 MB").
    """

    quantity: Quantity
    value: float
    low: float  # the least and the greatest value that the card's rounding (or its "about",
    high: float  # "at least", "up to") leaves open, in the canonical unit
    shown: str  # as the card writes it, unit included
    place: Place
    where: Literal["front matter", "table", "prose", "list", "code"]
    subject: str | None = None  # the model or variant, normalised: "teacher", "student int8", "v2"
    versus: str | None = None  # for ratios and changes: the model compared with
    of: Quantity | None = None  # for ratios and changes: of what ("retention" of "f1")
    statistic: Statistic | None = None
    group: str | None = None  # "macro", "micro", "weighted", or an entity type, lower case
    dataset: str | None = None
    split: str | None = None
    counted: str | None = (
        None  # for counts: what is counted, singular, without its type: "document", "mention"
    )
    conditions: frozenset[str] = (
        frozenset()
    )  # what else was named: "128 tokens", "gpu", "batch 8", "2 threads"
    interval: tuple[float, float] | None = None  # written beside the value, in the value's unit
    passage: int = 0  # the table, sentence or list item: statements of one passage stand together

    def __hash__(self) -> int:
        """Of the place, which is a statement's own: rules look up many pairs of statements."""
        return hash((self.place.line, self.place.column, self.quantity))


@dataclass(frozen=True)
class Phrase:
    """A comparison or an absolute claim in words, without a number of its own."""

    kind: Literal[
        "no loss",  # "without losing accuracy", "lossless", "same F1 as"
        "faster",
        "slower",
        "smaller",
        "larger",
        "better",
        "worse",
        "smallest",
        "fastest",
        "best",  # "state of the art", "outperforms all"
        "on device",  # "runs locally", "in your browser"
        "private",  # "never leaves", "no data is sent"
        "real time",
    ]
    shown: str
    place: Place
    subject: str | None = None
    versus: str | None = None
    of: Quantity | None = None
    passage: int = 0

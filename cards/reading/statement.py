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
    counted: str | None = None  # for counts: what is counted, singular: "document", "disease mention"
    conditions: frozenset[str] = frozenset()  # what else was named: "128 tokens", "gpu", "batch 8", "2 threads"

"""Matching: when a found entity is right, strictly or by overlap, and what its claims' metrics are called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from . import Mention, count, overlap_scores, rates

Counting = Callable[[Sequence[Iterable[Mention]], Sequence[Iterable[Mention]], Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Matching:
    """A way of counting entities as right.

    Attributes:
        prefix: what the ids of its claims put before "f1", "precision" and "recall".
        count: (documents, types, columns) counts of gold mentions and found entities.
        rates: precision, recall and F1, (..., 3), from counts, (..., columns).
    """

    prefix: str
    count: Counting
    rates: Callable[[np.ndarray], np.ndarray]


STRICT = Matching("", count, rates)
OVERLAP = Matching("overlap_", overlap_scores.count, overlap_scores.rates)

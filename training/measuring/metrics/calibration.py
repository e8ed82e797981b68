"""Calibration: whether an entity's score is the probability that the entity is right.

Found entities are sorted into ten bins of equal width by their score. In each, the mean score is
compared with the share of entities that are right (Guo et al. 2017, "On Calibration of Modern Neural
Networks"; the error by Naeini et al. 2015). Missed mentions have no score and are no part of this.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from . import Mention, triples

BINS = 10
_EDGES = np.arange(1, BINS) / BINS  # between the bins
COLUMNS = ("entities", "score", "right")  # the last axis: how many, the sum of their scores, how many right


class Scored(Mention, Protocol):
    """A found `Entity`."""

    @property
    def score(self) -> float: ...


def bins(gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Scored]]) -> np.ndarray:
    """Count entities by document and bin of score.

    Bin i holds scores above i / BINS up to (i + 1) / BINS; a score of 0 goes to the first.

    Returns:
        (documents, BINS, 3) entities, the sum of their scores, and how many of them are right.
    """
    counts = np.zeros((len(gold), BINS, len(COLUMNS)))
    for row, (theirs, ours) in enumerate(zip(gold, found, strict=True)):
        known = triples(theirs)
        scores = {(entity.start, entity.end, entity.label): entity.score for entity in ours}
        for mention, score in scores.items():
            counts[row, np.searchsorted(_EDGES, score)] += (1, score, mention in known)
    return counts


def means(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean score and precision of each bin, 0 in an empty one; both (..., BINS).

    Args:
        counts: (..., BINS, 3), see `bins`.
    """
    entities, score, right = np.moveaxis(counts, -1, 0)
    whole = np.maximum(entities, 1)
    return score / whole, right / whole


def error(counts: np.ndarray) -> np.ndarray:
    """Expected calibration error: the distance of mean score and precision, averaged over the entities.

    Args:
        counts: (..., BINS, 3), see `bins`.

    Returns:
        (...,) error; 0 where nothing was found.
    """
    score, precision = means(counts)
    entities = counts[..., 0]
    return (entities * np.abs(score - precision)).sum(-1) / np.maximum(entities.sum(-1), 1)

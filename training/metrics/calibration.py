"""Calibration: whether an entity's score is the probability that the entity is right.

Found entities are sorted into ten bins of equal width by their score. In each, the mean score is
compared with the share of entities that are right (Guo et al. 2017, "On Calibration of Modern Neural
Networks"; the error by Naeini et al. 2015). Missed mentions have no score and are no part of this.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from . import Mention, Triple, triples

BINS = 10
_EDGES = np.arange(1, BINS) / BINS  # between the bins
COLUMNS = ("entities", "score", "right")  # the last axis: how many, the sum of their scores, how many right


class Scored(Mention, Protocol):
    """A found `Entity`."""

    score: float


def bins(gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Scored]]) -> np.ndarray:
    """(documents, BINS, 3) entities, sum of scores, and right ones, by document and bin of score.

    Bin i holds scores above i / BINS up to (i + 1) / BINS; a score of 0 goes to the first.
    """
    counts = np.zeros((len(gold), BINS, len(COLUMNS)))
    for row, (theirs, ours) in enumerate(zip(gold, found, strict=True)):
        known = triples(theirs)
        for mention, score in _scores(ours).items():
            counts[row, np.searchsorted(_EDGES, score)] += (1, score, mention in known)
    return counts


def _scores(found: Iterable[Scored]) -> Mapping[Triple, float]:
    return {(entity.start, entity.end, entity.label): entity.score for entity in found}


def means(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(..., BINS) mean score and precision of each bin, from (..., BINS, 3) counts; 0 in an empty one."""
    entities, score, right = np.moveaxis(counts, -1, 0)
    whole = np.maximum(entities, 1)
    return score / whole, right / whole


def error(counts: np.ndarray) -> np.ndarray:
    """(...,) expected calibration error: the distance of mean score and precision, averaged over the
    entities. counts: (..., BINS, 3); 0 where nothing was found."""
    score, precision = means(counts)
    entities = counts[..., 0]
    return (entities * np.abs(score - precision)).sum(-1) / np.maximum(entities.sum(-1), 1)

"""Overlap scores: pure functions of gold mentions and found entities, for sets annotated by other guidelines.

A found entity is right when it shares a character with a gold mention of its type: the matching "type" of
SemEval-2013 Task 9 (Segura-Bedmar, Martínez and Herrero-Zazo 2013), where borders need not agree. Unlike
there, nothing is paired: each found entity counts once for precision and each gold mention once for recall,
so that one long entity over two mentions finds both, and two pieces of one mention are both right.
Mentions are sets, as for strict scores.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from . import Mention, ratio, triples_of


def count(
    gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Mention]], labels: Sequence[str]
) -> np.ndarray:
    """Count what overlap scores rest on.

    Returns:
        (documents, types, 4) found entities that overlap a gold mention, gold mentions that overlap a found
        entity, gold mentions, found entities.

    Raises:
        ValueError: as `metrics.count` does.
    """
    counts = np.zeros((len(gold), len(labels), 4), dtype=np.int64)
    for row, (theirs, ours) in enumerate(triples_of(gold, found, labels)):
        for column, label in enumerate(labels):
            wanted, given = ([(s, e) for s, e, kind in side if kind == label] for side in (theirs, ours))
            overlaps = _overlapping(given, wanted), _overlapping(wanted, given)
            counts[row, column] = (*overlaps, len(wanted), len(given))
    return counts


def rates(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1, (..., 3), from counts, (..., 4); F1 is the harmonic mean of the two."""
    right, reached, gold, found = np.moveaxis(counts, -1, 0)
    precision, recall = ratio(right, found), ratio(reached, gold)
    return np.stack([precision, recall, ratio(2 * precision * recall, precision + recall)], axis=-1)


def _overlapping(spans: list[tuple[int, int]], others: list[tuple[int, int]]) -> int:
    """How many of the spans share a character with one of the others."""
    covered = {place for start, end in others for place in range(start, end)}
    return sum(not covered.isdisjoint(range(start, end)) for start, end in spans)

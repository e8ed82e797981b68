"""Scores of found entities as claims, with intervals, and paired differences of two systems.

Part of the nodes `MODEL.scores` and `comparison`.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from cards.ledger import Claim, ClaimId, Interval
from cards.ledger.records import Aggregation

from . import statistics
from .metrics import RATES, table
from .metrics.matching import STRICT, Matching

TITLES = {"f1": "F1", "precision": "precision", "recall": "recall"}
MACRO_F1 = (..., -1, RATES.index("f1"))  # where `table` has it


def macro_f1(counts: np.ndarray) -> float:
    """Macro F1 of counts, (documents, types, 3); see `metrics.count`."""
    return float(table(counts.sum(axis=0))[MACRO_F1])


def score_claims(
    score: ClaimId,
    counts: np.ndarray,
    draws: np.ndarray,
    labels: Sequence[str],
    make: Callable[..., Claim],
    matching: Matching = STRICT,
) -> Iterator[Claim]:
    """Claim precision, recall and F1 of every type, micro and macro; the latter says of which types.

    Args:
        score: of any score of the file on these documents.
        counts: (documents, types, columns) by `matching`.
        draws: (resamples, documents), see `statistics.resample`.
        labels: the types.
        make: makes a claim on these documents.
        matching: when an entity is right.
    """
    scores = table(counts.sum(axis=0), matching.rates)
    resampled = statistics.resampled_scores(counts, draws, matching.rates)
    rows: list[tuple[str, Aggregation]] = [(label, "type") for label in labels]
    rows += [("micro", "micro"), ("macro", "macro")]
    for row, (group, aggregation) in enumerate(rows):
        for column, rate in enumerate(RATES):
            yield make(
                score.replace(metric=f"{matching.prefix}{rate}", group=group),
                f"{group[0].upper()}{group[1:]} {matching.prefix.replace('_', ' ')}{TITLES[rate]}",
                float(scores[row, column]),
                TITLES[rate],
                aggregation,
                interval=statistics.interval(resampled[:, row, column]),
                method=f"mean of {', '.join(labels)}" if aggregation == "macro" else None,
            )


def difference_claim(
    difference: ClaimId, ours: np.ndarray, theirs: np.ndarray, draws: np.ndarray, make: Callable[..., Claim]
) -> Claim:
    """Claim our macro F1 minus theirs, paired on the same documents; the arguments as of `score_claims`."""
    value, interval = f1_difference(ours, theirs, draws)
    return make(difference, "Difference of macro F1", value, "F1", "difference", interval=interval)


def f1_difference(ours: np.ndarray, theirs: np.ndarray, draws: np.ndarray) -> tuple[float, Interval]:
    """Our macro F1 minus theirs, and its interval by the same draws of documents for both."""
    resampled = [statistics.resampled_scores(counts, draws)[MACRO_F1] for counts in (ours, theirs)]
    return macro_f1(ours) - macro_f1(theirs), statistics.interval(resampled[0] - resampled[1])

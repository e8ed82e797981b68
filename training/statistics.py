"""Uncertainty of scores: bootstrap over documents, and paired tests of two systems.

Documents are the unit that is sampled, not mentions: mentions of one document are written by one
author about one thing, so that they are right or wrong together.
"""

import numpy as np
import scipy.stats

from cards.ledger import Interval

from .metrics import table

LEVEL = 0.95


def resample(documents: int, resamples: int, seed: int = 0) -> np.ndarray:
    """(resamples, documents) how often each document is drawn, with replacement (Efron 1979)."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(documents, np.full(documents, 1 / documents), size=resamples)


def resampled_scores(counts: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """(resamples, types + 2, 3) the scores (see `metrics.table`) of each resample.

    counts: (documents, types, 3), see `metrics.count`; draws: (resamples, documents).
    """
    documents, types, _ = counts.shape
    sums = draws @ counts.reshape(documents, types * 3)
    return table(sums.reshape(len(draws), types, 3))


def interval(values: np.ndarray) -> Interval:
    """Percentile interval of one resampled score. values: (resamples,)."""
    low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    method = f"bootstrap over documents, {len(values):,} resamples, percentile"
    return Interval(low=float(low), high=float(high), level=LEVEL, method=method)


def wilcoxon(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Two-sided p of the Wilcoxon signed-rank test on paired values; ties in value are left out
    (Wilcoxon 1945). 1 when no pair differs.
    """
    if np.array_equal(ours, theirs):
        return 1.0
    return float(scipy.stats.wilcoxon(ours, theirs, zero_method="wilcox").pvalue)

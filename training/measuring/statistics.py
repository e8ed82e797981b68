"""Uncertainty of scores: bootstrap over documents, and paired tests of two systems.

Documents are the unit that is sampled, not mentions: mentions of one document are written by one
author about one thing, so that they are right or wrong together.
"""

from collections.abc import Callable

import numpy as np
import scipy.stats

from cards.ledger import Interval

from .metrics import rates, table

LEVEL = 0.95


def resample(documents: int, resamples: int, seed: int = 0) -> np.ndarray:
    """Draw documents with replacement (Efron 1979).

    Returns:
        (resamples, documents) how often each document is drawn.
    """
    generator = np.random.default_rng(seed)
    return generator.multinomial(documents, np.full(documents, 1 / documents), size=resamples)


def resampled_scores(
    counts: np.ndarray, draws: np.ndarray, rates: Callable[[np.ndarray], np.ndarray] = rates
) -> np.ndarray:
    """Scores of each resample.

    Args:
        counts: (documents, types, columns), see `metrics.count`.
        draws: (resamples, documents), see `resample`.
        rates: as of `metrics.table`.

    Returns:
        (resamples, types + 2, 3), see `metrics.table`.
    """
    documents, types, columns = counts.shape
    sums = draws @ counts.reshape(documents, types * columns)
    return table(sums.reshape(len(draws), types, columns), rates)


def interval(values: np.ndarray) -> Interval:
    """Percentile interval of one resampled score, (resamples,)."""
    low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    method = f"bootstrap over documents, {len(values):,} resamples, percentile"
    return Interval(low=float(low), high=float(high), level=LEVEL, method=method)


def corrected_interval(values: np.ndarray, estimate: float) -> Interval | None:
    """Bias-corrected percentile interval (Efron 1981).

    It is for an `estimate` whose resamples lie to one side of it, as those of an error that cannot be
    negative do.

    Args:
        values: (resamples,).
        estimate: of all documents.

    Returns:
        None where the resamples lie so far off that the interval would not hold the estimate.
    """
    smaller = (np.mean(values < estimate) + np.mean(values <= estimate)) / 2
    bias = scipy.stats.norm.ppf(smaller)
    reach = scipy.stats.norm.ppf(0.5 * (1 + LEVEL))
    if abs(bias) >= reach:
        return None
    low, high = np.percentile(values, 100 * scipy.stats.norm.cdf([2 * bias - reach, 2 * bias + reach]))
    method = f"bootstrap over documents, {len(values):,} resamples, bias-corrected percentile"
    return Interval(
        low=float(min(low, estimate)), high=float(max(high, estimate)), level=LEVEL, method=method
    )


def wilson(right: int, whole: int) -> Interval:
    """Score interval of the share `right / whole` (Wilson 1927), which holds for small numbers too.

    It takes the cases for independent of each other.
    """
    found = scipy.stats.binomtest(right, whole).proportion_ci(LEVEL, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), level=LEVEL, method="Wilson score")


def mann_whitney(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Mann-Whitney U test of two unpaired samples (Mann and Whitney 1947).

    Returns:
        The two-sided p, and Cliff's delta as the size of the effect: the share of pairs in which ours is
        greater minus the share in which it is less, from -1 to 1 (Cliff 1993).
    """
    test = scipy.stats.mannwhitneyu(ours, theirs, alternative="two-sided")
    return float(test.pvalue), float(2 * test.statistic / (len(ours) * len(theirs)) - 1)


def wilcoxon(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Two-sided p of the Wilcoxon signed-rank test on paired values (Wilcoxon 1945).

    Pairs of equal values are left out; p is 1 when no pair differs.
    """
    if np.array_equal(ours, theirs):
        return 1.0
    return float(scipy.stats.wilcoxon(ours, theirs, zero_method="wilcox").pvalue)

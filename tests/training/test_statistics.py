"""Intervals and tests on cases whose answer is known."""

import numpy as np
import pytest

from training.measuring.metrics import table
from training.measuring.statistics import interval, resample, resampled_scores, wilcoxon


@pytest.fixture
def counts() -> np.ndarray:
    """(40, 2, 3) right, gold and found mentions of invented documents."""
    generator = np.random.default_rng(7)
    gold = generator.integers(0, 6, (40, 2))
    right = generator.binomial(gold, 0.8)
    return np.stack([right, gold, right + generator.integers(0, 2, (40, 2))], axis=-1)


def test_every_resample_draws_as_many_documents_as_there_are():
    draws = resample(40, 500, seed=1)
    assert draws.shape == (500, 40)
    assert (draws.sum(axis=1) == 40).all()
    assert draws.mean() == 1
    # A document is in a resample with probability 1 - (1 - 1/n)^n.
    assert (draws > 0).mean() == pytest.approx(1 - (1 - 1 / 40) ** 40, abs=0.01)
    assert np.array_equal(draws, resample(40, 500, seed=1))
    assert not np.array_equal(draws, resample(40, 500, seed=2))


def test_a_resample_scores_as_the_documents_repeated(counts):
    draws = resample(40, 20)
    scores = resampled_scores(counts, draws)
    for row, drawn in zip(scores, draws, strict=True):
        repeated = np.repeat(counts, drawn, axis=0)
        np.testing.assert_allclose(row, table(repeated.sum(axis=0)))
    assert scores.shape == (20, 4, 3)
    np.testing.assert_allclose(scores[:, 3], scores[:, :2].mean(axis=1))  # macro = mean of types


def test_interval_is_the_middle_95_percent(counts):
    found = interval(np.arange(1001) / 1000)
    assert (found.low, found.high, found.level) == (pytest.approx(0.025), pytest.approx(0.975), 0.95)
    assert found.method == "bootstrap over documents, 1,001 resamples, percentile"
    f1 = resampled_scores(counts, resample(40, 1000))[:, -1, 2]
    assert interval(f1).low < table(counts.sum(axis=0))[-1, 2] < interval(f1).high


def test_paired_differences_are_narrower_than_unpaired_ones(counts):
    better = counts.copy()
    better[:, :, 0] = np.minimum(better[:, :, 0] + (np.arange(40)[:, None] % 8 == 0), counts[:, :, 1])
    draws, others = resample(40, 1000, seed=1), resample(40, 1000, seed=2)
    paired = resampled_scores(better, draws)[:, -1, 2] - resampled_scores(counts, draws)[:, -1, 2]
    unpaired = resampled_scores(better, draws)[:, -1, 2] - resampled_scores(counts, others)[:, -1, 2]
    assert interval(paired).low >= 0
    assert np.ptp(paired) < 0.5 * np.ptp(unpaired)


def test_wilcoxon_by_hand():
    """Ranks 1 to 5, all on one side: one of 2^5 sign patterns on either side, p = 2 / 32."""
    ours = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert wilcoxon(2 * ours, ours) == pytest.approx(2 / 32)
    assert wilcoxon(ours, ours) == 1
    assert wilcoxon(ours + ours * [1, -1, 1, -1, 1], ours) > 0.5

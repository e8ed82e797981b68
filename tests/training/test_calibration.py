"""Reliability bins and the calibration error, on cases that were worked out by hand."""

from typing import NamedTuple

import numpy as np
import pytest

from training.corpora.document import Span
from training.measuring import statistics
from training.measuring.metrics import calibration


class Found(NamedTuple):
    start: int
    end: int
    label: str
    score: float


def gold(*starts: int) -> list[Span]:
    return [Span(start=start, end=start + 5, label="Drug") for start in starts]


def found(**scores: float) -> list[Found]:
    """`found(at_10=0.9)`: an entity from 10 to 15 with that score."""
    return [Found(int(at[3:]), int(at[3:]) + 5, "Drug", score) for at, score in scores.items()]


def test_the_error_of_a_case_worked_out_by_hand():
    """Bin 9: scores 0.95 and 0.97, both right. Bin 5: 0.55 wrong, 0.59 right, 0.57 wrong.
    Bin 9 is off by 0.04, bin 5 by 0.57 - 1/3; together (2 * 0.04 + 3 * 0.236667) / 5 = 0.158."""
    counts = calibration.bins(
        [gold(0, 10, 40), gold(20)],
        [found(at_0=0.95, at_10=0.97, at_30=0.55), found(at_20=0.59, at_50=0.57)],
    )
    assert counts[:, 9].tolist() == [[2, pytest.approx(1.92), 2], [0, 0, 0]]
    assert counts[:, 5].tolist() == [[1, 0.55, 0], [2, pytest.approx(1.16), 1]]
    score, precision = calibration.means(counts.sum(axis=0))
    assert score[[5, 9]] == pytest.approx([0.57, 0.96])
    assert precision[[5, 9]] == pytest.approx([1 / 3, 1])
    assert calibration.error(counts.sum(axis=0)) == pytest.approx(0.158)


def test_an_entity_counts_once_and_only_right_with_its_type_and_borders():
    wrong = [Found(0, 5, "Disease", 0.8), Found(10, 14, "Drug", 0.8), *found(at_20=0.8), *found(at_20=0.8)]
    counts = calibration.bins([gold(0, 10, 20)], [wrong])
    assert counts[0, 7].tolist() == [3, pytest.approx(2.4), 1]


@pytest.mark.parametrize(
    ("score", "index"), [(0.0, 0), (0.1, 0), (0.11, 1), (0.3, 2), (0.7, 6), (0.9, 8), (0.901, 9), (1.0, 9)]
)
def test_a_bin_ends_with_its_upper_border(score, index):
    counts = calibration.bins([[]], [found(at_0=score)])
    assert np.flatnonzero(counts[0, :, 0]).tolist() == [index]


def test_nothing_found_has_no_error():
    assert calibration.error(calibration.bins([gold(0)], [[]])).tolist() == [0]


def test_scores_that_are_the_precision_have_no_error():
    """Of ten entities with the score 0.8, eight are right."""
    counts = calibration.bins([gold(*range(0, 80, 10))], [found(**{f"at_{i}0": 0.8 for i in range(10)})])
    assert calibration.error(counts[0]) == pytest.approx(0)


def test_the_interval_of_a_share_is_wilsons():
    """Eight of ten: Wilson 1927, worked out in Brown, Cai and DasGupta's form."""
    interval = statistics.wilson(8, 10)
    assert (interval.low, interval.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert statistics.wilson(3, 3).high == 1 and statistics.wilson(0, 4).low == 0
    assert statistics.wilson(3, 3).low == pytest.approx(0.4385, abs=1e-4)


def test_a_biased_resample_moves_the_interval_towards_the_value():
    """The resamples of an error that cannot be negative lie too high; the corrected interval holds the
    value, the plain percentiles do not."""
    generator = np.random.default_rng(3)
    resamples = generator.normal(0.05, 0.01, 2000)
    value = 0.037  # about a tenth of the resamples are smaller
    corrected = statistics.corrected_interval(resamples, value)
    assert corrected
    assert corrected.low < value < corrected.high
    assert corrected.high < np.percentile(resamples, 97.5) - 0.01
    assert "bias-corrected" in corrected.method


def test_an_unbiased_resample_has_the_plain_percentiles():
    resamples = np.arange(1001) / 1000
    corrected, plain = statistics.corrected_interval(resamples, 0.5), statistics.interval(resamples)
    assert corrected
    assert (corrected.low, corrected.high) == pytest.approx((plain.low, plain.high), abs=2e-3)


def test_no_interval_where_the_resamples_hardly_reach_the_value():
    assert statistics.corrected_interval(np.linspace(0.2, 0.3, 1000), 0.1) is None

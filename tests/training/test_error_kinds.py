"""Kinds of error, on cases that were worked out by hand, and their sums on any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.corpora.document import Span
from training.measuring.metrics import count
from training.measuring.metrics.error_kinds import KINDS, kinds

LABELS = ("Drug", "Disease")


def spans(*triples: tuple[int, int, str]) -> list[Span]:
    return [Span(start=start, end=end, label=label) for start, end, label in triples]


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ([(0, 5, "Drug")], [(0, 5, "Drug")], {"correct": 1}),
        ([(0, 5, "Drug")], [], {"missed": 1}),
        ([], [(0, 5, "Drug")], {"spurious": 1}),
        ([(0, 5, "Drug")], [(0, 5, "Disease")], {"type": 1}),
        ([(0, 5, "Drug")], [(0, 9, "Drug")], {"boundary": 1}),
        ([(0, 5, "Drug")], [(0, 9, "Disease")], {"type": 1}),
        ([(0, 5, "Drug")], [(5, 9, "Drug")], {"missed": 1, "spurious": 1}),
        # One found entity over two mentions has one partner; the longer overlap decides which.
        ([(0, 4, "Drug"), (5, 12, "Disease")], [(0, 12, "Drug")], {"type": 1, "missed": 1}),
        # Two found entities in one mention: one partner, one spurious.
        ([(0, 12, "Drug")], [(0, 4, "Drug"), (5, 12, "Drug")], {"boundary": 1, "spurious": 1}),
        # What stands at the same place is the partner, though another overlaps as far.
        (
            [(0, 5, "Drug"), (0, 9, "Disease")],
            [(0, 5, "Disease"), (20, 25, "Drug")],
            {"type": 1, "missed": 1, "spurious": 1},
        ),
        # What a right entity overlaps besides is missed: it has its partner.
        ([(0, 5, "Drug"), (0, 9, "Drug")], [(0, 5, "Drug")], {"correct": 1, "missed": 1}),
        # The same type is preferred where the overlap is equal.
        (
            [(0, 5, "Drug"), (0, 6, "Disease")],
            [(1, 5, "Disease")],
            {"boundary": 1, "missed": 1},
        ),
        # A mention that was found twice counts once.
        ([(0, 5, "Drug")], [(0, 5, "Drug"), (0, 5, "Drug")], {"correct": 1}),
    ],
)
def test_each_mention_gets_its_kind(gold, found, expected):
    counted = kinds([spans(*gold)], [spans(*found)])
    assert dict(zip(KINDS, counted[0].tolist(), strict=True)) == dict.fromkeys(KINDS, 0) | expected


mentions = st.lists(
    st.builds(
        lambda start, length, label: Span(start=start, end=start + length, label=label),
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from(LABELS),
    ),
    max_size=12,
)


@given(st.lists(st.tuples(mentions, mentions), min_size=1, max_size=4))
def test_kinds_add_up_with_what_the_scores_count(documents):
    gold, found = zip(*documents, strict=True)
    totals = count(gold, found, LABELS).sum(axis=1)
    correct, missed, spurious, boundary, wrong_type = kinds(gold, found).T
    right, in_gold, in_found = totals.T
    assert np.array_equal(correct, right)
    assert np.array_equal(in_found - right, spurious + boundary + wrong_type)
    assert np.array_equal(in_gold - right, missed + boundary + wrong_type)


@given(mentions, mentions)
def test_the_order_of_mentions_decides_nothing(gold, found):
    assert np.array_equal(kinds([gold], [found]), kinds([gold[::-1]], [found[::-1]]))

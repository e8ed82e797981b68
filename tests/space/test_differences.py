import pytest

from space.engine import Entity
from space.ui.differences import compare


def entity(start: int, end: int, label: str = "Disease", score: float = 0.9) -> Entity:
    return Entity(start, end, label, score, "x" * (end - start))


def test_equal_entities_are_shared_whatever_their_scores():
    comparison = compare([entity(0, 4, score=0.9)], [entity(0, 4, score=0.4)])
    assert (comparison.shared, comparison.differences, comparison.agreement) == (1, (), 1.0)


@pytest.mark.parametrize(
    ("teacher", "student", "kind"),
    [
        ([entity(0, 4)], [], "only the teacher"),
        ([], [entity(0, 4)], "only the student"),
        ([entity(0, 4)], [entity(2, 4)], "different span"),
        ([entity(0, 4)], [entity(0, 4, "Chemical")], "different label"),
        ([entity(0, 4)], [entity(2, 4, "Chemical")], "different span and label"),
        ([entity(0, 9)], [entity(0, 4), entity(5, 9)], "different span"),
    ],
)
def test_kinds_of_difference(teacher, student, kind):
    comparison = compare(teacher, student)
    [difference] = comparison.differences
    assert difference.kind == kind
    assert difference.teacher == tuple(teacher)
    assert difference.student == tuple(student)
    assert comparison.agreement == 0


def test_neighbours_that_touch_are_two_differences():
    differences = compare([entity(0, 4)], [entity(4, 8)]).differences
    assert [d.kind for d in differences] == ["only the teacher", "only the student"]


def test_chains_of_overlap_are_one_difference():
    [difference] = compare([entity(0, 5), entity(6, 9)], [entity(4, 7)]).differences
    assert (difference.start, difference.end) == (0, 9)
    assert difference.kind == "different span"


def test_agreement_counts_distinct_entities():
    # Shared: 1. Teacher alone: 1. Student: a longer span. Distinct: 1 + 1 + 2 = 4.
    comparison = compare([entity(0, 4), entity(6, 8), entity(10, 14)], [entity(0, 4), entity(10, 16)])
    assert comparison.entities == 4
    assert comparison.agreement == 0.25


def test_nothing_found_is_no_agreement():
    assert compare([], []).agreement is None

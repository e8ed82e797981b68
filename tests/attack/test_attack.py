"""Every input against one real Space: it is answered or refused, nothing is read that was not offered, and
the Space goes on as if nothing had been."""

import file_inputs
import origin_inputs
import pytest
import site_inputs
import stall_inputs
from attacking import STALL_S, Input
from running_space import ask
from shown_result import mentions

TABLES = (site_inputs.INPUTS, origin_inputs.INPUTS, file_inputs.INPUTS, stall_inputs.INPUTS)
INPUTS = [one for table in TABLES for one in table]
SLOW = ("as many entities as there can be", "as many differences as there can be")  # ten seconds each
TRIED = [
    pytest.param(one, marks=[pytest.mark.soak] if one.name in SLOW else [], id=one.name) for one in INPUTS
]
TRIES = 3  # a stall that the machine's other programs made does not come back


def test_inputs_have_names_of_their_own():
    names = [one.name for one in INPUTS]
    assert sorted(names) == sorted(set(names))
    assert set(SLOW) <= set(names)


@pytest.mark.parametrize("tried", TRIED)
def test_it_is_answered_or_refused(target, watch, tally, tried: Input):
    tally.tried += 1
    for _ in range(TRIES):
        target.wait_for_room()
        watch.begin()
        answer = tried.run(target)
        watch.settle()
        assert answer.status in tried.expected, answer.body[:300]
        assert target.secret.encode() not in answer.body
        if (slowest_s := watch.slowest_s) < STALL_S:
            break
    assert slowest_s < STALL_S
    assert target.space.process.poll() is None
    tally.add(tried.name, slowest_s)


def test_nothing_is_left_behind(target, tally):
    """After all of them: no file, no secret in the log, and the page and the service answer as before."""
    assert [path for path in target.space.temporary.rglob("*") if path.is_file()] == []
    assert target.secret not in target.space.log.read_text(errors="replace")
    assert mentions(ask(target.space.url, "run", "Aspirin caused renal failure.")) == [
        "Aspirin",
        "renal failure",
    ]
    tally.peak_bytes = target.peak_bytes()

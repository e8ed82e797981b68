"""Whether a run should take all threads, told by the runs before."""

from itertools import pairwise
from types import SimpleNamespace

import pytest

from space.engine import contention
from space.engine.contention import PAUSE, Contention


@pytest.fixture
def run(monkeypatch):
    """run(contention, share): one run, beside which this process gets `share` of two processors."""
    clock = SimpleNamespace(wall=0.0, processor=0.0)
    monkeypatch.setattr(
        contention,
        "time",
        SimpleNamespace(perf_counter=lambda: clock.wall, process_time=lambda: clock.processor),
    )

    def one(watching: Contention, share: float) -> bool:
        if crowded := watching.expected():
            return not crowded
        with watching.watched():
            clock.wall += 0.01
            clock.processor += 0.02 * share
        return True

    return one


def test_alone_on_its_processors_every_run_takes_all(run):
    watching = Contention(2)
    assert all(run(watching, 0.95) for _ in range(100))


def test_beside_others_runs_take_one_thread_and_ever_more_seldom_try_again(run):
    watching = Contention(2)
    tries = [number for number in range(2_000) if run(watching, 0.5)]
    gaps = [after - before for before, after in pairwise(tries)]
    assert gaps[:3] == [PAUSE[0], 2 * PAUSE[0], 4 * PAUSE[0]]
    assert max(gaps) == PAUSE[1]
    assert len(tries) < 15


def test_once_the_others_are_gone_the_next_try_finds_out(run):
    watching = Contention(2)
    for _ in range(500):
        run(watching, 0.5)
    after = [run(watching, 0.95) for _ in range(2 * PAUSE[1])]
    first = after.index(True)
    assert first <= PAUSE[1]
    assert all(after[first:])
    run(watching, 0.5)
    assert [run(watching, 0.5) for _ in range(PAUSE[0])].index(True) == PAUSE[0] - 1


def test_a_run_that_fails_teaches_nothing():
    watching = Contention(2)
    with pytest.raises(ValueError, match="broken"), watching.watched():
        raise ValueError("broken")
    assert not watching.expected()

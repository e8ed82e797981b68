import pytest

from space.ui.live_latency import BUDGET_S, REPEATS, WARM_UP, Latency, cpu_name, measure


class Clocked:
    """A clock, and taggers that move it on by a fixed time and write down their turn."""

    def __init__(self):
        self.now, self.turns = 0.0, []

    def __call__(self) -> float:
        return self.now

    def tagger(self, name: str, seconds: float):
        def tag():
            self.turns.append(name)
            self.now += seconds

        return tag


def test_statistics():
    latency = Latency(tuple(float(ms) for ms in range(1, 22)))  # 1 to 21
    assert latency.median_ms == 11
    assert latency.p95_ms == pytest.approx(20)


def test_taggers_take_turns_after_a_warm_up():
    clock = Clocked()
    slow, fast = measure([clock.tagger("t", 0.004), clock.tagger("s", 0.001)], clock=clock)
    assert clock.turns[: 2 * WARM_UP] == ["t"] * WARM_UP + ["s"] * WARM_UP
    assert clock.turns[2 * WARM_UP :][:4] == ["t", "s", "s", "t"]
    assert slow.samples_ms == pytest.approx([4.0] * REPEATS)
    assert fast.samples_ms == pytest.approx([1.0] * REPEATS)


def test_a_slow_text_is_measured_fewer_times_but_evenly():
    clock = Clocked()
    slow, fast = measure([clock.tagger("t", 0.4), clock.tagger("s", 0.1)], clock=clock)
    assert 1 <= len(slow.samples_ms) == len(fast.samples_ms) < REPEATS
    assert clock.now < BUDGET_S + 1


def test_at_least_one_round():
    clock = Clocked()
    [only] = measure([clock.tagger("t", 60)], clock=clock)
    assert only.samples_ms == pytest.approx([60_000])


def test_the_processor_is_named(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n")
    assert cpu_name(tmp_path / "cpuinfo") == "Some CPU @ 2 GHz"
    assert cpu_name(tmp_path / "missing")

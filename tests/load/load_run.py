"""The whole measurement: engine alone, rising rates, capacity, half of it, three times it, a soak."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine_alone import Alone, Rate
from load_phases import Phase, run_phase
from load_texts import Ask
from running_space import RunningSpace

Report = Callable[[str], None]


@dataclass(frozen=True)
class Schedule:
    """Durations in seconds, and rates as shares of what the engine does alone."""

    engine: float
    curve: float
    hold: float
    half: float
    overload: float
    soak: float
    rising: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
    step: float = 0.025  # of the capacity search


FULL = Schedule(engine=3, curve=15, hold=60, half=120, overload=60, soak=300)
QUICK = Schedule(engine=0.2, curve=0.5, hold=1, half=1, overload=1, soak=1, rising=(0.2, 0.8, 1.5), step=0.2)
SOAK_SHARE = 0.6  # of the capacity; guard documents among the texts make it about 0.8 of the work
OVERLOAD = 3.0  # times the capacity


@dataclass
class Run:
    """Everything measured; `engine` holds one rate for each time that the engine was measured."""

    engine: list[Rate] = field(default_factory=list)
    curve: list[Phase] = field(default_factory=list)
    held: list[Phase] = field(default_factory=list)  # the capacity search, in its order
    capacity: float | None = None
    half: Phase | None = None
    overload: Phase | None = None
    soak: Phase | None = None

    @property
    def alone(self) -> float:
        """Texts a second of the engine alone: the better way of using the threads, median of its turns."""
        best = sorted(rate.best for rate in self.engine)
        return best[len(best) // 2]


def run(
    space: RunningSpace,
    alone: Alone,
    asks: Sequence[Ask],
    soak_asks: Sequence[Ask],
    schedule: Schedule,
    say: Report,
) -> Run:
    """Measure all of it. The engine takes its turns between the phases, while the server is idle."""
    done = Run()
    texts = [ask.text for ask in asks]

    def engine() -> None:
        done.engine.append(alone.measure(texts, schedule.engine))
        say(f"engine alone: {done.engine[-1].best:.1f} texts a second")

    def phase(name: str, rate: float, seconds: float, sent: Sequence[Ask] = asks) -> Phase:
        measured = run_phase(space, sent, rate, seconds, seed=round(1000 * rate))
        say(f"{name}: {_line(measured)}")
        return measured

    engine()
    phase("warm-up", 0.2 * done.alone, schedule.curve / 2)
    yardstick = done.alone
    for share in schedule.rising:
        done.curve.append(phase("rising", share * yardstick, schedule.curve))
        engine()

    def hold(rate: float) -> bool:
        done.held.append(phase("hold", rate, schedule.hold))
        return done.held[-1].held

    done.capacity = find_capacity(hold, first_guess(done.curve), schedule.step * yardstick)
    engine()
    if done.capacity is not None:
        done.half = phase("half", done.capacity / 2, schedule.half)
        engine()
        done.overload = phase("three times", OVERLOAD * done.capacity, schedule.overload)
        engine()
        rate = SOAK_SHARE * done.capacity
        every_text = 1.2 * len(soak_asks) / rate
        done.soak = phase("soak", rate, max(schedule.soak, every_text), soak_asks)
        engine()
    return done


def first_guess(curve: Sequence[Phase]) -> float:
    """The highest rate that was held for the short while; the lowest of all if none was."""
    return max((phase.rate for phase in curve if phase.held), default=min(phase.rate for phase in curve))


def find_capacity(hold: Callable[[float], bool], start: float, step: float) -> float | None:
    """The highest rate that `hold` says was held, in steps from `start`, up or down; None if none was."""
    rate = start
    if hold(rate):
        while hold(rate + step):
            rate += step
        return rate
    while rate - step > 0:
        rate -= step
        if hold(rate):
            return rate
    return None


def _line(phase: Phase) -> str:
    def ms(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f}"

    return (
        f"{phase.rate:.1f}/s for {phase.seconds:g} s: {phase.sent} sent, {phase.accepted} accepted, "
        f"{phase.rejected} rejected, {phase.failed} failed, {phase.wrong} wrong; "
        f"p50 {ms(phase.p50)}, p99 {ms(phase.p99)}, p99.9 {ms(phase.p999)} ms; "
        f"rejections p99 {ms(phase.rejection_p99)} ms; memory {phase.memory_mb[-1]:.0f} MB"
    )

"""What is measured: how much of everything, and records of what came of it."""

from dataclasses import dataclass, field

from systems import Settings

from space.engine import Entity


@dataclass(frozen=True)
class Schedule:
    """How much is measured.

    Attributes:
        sweep: Abstracts that settings are tried on.
        sweep_singles: And single texts of each length.
        rounds: Turns of each system on single texts of each length.
        singles: Texts of a turn.
        call: Texts of a call, where many are tagged.
        abstracts: How many.
        notes: How many on all processors.
        fewer_notes: How many on fewer, where they take longer.
        characters: Of the long text.
        repeats: Of the less long text.
        starts: Of each system.
        climbs: Of the ladder.
    """

    sweep: int
    sweep_singles: int
    rounds: int
    singles: int
    call: int
    abstracts: int
    notes: int
    fewer_notes: int
    characters: int
    repeats: int
    starts: int
    climbs: int


FULL = Schedule(
    sweep=32, sweep_singles=3, rounds=6, singles=5, call=50, abstracts=500, notes=1000, fewer_notes=50,
    characters=1_000_000, repeats=5, starts=3, climbs=60,
)  # fmt: skip
QUICK = Schedule(
    sweep=4, sweep_singles=1, rounds=2, singles=2, call=8, abstracts=16, notes=8, fewer_notes=8,
    characters=30_000, repeats=2, starts=1, climbs=5,
)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """One setting: documents a second of many abstracts, and ms of a single text, the mean of all lengths."""

    system: str
    processors: int
    settings: Settings
    batch: int
    documents_per_s: float
    single_ms: float


@dataclass(frozen=True)
class Found:
    """Entities of the guard, with the settings for single texts and those for many, and of the abstracts."""

    guard_single: list[list[Entity]]
    guard_many: list[list[Entity]]
    abstracts: list[list[Entity]]


@dataclass(frozen=True)
class Many:
    """Many texts: seconds of each call, and the most memory that one took."""

    texts: int
    seconds: list[float]
    peak_mb: float


@dataclass(frozen=True)
class Long:
    """Milliseconds a thousand characters, in a text of 10,000 and in the long one; memory that it adds."""

    less_long_ms: float
    long_ms: float
    growth_mb: float


@dataclass(frozen=True)
class Start:
    """From the start of the process to the first result; memory then."""

    seconds: list[float]
    resident_mb: float


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder, see ladder.py."""

    processors: int
    tokens: int
    name: str
    milliseconds: float


Key = tuple[str, int]  # system, processors


@dataclass
class Run:
    """Everything measured.

    Attributes:
        unavailable: Why a system did not run.
        versions: Of each system's packages.
        tried: The sweep.
        found: What was found, by which its quality is judged.
        singles: Seconds of each single text, by system, processors and tokens.
        abstracts: 500 abstracts.
        notes: 1,000 notes, or the first of them.
        long: The long text, on all processors.
        starts: Starts, on all processors.
        ladder: The engine's ladder.
        others: Processors that other programs kept busy, by what was measured meanwhile.
    """

    unavailable: dict[str, str] = field(default_factory=dict)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    found: dict[Key, Found] = field(default_factory=dict)
    singles: dict[tuple[str, int, int], list[float]] = field(default_factory=dict)
    abstracts: dict[Key, Many] = field(default_factory=dict)
    notes: dict[Key, Many] = field(default_factory=dict)
    long: dict[str, Long] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    ladder: list[Rung] = field(default_factory=list)
    others: dict[str, float] = field(default_factory=dict)

    def best_for_single(self, system: str, processors: int) -> Tried:
        return min(self._tried(system, processors), key=lambda one: one.single_ms)

    def best_for_many(self, system: str, processors: int) -> Tried:
        return max(self._tried(system, processors), key=lambda one: one.documents_per_s)

    def _tried(self, system: str, processors: int) -> list[Tried]:
        return [one for one in self.tried if (one.system, one.processors) == (system, processors)]

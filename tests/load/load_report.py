"""What a run of the load measurement comes to: checks, JSON, and the figure of latency against rate."""

from collections.abc import Sequence
from dataclasses import asdict

import matplotlib
from load_phases import Phase
from load_run import Run
from promises import Check, at_least, at_most

matplotlib.use("Agg")  # no screen needed
from matplotlib import pyplot

FAST = 50.0  # ms
SHARE_OF_ENGINE = 0.7
SHARE_UNDER_50_MS = 0.999
MEMORY_POINTS = 60  # of a phase, in the JSON
GROWTH_MB = 16.0  # over a phase; more than the allocator's noise, less than any leak in so many requests


def checks(run: Run, deadline_ms: float) -> list[Check]:
    """Everything that can be told from a run; deadline_ms: the server's, for one request."""
    if run.capacity is None:
        return [Check("capacity, requests/s", None, "a rate that is held", met=False)]
    share = run.capacity / run.alone
    half, overload, soak = run.half, run.overload, run.soak
    wrong = sum(phase.wrong for phase in phases(run))
    return [
        at_least("capacity as a share of the engine alone", share, SHARE_OF_ENGINE),
        at_most("errors at half capacity", half.sent - half.accepted, 0),
        at_least("share under 50 ms at half capacity", half.under_50_ms, SHARE_UNDER_50_MS),
        at_least("rejections at three times capacity", overload.rejected, 1),
        at_most("p99 of the accepted at three times capacity, ms", overload.p99, deadline_ms),
        at_most("p99 of the rejections at three times capacity, ms", overload.rejection_p99, FAST),
        at_most("rejections without Retry-After", overload.without_retry_after, 0),
        at_most("neither answer nor rejection at three times capacity", overload.failed, 0),
        at_most("growth of memory at three times capacity, MB", overload.memory_growth_mb, GROWTH_MB),
        at_most("growth of memory in the soak, MB", soak.memory_growth_mb, GROWTH_MB),
        at_most("errors in the soak", soak.sent - soak.accepted, 0),
        at_most("answers that differ from the engine's", wrong, 0),
    ]


def phases(run: Run) -> list[Phase]:
    last = [phase for phase in (run.half, run.overload, run.soak) if phase is not None]
    return [*run.curve, *run.held, *last]


def as_json(run: Run) -> dict:
    """The run as the report's JSON holds it; numbers rounded to what repeats."""
    return {
        "engine_alone": {"texts_per_s": round(run.alone, 1), "turns": [asdict(rate) for rate in run.engine]},
        "capacity_per_s": run.capacity and round(run.capacity, 1),
        "rising": [_phase(phase) for phase in run.curve],
        "capacity_search": [_phase(phase) for phase in run.held],
        "half_capacity": run.half and _phase(run.half),
        "three_times_capacity": run.overload and _phase(run.overload),
        "soak": run.soak and _phase(run.soak),
    }


def _phase(phase: Phase) -> dict:
    found = {name: value for name, value in asdict(phase).items() if name != "answers"}
    found["memory_mb"] = phase.memory_mb[:: max(1, len(phase.memory_mb) // MEMORY_POINTS)]
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def draw(run: Run, path: str) -> None:
    """Latency of the accepted against the rate, and below it what share was rejected."""
    points = sorted(phases(run), key=lambda phase: phase.rate)
    points = [phase for phase in points if phase is not run.soak]  # longer texts: not comparable
    figure, (above, below) = pyplot.subplots(
        2, sharex=True, figsize=(7, 5), height_ratios=(3, 1), layout="constrained"
    )
    for name, style in (("p50", "o-"), ("p99", "s-"), ("p999", "^:")):
        _line(above, points, name, style)
    above.axhline(FAST, color="grey", linewidth=0.8, linestyle="--", label="50 ms")
    above.set(yscale="log", ylabel="latency from the intended\ntime of sending, ms")
    below.plot(
        [phase.rate for phase in points],
        [100 * phase.rejected / max(1, phase.sent) for phase in points],
        "o-",
        color="tab:red",
        markersize=4,
    )
    below.set(xlabel="requests a second (Poisson), one text of 128 tokens each", ylabel="rejected, %")
    for axes in (above, below):
        axes.axvline(run.alone, color="tab:purple", linewidth=1, linestyle="-.", label="engine alone")
        if run.capacity is not None:
            axes.axvline(run.capacity, color="black", linewidth=1.5, label="capacity")
        axes.grid(alpha=0.3)
    above.legend(fontsize="small")
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _line(axes: pyplot.Axes, points: Sequence[Phase], name: str, style: str) -> None:
    answered = [phase for phase in points if getattr(phase, name) is not None]
    label = {"p50": "median", "p99": "99 of 100", "p999": "999 of 1,000"}[name]
    axes.plot(
        [phase.rate for phase in answered],
        [getattr(phase, name) for phase in answered],
        style,
        markersize=4,
        label=label,
    )

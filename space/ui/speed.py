"""Speed of teacher and student on one text, each in a session of its own."""

from collections.abc import Callable
from functools import partial

from ..contract import Model
from .highlight_tab import refusal
from .live_latency import WARM_UP, Latency, cpu_name, measure
from .markup import escape, megabytes, note, table

TIMED_CHARACTERS = 5_000  # timing a long text many times would keep others waiting


def show_latency(
    text: str, teacher: Model, student: Model, stopped: Callable[[], bool] = lambda: False
) -> str:
    """Time both on `text` (at most its first TIMED_CHARACTERS) and return a table as HTML.

    Raises Stopped soon after `stopped` turns true."""
    if reason := refusal(text):
        return note(reason)
    timed = text[:TIMED_CHARACTERS]
    pair = teacher.alone(None), student.alone(None)
    slow, fast = measure([partial(tagger, [timed]) for tagger in pair], stopped)
    columns = {"Model alone": ""} | dict.fromkeys(("Median", "p95", "Threads", "File"), "number")
    rows = "".join(
        _row(model, tagger.threads, latency)
        for model, tagger, latency in zip((teacher, student), pair, (slow, fast), strict=True)
    )
    files = " and ".join(f"{escape(model.tagger.file.name)} ({model.name})" for model in (teacher, student))
    notes = [f"{model.name}: {line}" for model in (teacher, student) for line in model.tagger.notes]
    return (
        f"{_ratios(teacher, student, slow, fast)}{table(columns, rows, 'Speed and size')}"
        f'<p class="hint">{_conditions(text, timed, slow)} Files: {files}.</p>' + "".join(map(note, notes))
    )


def _row(model: Model, threads: int, latency: Latency) -> str:
    return (
        f'<tr><th scope="row">{escape(model.name)}</th><td class="number">{latency.median_ms:.1f} ms</td>'
        f'<td class="number">{latency.p95_ms:.1f} ms</td><td class="number">{threads}</td>'
        f'<td class="number">{megabytes(model.tagger.file.stat().st_size)}</td></tr>'
    )


def _ratios(teacher: Model, student: Model, slow: Latency, fast: Latency) -> str:
    speed_up = slow.median_ms / fast.median_ms
    reduction = teacher.tagger.file.stat().st_size / student.tagger.file.stat().st_size
    return (
        f'<p class="tally"><strong>Speed-up {speed_up:.1f}×</strong> on this text, median to median. '
        f"<strong>File {reduction:.1f}× smaller.</strong></p>"
    )


def _conditions(text: str, timed: str, latency: Latency) -> str:
    part = "the whole text" if timed == text else "the beginning of the text"
    return (
        f"Measured now on {part} ({len(timed):,} characters): {len(latency.samples_ms)} repeats of each, "
        f"in turn, after {WARM_UP} warm-up calls, on {escape(cpu_name())}. A call is tokenising, running "
        "and decoding in a session of its own; queue, network and page are not in it."
    )

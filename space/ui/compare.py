"""The second tab: what teacher and student find in one text, and how fast each is here."""

from collections.abc import Sequence

from .contract import Entity, Key, Model, key
from .differences import Comparison, Difference, compare
from .highlight import refusal
from .latency import WARM_UP, Latency, cpu_name, measure
from .markup import escape, label_chip, marked_text, megabytes, note, table

TIMED_CHARACTERS = 5_000  # timing a long text many times would keep others waiting


def show_comparison(text: str, teacher: Model, student: Model) -> str:
    """Tag `text` with both and return the two passages and the list of differences as HTML."""
    if reason := refusal(text):
        return note(reason)
    [by_teacher] = teacher.tagger([text])
    [by_student] = student.tagger([text])
    comparison = compare(by_teacher, by_student)
    labels = list(dict.fromkeys(student.tagger.labels + teacher.tagger.labels))
    remarks = _remarks(comparison)
    sides = "".join(
        f'<section class="side"><h3>{model.name} <small>{len(entities):,} found</small></h3>'
        f"{marked_text(text, entities, labels, remarks)}</section>"
        for model, entities in ((teacher, by_teacher), (student, by_student))
    )
    return (
        f'<div class="result">{_agreement(comparison)}<div class="sides">{sides}</div>'
        f"{_difference_table(comparison.differences, labels)}</div>"
    )


def show_latency(text: str, teacher: Model, student: Model) -> str:
    """Time both on `text` (at most its first TIMED_CHARACTERS) and return a table as HTML."""
    if refusal(text):
        return ""
    timed = text[:TIMED_CHARACTERS]
    slow, fast = measure([teacher.tagger, student.tagger], timed)
    columns = {"Model": ""} | dict.fromkeys(("Median", "p95", "Threads", "File"), "number")
    notes = [f"{model.name}: {line}" for model in (teacher, student) for line in model.tagger.notes]
    return (
        f"<h3>Speed and size</h3>{_ratios(teacher, student, slow, fast)}"
        + table(columns, _latency_row(teacher, slow) + _latency_row(student, fast), "Speed and size")
        + f'<p class="hint">{_conditions(text, timed, slow)} {_files(teacher, student)}</p>'
        + "".join(map(note, notes))
    )


def _remarks(comparison: Comparison) -> dict[Key, str]:
    """What marks each entity that the other model does not have."""
    return {
        key(entity): difference.kind
        for difference in comparison.differences
        for entity in difference.teacher + difference.student
    }


def _agreement(comparison: Comparison) -> str:
    if comparison.agreement is None:
        return note("Neither model found an entity.")
    return (
        f'<p class="tally" role="status"><strong>Agreement {comparison.agreement:.0%}</strong>: both find '
        f"{comparison.shared:,} of {comparison.entities:,} distinct entities with the same span and label. "
        "Agreement is not accuracy: both can be wrong in the same place.</p>"
    )


def _difference_table(differences: Sequence[Difference], labels: Sequence[str]) -> str:
    if not differences:
        return '<p class="hint">No differences.</p>'
    rows = "".join(
        f'<tr><td class="place">{difference.start}–{difference.end}</td><td>{escape(difference.kind)}</td>'
        f"<td>{_found(difference.teacher, labels)}</td><td>{_found(difference.student, labels)}</td></tr>"
        for difference in differences
    )
    columns = {"Where": "place", "What differs": "", "Teacher": "", "Student": ""}
    return f"<h3>Differences <small>{len(differences):,}</small></h3>{table(columns, rows, 'Differences')}"


def _found(entities: Sequence[Entity], labels: Sequence[str]) -> str:
    if not entities:
        return '<span class="nothing">not found</span>'
    return "<br>".join(f"{escape(entity.text)} {label_chip(entity.label, labels)}" for entity in entities)


def _latency_row(model: Model, latency: Latency) -> str:
    return (
        f'<tr><th scope="row">{escape(model.name)}</th><td class="number">{latency.median_ms:.1f} ms</td>'
        f'<td class="number">{latency.p95_ms:.1f} ms</td><td class="number">{model.tagger.threads}</td>'
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
        "and decoding; queue, network and page are not in it."
    )


def _files(teacher: Model, student: Model) -> str:
    names = " and ".join(f"{escape(model.tagger.file.name)} ({model.name})" for model in (teacher, student))
    return f"Files: {names}."

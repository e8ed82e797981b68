"""The second tab: what teacher and student find in one text."""

from .contract import Busy, Model
from .differences import Comparison, compare
from .highlight import refusal
from .markup import note
from .result import result


def show_comparison(text: str, teacher: Model, student: Model) -> str:
    """Tag `text` with both and return what each finds and where they part, as HTML."""
    if reason := refusal(text):
        return note(reason)
    try:
        [by_teacher] = teacher.tagger([text])
        [by_student] = student.tagger([text])
    except Busy as busy:
        return note(str(busy))
    comparison = compare(by_teacher, by_student)
    found = [(teacher, by_teacher), (student, by_student)]
    return result(text, found, _agreement(comparison), comparison.differences)


def _agreement(comparison: Comparison) -> str:
    if comparison.agreement is None:
        return "Neither model found an entity."
    return (
        f"<strong>Agreement {comparison.agreement:.0%}</strong>: both find {comparison.shared:,} of "
        f"{comparison.entities:,} distinct entities with the same span and label. Agreement is not accuracy: "
        "both can be wrong in the same place."
    )

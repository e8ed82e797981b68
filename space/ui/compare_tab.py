"""Compare tab: what teacher and student find in one text."""

import time

from ..contract import Busy, Model
from .differences import Comparison, compare
from .highlight_tab import refusal
from .markup import note
from .result import Found, result


async def show_comparison(text: str, teacher: Model, student: Model) -> str:
    """Tag `text` with both and return what each finds and where they part, as HTML. Cancelling it ends
    the work."""
    if reason := refusal(text):
        return note(reason)
    found = []
    try:
        for model in (teacher, student):
            began = time.perf_counter()
            [entities] = await model.tagger.find([text])
            found.append(Found(model, entities, time.perf_counter() - began))
    except Busy as busy:
        return note(str(busy))
    comparison = compare(*(one.entities for one in found))
    return result(text, found, _agreement(comparison), student.tagger.notice(text), comparison.differences)


def _agreement(comparison: Comparison) -> str:
    if comparison.agreement is None:
        return "Neither model found an entity."
    return (
        f"<strong>Agreement {comparison.agreement:.0%}</strong>: both find {comparison.shared:,} of "
        f"{comparison.entities:,} distinct entities with the same span and label. Agreement is not accuracy: "
        "both can be wrong in the same place."
    )

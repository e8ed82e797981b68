"""Highlight tab: entities of one text."""

import time
from collections.abc import Sequence

from ..contract import Busy, Entity, Model
from .markup import note
from .result import Found, result

MAX_CHARACTERS = 200_000  # as the API takes by default; more would hold other visitors up
EMPTY = "There is no text to tag yet: type or paste a note, or choose an example."


def refusal(text: str) -> str | None:
    """Why `text` is not tagged, or None when it is."""
    if not text.strip():
        return EMPTY
    if len(text) > MAX_CHARACTERS:
        return (
            f"This text has {len(text):,} characters. At most {MAX_CHARACTERS:,} are tagged at once, "
            "so nothing was tagged: cut the text into parts."
        )
    return None


async def highlight(text: str, model: Model) -> str:
    """Tag `text` and return the result as HTML, every entity included. Cancelling it ends the work.

    The page filters them by score and label on its own: nothing about the text stays here.
    """
    if reason := refusal(text):
        return note(reason)
    began = time.perf_counter()
    try:
        [entities] = await model.tagger.find([text])
    except Busy as busy:
        return note(str(busy))
    return show_entities(text, model, entities, time.perf_counter() - began)


def show_entities(text: str, model: Model, entities: Sequence[Entity], seconds: float) -> str:
    """The result as HTML; seconds: how long it took on this server."""
    count = len(entities)
    summary = f"{count:,} {'entity' if count == 1 else 'entities'}" if count else "No entity found."
    return result(text, [Found(model, entities, seconds)], summary, model.tagger.notice(text))

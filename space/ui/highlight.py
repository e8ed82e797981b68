"""The first tab: entities of a text, marked and listed."""

from .contract import Model
from .markup import entity_table, marked_text, note

MAX_CHARACTERS = 1_000_000
LISTED = 1_000  # rows of the table: a browser is slow with tens of thousands
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


def highlight(text: str, model: Model) -> str:
    """Tag `text` and return the passage and the table as HTML, every entity included.

    The page filters them by score and label on its own (page.js): nothing about the text stays here.
    """
    if reason := refusal(text):
        return note(reason)
    [entities] = model.tagger([text])
    if not entities:
        listing = note("No entity found.")
    else:
        listing = entity_table(entities[:LISTED], model.tagger.labels) + _hint(len(entities))
    return (
        '<div class="result">'
        f'<p class="tally" role="status">{_count(len(entities))}</p>'
        f"{marked_text(text, entities, model.tagger.labels)}{listing}</div>"
    )


def _count(entities: int) -> str:
    return f"{entities:,} {'entity' if entities == 1 else 'entities'}"


def _hint(entities: int) -> str:
    cut = f"The table lists the first {LISTED:,}; all are marked in the text. " if entities > LISTED else ""
    return (
        f'<p class="hint">{cut}Offsets count Unicode code points from 0; the end is exclusive. '
        "The score is the lowest probability over an entity's words.</p>"
    )

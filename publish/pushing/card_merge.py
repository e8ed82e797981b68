"""Merges people's text on the Hub's card into the card that is about to replace it."""

from cards.render import CARD_FILE, Card
from cards.render.card_map import MAP_FILE, CardMap, read_map, write_map
from cards.render.regions import merge
from cards.render.sections import digests, take_apart

from ..hub.remote import Remote
from .plan import Conflict
from .staging import Staged

SHOWN_LINES = 12  # of each side of a conflict


def keep_peoples_text(staged: Staged, remote: Remote | None) -> list[Conflict] | None:
    """Merge the Hub's card into the staged one.

    Returns:
        The edits of our own parts that this would undo; None where the card has no parts and is a file like
        any other.
    """
    if remote is None or remote.fresh or CARD_FILE not in remote.files:
        return None
    ours, theirs = staged.card, remote.text(CARD_FILE)
    if not _has_parts(ours) or (CARD_FILE in remote.manifest and not _has_parts(theirs)):
        return None
    if theirs == ours:
        return []
    map_file = staged.folder / MAP_FILE
    has_map = map_file.is_file()
    card_map = read_map(map_file) if has_map else CardMap(repos={}, numbers=(), regions=digests(ours))
    merged = merge(Card(ours, card_map), theirs, remote.card_map)
    staged.replace(CARD_FILE, merged.card.text.encode())
    if has_map:
        staged.replace(MAP_FILE, b"")
        write_map(merged.card.map, map_file)
    if not remote.edited(CARD_FILE):
        return []
    return [
        Conflict(
            name=edit.region,
            found="someone changed this part of the card. On the Hub:\n"
            f"{_quoted(edit.found) or '  (taken out)'}\n"
            f"  this push would put:\n{_quoted(edit.ours) or '  (nothing)'}",
        )
        for edit in merged.edits
    ]


def _has_parts(card: str) -> bool:
    return any(piece.name for piece in take_apart(card).body)


def _quoted(text: str) -> str:
    lines = text.strip("\n").splitlines()
    more = [f"  | ... {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
    return "\n".join([*(f"  | {line}" for line in lines[:SHOWN_LINES]), *more])

"""People's text on the Hub's card into the card that is about to replace it."""

from cards.render.card import CARD_FILE, Card
from cards.render.card_map import MAP_FILE, CardMap, read_map, write_map
from cards.render.regions import Edit, merge
from cards.render.sections import digests, take_apart

from ..hub.remote import Remote
from .plan import Conflict
from .staging import Staged, replace

SHOWN_LINES = 12  # of each side of a conflict


def keep_peoples_text(staged: Staged, remote: Remote | None) -> list[Conflict] | None:
    """Merge the Hub's card into the staged one. Returns the edits of our own parts that this would undo;
    None where the card has no parts and is a file like any other."""
    if remote is None or remote.fresh or CARD_FILE not in remote.files:
        return None
    rendered, existing = _card(staged), remote.card
    if not _has_parts(rendered.text) or (CARD_FILE in remote.manifest and not _has_parts(existing)):
        return None
    if existing == rendered.text:
        return []
    merged = merge(rendered, existing, remote.card_map)
    replace(staged.folder, CARD_FILE, merged.card.text.encode())
    if (staged.folder / MAP_FILE).is_file():
        replace(staged.folder, MAP_FILE, b"")
        write_map(merged.card.map, staged.folder / MAP_FILE)
    if not remote.edited(CARD_FILE):
        return []
    return [Conflict(name=edit.region, found=_told(edit)) for edit in merged.edits]


def _has_parts(card: str) -> bool:
    return any(piece.name for piece in take_apart(card).body)


def _card(staged: Staged) -> Card:
    map_file = staged.folder / MAP_FILE
    if map_file.is_file():
        return Card(staged.card, read_map(map_file))
    return Card(staged.card, CardMap(repos={}, numbers=(), regions=digests(staged.card)))


def _told(edit: Edit) -> str:
    there = _quoted(edit.found) or "  (taken out)"
    return f"someone changed this part of the card. On the Hub:\n{there}\n  this push would put:\n" + (
        _quoted(edit.ours) or "  (nothing)"
    )


def _quoted(text: str) -> str:
    lines = text.strip("\n").splitlines()
    more = [f"  | ... {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
    return "\n".join([*(f"  | {line}" for line in lines[:SHOWN_LINES]), *more])

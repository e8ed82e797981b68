"""A new rendering onto a card that people have written in: `merge`.

A person's text stays where it stands, between the same sections; a key of the front matter that is
not ours stays between the same keys. Our own parts are replaced. Where a person changed one of ours
since it was written, the merged card has ours all the same, and the change is reported: whoever
publishes asks before it is overwritten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from ..parsing import load
from .card_map import CardMap, Entry
from .rendering import Card
from .sections import FRONT_MATTER, Parts, Piece, digest, take_apart


@dataclass(frozen=True)
class Edit:
    """A person's change of a part of ours that the merged card would undo."""

    region: str  # the part's name, e.g. "results" or "front-matter.tags"
    found: str  # what stands there now; empty where the person took it out
    ours: str  # what the new rendering has; empty where it has no such part any more


@dataclass(frozen=True)
class Merged:
    card: Card
    edits: tuple[Edit, ...]


def merge(rendered: Card, existing: str, existing_map: CardMap | None) -> Merged:
    """The new rendering with what people wrote on the existing card.

    rendered: as `render` makes it; existing: the text of the card that would be replaced;
    existing_map: the card.map.json beside it, None where there is none: then any part of ours that
    differs counts as edited. Merging again changes nothing.
    """
    known = existing_map.regions if existing_map else {}
    existing = existing.replace("\r\n", "\n")
    old, new = take_apart(existing), take_apart(rendered.text)
    front = _weave(old.front, new.front, known, "")
    if any(piece.name for piece in old.body):
        body = _weave(old.body, new.body, known, "\n")
    else:
        body = [*new.body, *_theirs_below(old.body)]
    merged, edits = Parts(tuple(front), tuple(body)), _edits(old, new, known)
    if not _says_the_same(old, new, merged.front, known):
        merged = Parts(new.front, merged.body)
        edits.append(Edit(FRONT_MATTER, _joined(old.front), _joined(new.front)))
    text = f"---\n{_joined(merged.front)}---\n{_joined(merged.body)}" if new.front else _joined(merged.body)
    card_map = rendered.map.model_copy(update={"numbers": _moved(rendered, text)})
    return Merged(replace(rendered, text=text, map=card_map), tuple(edits))


def _weave(old: Sequence[Piece], new: Sequence[Piece], known: Mapping[str, str], gap: str) -> list[Piece]:
    """The old pieces in their order, ours replaced, dropped where the new rendering lacks them; a new
    one comes after the piece that it follows in the new rendering, with `gap` between."""
    fresh = {piece.name: piece for piece in new if piece.name}
    woven: list[Piece] = []
    for piece in old:
        if piece.name in fresh:
            if fresh[piece.name] not in woven:
                woven.append(fresh[piece.name])
        elif piece.name is None or (piece.name.startswith(FRONT_MATTER) and piece.name not in known):
            woven.append(piece)
        elif woven and not woven[-1].name and not woven[-1].text.strip():
            woven.pop()  # the blank line before a section that is gone
    before: str | None = None
    for piece in (piece for piece in new if piece.name):
        if piece not in woven:
            names = [p.name for p in woven]
            place = names.index(before) + 1 if before in names else 0
            woven[place:place] = [Piece(None, gap), piece] if gap else [piece]
        before = piece.name
    return woven


def _theirs_below(body: Iterable[Piece]) -> list[Piece]:
    """What people wrote on a card without a part of ours, to stand below ours."""
    theirs = _joined(body).strip("\n")
    return [Piece(None, f"\n{theirs}\n")] if theirs else []


def _edits(old: Parts, new: Parts, known: Mapping[str, str]) -> list[Edit]:
    theirs, ours, edits = old.named, new.named, []
    for piece in (*old.front, *old.body):
        if (name := piece.name) is None:
            continue
        fresh = ours.get(name, "")
        if name not in known and not fresh and name.startswith(FRONT_MATTER):
            continue  # a key of their own
        hashed = digest(name, piece.text)
        if hashed != known.get(name) and not (fresh and hashed == digest(name, fresh)):
            edits.append(Edit(name, piece.text, fresh))
    edits += [Edit(name, "", ours[name]) for name in known if name not in theirs and name in ours]
    return edits


def _says_the_same(old: Parts, new: Parts, merged: Sequence[Piece], known: Mapping[str, str]) -> bool:
    """Whether the woven front matter reads as ours with their keys: a card may hold YAML that
    cannot be cut into keys by lines."""
    try:
        theirs, ours, both = (load(_joined(front)) or {} for front in (old.front, new.front, merged))
    except yaml.YAMLError:
        return False
    if not (isinstance(theirs, dict) and isinstance(ours, dict)):
        return False
    kept = {key: value for key, value in theirs.items() if f"{FRONT_MATTER}.{key}" not in known}
    return both == kept | ours


def _moved(rendered: Card, text: str) -> tuple[Entry, ...]:
    """The map's entries, at the lines where their parts stand in the merged text."""
    starts, here = _lines(rendered.text), _lines(text)
    moved = []
    for entry in rendered.map.numbers:
        name = max((n for n, line in starts.items() if line <= entry.line), key=starts.__getitem__)
        moved.append(entry.model_copy(update={"line": entry.line - starts[name] + here[name]}))
    return tuple(sorted(moved, key=lambda entry: (entry.line, entry.column)))


def _lines(text: str) -> dict[str, int]:
    """Name of each part -> the line where it begins, from 1."""
    found: dict[str, int] = {}
    for start, piece in take_apart(text).placed:
        if piece.name:
            found.setdefault(piece.name, text.count("\n", 0, start) + 1)
    return found


def _joined(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)

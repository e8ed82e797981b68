"""The figures of our own cards: each keeps the claims that it shows, so that a stale one is found."""

import json
import struct

from ...errors import CardError
from ...ledger.values import resolve
from ...render.figures import gather, paths
from ..input.parts import OwnCard, OwnModel
from ..registry import Faults, rule

HEAD = 200_000  # bytes: what a figure shows is kept before its pixels
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@rule("figure.claims")
def claims(own: OwnModel) -> Faults:
    """Each figure that the card shows was drawn from the values that the ledger has.

    Why: A figure of an earlier measurement contradicts the numbers beside it.
    Fix: Draw it again with `python -m cards render RUN`.
    """
    for path, expected in paths(gather(own.card.ledger, own.card.name)).items():
        if path not in own.card.card.text or path not in own.folder.files:
            continue  # a link that leads nowhere is reported as such
        place, shown = own.folder.file(path), kept_claims(own.folder.files.part(path, 0, HEAD))
        if shown is None:
            yield place, "the picture does not say which claims it shows"
            continue
        for claim in sorted(expected - shown.keys()):
            yield place, f"the figure lacks {claim}"
        for claim, value in shown.items():
            if value != (right := _value(own.card, claim)):
                yield place, f"the figure shows {claim} as {value}, and the ledger has {right}"


def _value(card: OwnCard, claim: str) -> object:
    try:
        return resolve(card.ledger, claim)
    except CardError:
        return "no such claim"


def kept_claims(png: bytes) -> dict[str, float] | None:
    """The claims that a figure keeps, by reference; None where it keeps none or is no PNG file."""
    place = len(SIGNATURE)
    while png.startswith(SIGNATURE) and place + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        data = png[place + 8 : place + 8 + length]
        if kind == b"tEXt" and data.startswith(b"Claims\0"):
            try:
                kept = json.loads(data.removeprefix(b"Claims\0"))
            except ValueError:
                return None
            return kept if isinstance(kept, dict) else None
        place += 12 + length  # length, kind, data, checksum
    return None

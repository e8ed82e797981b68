"""The figures of our own cards: each keeps the claims that it shows, so that a stale one is found."""

import json
import struct
from collections.abc import Iterator

from ..errors import CardError
from ..ledger.values import resolve
from ..render.figures import gather, paths
from .finding import Finding, error, rule
from .subject import Subject

HEAD = 200_000  # bytes: what a figure shows is kept before its pixels
SIGNATURE = b"\x89PNG\r\n\x1a\n"
AGAIN = "the figure that `python -m cards render` draws from this ledger"


@rule("figure.missing", "Each figure that the card shows is beside it.")
@rule("figure.claims", "Each figure was drawn from the values that the ledger has.")
def figures(subject: Subject) -> Iterator[Finding]:
    """Each figure that the card shows is there, with the ledger's values."""
    if subject.name not in subject.ledger.models:
        return
    for path, claims in paths(gather(subject.ledger, subject.name)).items():
        if path not in (subject.text or ""):
            continue
        place = subject.file(path)
        if path not in subject.files:
            yield error("figure.missing", place, "no file", AGAIN)
            continue
        shown = kept_claims(subject.files.part(path, 0, HEAD))
        if shown is None:
            yield error("figure.claims", place, "a picture that does not say what it shows", AGAIN)
            continue
        for claim in sorted(claims - shown.keys()):
            yield error("figure.claims", place, "a figure without it", AGAIN, claim)
        for claim, value in shown.items():
            right = _value(subject, claim)
            if value != right:
                yield error("figure.claims", place, f"{value}", f"{right}, as in the ledger", claim)


def _value(subject: Subject, claim: str) -> object:
    try:
        return resolve(subject.ledger, claim)
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

"""Figures of a card, drawn from the ledger's claims alone.

Each kind of figure is a record here, made by its module's `gather`: it holds the claims that the figure
shows, which the template puts into words, and draws itself. A kind whose claims are missing is left out.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

from ...ledger import Ledger
from . import bars, reliability, tradeoff, types
from .scores import Number
from .theme import THEMES, Drawing

FOLDER = "figures"  # in a model folder, beside the card
KINDS: dict[str, Callable[[Ledger, str], Drawing | None]] = {
    "tradeoff": tradeoff.gather,
    "types": types.gather,
    "reliability": reliability.gather,
    "latency": bars.gather_latency,
    "errors": bars.gather_error_kinds,
}


def gather(ledger: Ledger, name: str) -> dict[str, Drawing]:
    """The figures that the claims about the model `name` suffice for, by kind."""
    found = {kind: make(ledger, name) for kind, make in KINDS.items()}
    return {kind: drawing for kind, drawing in found.items() if drawing is not None}


def paths(drawings: Mapping[str, Drawing]) -> dict[str, set[str]]:
    """What each PNG file beside the card shows: its path -> references of claims."""
    return {
        f"{FOLDER}/{kind}-{theme}.png": {number.claim for number in numbers(drawing)}
        for kind, drawing in drawings.items()
        for theme in THEMES
    }


def files(drawings: Mapping[str, Drawing]) -> dict[str, bytes]:
    """The PNG files of figures by path beside the card. Equal claims give equal bytes."""
    return {
        f"{FOLDER}/{kind}-{theme}.png": _png(drawing, theme)
        for kind, drawing in drawings.items()
        for theme in THEMES
    }


@cache
def _png(drawing: Drawing, theme: str) -> bytes:
    from .canvas import png  # matplotlib takes a second to import, and most commands draw nothing

    shown = {number.claim: number.value for number in numbers(drawing)}
    return png(drawing, theme, json.dumps(shown))


def numbers(part: object) -> list[Number]:
    """Every number in a record, however deep."""
    if isinstance(part, Number):
        return [part]
    if is_dataclass(part):
        part = [getattr(part, field.name) for field in fields(part)]
    return [number for each in part for number in numbers(each)] if isinstance(part, (list, tuple)) else []


def write(drawings: Mapping[str, Drawing], folder: Path) -> None:
    """Write the figures into `folder`, a model's, and remove those that it no longer has."""
    made = files(drawings)
    for old in (folder / FOLDER).glob("*.png"):
        if f"{FOLDER}/{old.name}" not in made:
            old.unlink()
    for path, data in made.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)

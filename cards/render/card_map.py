"""The one way a number gets into a card, and the map that says where each one stands.

While a template renders, `Numbers` puts a placeholder for each number. `place` then writes the
numbers and notes their lines and columns, so the map cannot disagree with the text.
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from ..errors import CardError
from ..ledger import ClaimId, Ledger, Strict
from ..ledger.values import operands, resolve
from .formats import default_format, format_value

MAP_FILE = "card.map.json"

# Characters of Unicode's private use area, which no ledger has reason to hold. YAML lets them pass
# as a plain scalar, so a placeholder in the front matter becomes a plain number.
_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")


class Entry(Strict):
    """One number of a card."""

    line: int  # from 1
    column: int  # from 1, in code points
    claim: str  # a reference, see cards.ledger.values
    format: str  # a format of cards.render.formats


class CardMap(Strict):
    """What every number of a card stands for, in the card's order."""

    schema_version: Literal[1] = 1
    repos: dict[str, str]  # the Hub ids that the card was rendered with
    numbers: tuple[Entry, ...]
    # A part of ours -> its hash, see cards.render.sections.
    regions: dict[str, str] = Field(default_factory=dict)


class Numbers:
    """Called by templates: `number(reference)` or `number(reference, "format")`."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self.used: list[tuple[str, str]] = []

    def __call__(self, value: str | ClaimId, format: str | None = None) -> str:  # noqa: A002 (the template's word)
        """A placeholder for a value, by its reference or claim's id. Raises CardError when there is none."""
        reference = str(value)
        name = format or default_format(reference, operands(self.ledger, reference))
        format_value(resolve(self.ledger, reference), name)  # fail here, with the template's line
        self.used.append((reference, name))
        return f"\ue000{len(self.used) - 1}\ue001"

    def place(self, text: str) -> tuple[str, tuple[Entry, ...]]:
        """Write the numbers over their placeholders; returns the text and where they stand."""
        lines, entries = [], []
        for number, line in enumerate(text.split("\n"), 1):
            written, after = "", 0
            for found in _PLACEHOLDER.finditer(line):
                reference, name = self.used[int(found[1])]
                written += line[after : found.start()]
                entries.append(Entry(line=number, column=len(written) + 1, claim=reference, format=name))
                written += format_value(resolve(self.ledger, reference), name)
                after = found.end()
            lines.append(written + line[after:])
        return "\n".join(lines), tuple(entries)


def write_map(card_map: CardMap, path: Path) -> None:
    path.write_text(card_map.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_map(path: Path) -> CardMap:
    """Read a `card.map.json`. Raises CardError when it is missing or malformed."""
    try:
        return CardMap.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CardError(
            f"{path}: cannot be read ({error.strerror}). `python -m cards render` writes it."
        ) from error
    except ValidationError as error:
        raise CardError(f"{path}: not a valid card map.\n{error}") from error

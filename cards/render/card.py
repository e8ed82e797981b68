"""A rendered card: its text, with the map and the figures beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import figures
from .card_map import MAP_FILE, CardMap, write_map

CARD_FILE = "README.md"


@dataclass(frozen=True)
class Card:
    text: str
    map: CardMap
    drawings: Mapping[str, figures.Drawing] = field(default_factory=dict)  # the figures, by kind

    def write(self, folder: Path) -> None:
        """Write README.md, card.map.json and the figures into `folder`."""
        (folder / CARD_FILE).write_text(self.text, encoding="utf-8")
        write_map(self.map, folder / MAP_FILE)
        figures.write(self.drawings, folder)

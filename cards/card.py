"""A rendered card: its text and the map beside it."""

from dataclasses import dataclass
from pathlib import Path

from .numbers import MAP_FILE, CardMap, write_map

CARD_FILE = "README.md"


@dataclass(frozen=True)
class Card:
    text: str
    map: CardMap

    def write(self, folder: Path) -> None:
        """Write README.md and card.map.json into `folder`."""
        (folder / CARD_FILE).write_text(self.text, encoding="utf-8")
        write_map(self.map, folder / MAP_FILE)

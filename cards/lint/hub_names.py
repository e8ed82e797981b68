"""The names that the Hub knows: licences, tasks, languages, and what Spaces may set."""

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("hub_names.yaml")


@cache
def known(kind: str) -> frozenset[str]:
    """The names of a kind: "licences", "tasks", "languages", "sizes", "sdks" or "colours"."""
    return frozenset(yaml.safe_load(_FILE.read_text(encoding="utf-8"))[kind].split())

"""Formats of corpora: one module each, `read(path, findings) -> documents` with the source's own labels.

A new format is a module here, its entry in `READERS`, and a test.
"""

from collections.abc import Callable
from pathlib import Path

from ..document import Document
from ..findings import Findings
from . import brat, conll, hub, jsonl, lines, pubtator

__all__ = ["FORMATS", "HUB", "READERS", "hub"]

# What a recipe calls a format, and what reads one file (for brat: one folder) of it.
READERS: dict[str, Callable[[Path, Findings | None], list[Document]]] = {
    "pubtator": pubtator.read,
    "conll": conll.read,
    "brat": brat.read,
    "jsonl": jsonl.read,
    "lines": lines.read,
}
HUB = "hub"  # a Hub data set, whose splits have names in place of files: see `hub.read`
FORMATS = (*READERS, HUB)

"""Figures of a card: which there are, what each shows, and their PNG files."""

from .drawing import FOLDER, KINDS, files, gather, numbers, paths, write
from .theme import THEMES, Drawing

__all__ = ["FOLDER", "KINDS", "THEMES", "Drawing", "files", "gather", "numbers", "paths", "write"]

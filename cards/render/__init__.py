"""Cards rendered from ledgers: text, figures, and the map that leads each number to its claim."""

from .rendering import CARD_FILE, TEMPLATES, Card, copy_templates, render, render_run

__all__ = ["CARD_FILE", "TEMPLATES", "Card", "copy_templates", "render", "render_run"]

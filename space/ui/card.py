"""The third tab: the model card of each loaded model, its front matter shown as facts."""

import re

import yaml
from huggingface_hub import ModelCard

from .contract import Model
from .markup import escape, megabytes

# Fields of the front matter that tell a reader something, in this order.
SHOWN = {
    "license": "License",
    "language": "Language",
    "base_model": "Base model",
    "datasets": "Data sets",
    "tags": "Tags",
}
PICTURE = re.compile(r'<picture>(?:(?!</picture>).)*?<img [^>]*?alt="([^"]*)"[^>]*>\s*</picture>', re.DOTALL)
NO_CARD = "*This model has no card: its folder holds no README.md.*"


def show_card(model: Model) -> tuple[str, str]:
    """What is loaded and the card's front matter as HTML, and the rest of the card as Markdown."""
    tagger = model.tagger
    front_matter, body = split(model.card)
    facts = {
        "Loaded from": [model.origin],
        "File": [f"{tagger.file.name}, {megabytes(tagger.file.stat().st_size)}"],
        "SHA-256": [tagger.sha256],
        "Labels": tagger.labels,
    } | {term: _as_list(front_matter[field]) for field, term in SHOWN.items() if front_matter.get(field)}
    items = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{_values(values)}</dd></div>" for term, values in facts.items()
    )
    return (
        f'<dl class="facts">{items}</dl>',
        without_pictures(body) or NO_CARD,
    )


def split(card: str) -> tuple[dict, str]:
    """Front matter and body of a card. A card whose front matter is broken is all body, so that it
    can be read and its author sees what is wrong."""
    if not card.startswith("---"):
        return {}, card.strip()
    try:
        parsed = ModelCard(card, ignore_metadata_errors=True)
    except (ValueError, yaml.YAMLError):
        return {}, f"```\n{card.strip()}\n```"
    return parsed.data.to_dict(), parsed.text.strip()


def without_pictures(body: str) -> str:
    """The words of each figure instead of it: its file lies beside the card, and no page serves it."""
    return PICTURE.sub(r"*\1*", body)


def _as_list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _values(values: list[str]) -> str:
    return " ".join(f"<span>{escape(value)}</span>" for value in values)

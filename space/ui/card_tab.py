"""Card tab: the model card of each loaded model, its front matter shown as facts."""

import re

import yaml
from huggingface_hub import ModelCard

from ..contract import Model
from .markup import escape, megabytes

# Fields of the front matter that tell a reader something, in this order.
SHOWN = {
    "license": "License",
    "language": "Language",
    "base_model": "Base model",
    "datasets": "Data sets",
    "tags": "Tags",
}
# An image as cards write it: a <picture> with one file for the dark scheme, an <img>, or Markdown's form.
IMAGE = re.compile(
    r"<picture>\s*(?P<picture>(?:(?!</picture>).)*)</picture>|(?P<img><img\b[^>]*>)"
    r"|!\[(?P<alt>[^\]]*)\]\((?P<src>[^()\s]+)[^()]*\)",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"""\b(srcset|src|alt)\s*=\s*("[^"]*"|'[^']*')""")
PNG = re.compile(r"(?:[\w-]+/)*[\w.-]+\.png")
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
    }
    for field, term in SHOWN.items():
        if value := front_matter.get(field):
            facts[term] = value if isinstance(value, list) else [value]
    items = "".join(
        f"<div><dt>{term}</dt><dd>{' '.join(f'<span>{escape(value)}</span>' for value in values)}</dd></div>"
        for term, values in facts.items()
    )
    return f'<dl class="facts">{items}</dl>', with_own_pictures(body, model) or NO_CARD


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


def pictures_of(card: str) -> list[str]:
    """Paths, from the card's folder, of the PNG files that it shows."""
    found = dict.fromkeys(path for match in IMAGE.finditer(card) for path in _image(match)[0] if path)
    return [path for path in found if PNG.fullmatch(path)]


def with_own_pictures(body: str, model: Model) -> str:
    """The card with the addresses that this server gives its figures; of every other image its words alone,
    so that no visitor's browser asks anybody else."""

    def shown(match: re.Match[str]) -> str:
        paths, alt = _image(match)
        light, dark = (path if path in model.pictures else None for path in paths)
        if light is None:
            return f"*{alt}*" if alt else ""
        if dark is None:
            return _img(model, light, alt, "figure")
        return _img(model, light, alt, "figure by-day") + _img(model, dark, alt, "figure by-night")

    return IMAGE.sub(shown, body)


def _image(match: re.Match[str]) -> tuple[tuple[str | None, str | None], str]:
    """Its file, that for the dark scheme, and its words, which are HTML."""
    if match["src"]:
        return (match["src"], None), match["alt"]
    given = {name: value[1:-1] for name, value in ATTRIBUTE.findall(match["picture"] or match["img"])}
    return (given.get("src"), given.get("srcset")), given.get("alt", "")


def _img(model: Model, path: str, alt: str, kind: str) -> str:
    return f'<img class="{kind}" src="page/pictures/{model.name.lower()}/{path}" alt="{alt}" loading="lazy">'

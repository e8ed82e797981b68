"""The third tab: the model card of each loaded model, front matter shown as facts."""

from collections.abc import Iterator

from huggingface_hub import ModelCard

from .contract import Model
from .markup import escape, megabytes

SHOWN = {"license": "License", "base_model": "Base model", "datasets": "Data sets", "language": "Language", "tags": "Tags"}


def facts(model: Model) -> str:
    """What is loaded, and the card's front matter, as an HTML description list."""
    tagger = model.tagger
    loaded = {
        "Loaded from": [model.origin],
        "File": [f"{tagger.file.name}, {megabytes(tagger.file.stat().st_size)}"],
        "SHA-256": [tagger.sha256],
        "Labels": tagger.labels,
    }
    items = [*loaded.items(), *_front_matter(model.card)]
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{escape(term)}</dt><dd>{_values(values)}</dd></div>" for term, values in items)
        + "</dl>"
    )


def body(model: Model) -> str:
    """The card's Markdown without its front matter."""
    if not model.card.strip():
        return f"*{model.name}: this model has no card. Its folder holds no README.md.*"
    return ModelCard(model.card, ignore_metadata_errors=True).text


def _front_matter(card: str) -> Iterator[tuple[str, list[str]]]:
    data = ModelCard(card, ignore_metadata_errors=True).data.to_dict()
    for field, term in SHOWN.items():
        value = data.get(field)
        if value:
            yield term, [str(item) for item in (value if isinstance(value, list) else [value])]


def _values(values: list[str]) -> str:
    return " ".join(f"<span>{escape(value)}</span>" for value in values)

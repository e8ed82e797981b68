"""Replacement of mentions by other names of their type, so that a model learns contexts rather than names.

Dai and Adel 2020, "mention replacement".
"""

import random
from collections.abc import Iterable, Iterator, Mapping

from ..corpora.document import Document, Span
from .editing import Edit, apply

Names = Mapping[str, list[str]]  # by type


def names_of(documents: Iterable[Document]) -> Names:
    """The distinct names of the mentions in documents, in alphabetical order."""
    found: dict[str, set[str]] = {}
    for document in documents:
        for span in document.spans:
            found.setdefault(span.label, set()).add(document.text[span.start : span.end])
    return {label: sorted(names) for label, names in found.items()}


def replace_mentions(document: Document, names: Names, share: float, seed: int) -> Document:
    """Give every mention of a document another name of its type, or leave it as it is.

    A name that occurs twice is replaced alike. Mentions that overlap stay, and those of a type without names.

    Args:
        document: the document.
        names: to draw from, each as likely.
        share: how likely it is changed.
        seed: with its id, what the draw depends on.
    """
    draw = random.Random(f"names {seed} {document.id}")
    if draw.random() >= share:
        return document
    chosen: dict[tuple[str, str], str] = {}
    edits = []
    for span in _apart(document):
        if span.label in names:
            name = document.text[span.start : span.end].lower()
            new = chosen.setdefault((span.label, name), draw.choice(names[span.label]))
            edits.append(Edit(span.start, span.end, new))
    return apply(document, edits)


def _apart(document: Document) -> Iterator[Span]:
    """Mentions that overlap no other."""
    for span in document.spans:
        if sum(other.start < span.end and span.start < other.end for other in document.spans) == 1:
            yield span

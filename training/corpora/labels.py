"""Mapping of the source's labels to ours, by name: nothing is left out that a recipe does not ignore."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .definition import Ignore
from .document import CorpusError, Document, Span
from .source import make_document


def map_labels(
    splits: Mapping[str, list[Document]], types: Mapping[str, str], ignore: Ignore, corpus: str
) -> dict[str, list[Document]]:
    """Rename the labels of all mentions by `types`, leave out those of `ignore`; overlaps stay.

    Raises:
        CorpusError: a label is in neither, or no mention has one of `types`: both mean that the recipe was
            written for another corpus than this one. Or a split has no mention of a type: nothing can be
            measured on it, and often its mentions were not found.
    """
    found = count_labels(splits)
    problems = [] if ignore == "*" else list(_unknown(found, types, ignore))
    problems += [
        f"no mention is labelled {label!r}, which `types` maps to {ours!r}; labels found: {_names(found)}"
        for label, ours in types.items()
        if label not in found
    ]
    _raise(f"corpus {corpus}: its labels are not those of the recipe", problems)
    mapped = {split: [_mapped(d, types) for d in documents] for split, documents in splits.items()}
    _raise(f"corpus {corpus}: a split lacks mentions", list(_lacking(mapped, types)))
    return mapped


def count_labels(splits: Mapping[str, list[Document]]) -> Counter[str]:
    """How many mentions have each label, in all splits together."""
    return Counter(
        span.label for documents in splits.values() for document in documents for span in document.spans
    )


def _raise(title: str, problems: list[str]) -> None:
    if problems:
        raise CorpusError("\n  ".join([title, *problems]))


def _lacking(splits: Mapping[str, list[Document]], types: Mapping[str, str]) -> Iterator[str]:
    """Which of our types have no mention in which split."""
    for split, documents in splits.items():
        found = {span.label for document in documents for span in document.spans}
        for ours in dict.fromkeys(types.values()):
            if ours not in found:
                sources = _names(label for label, own in types.items() if own == ours)
                yield (
                    f"{split}: {len(documents)} documents and not one mention of {ours} (in the source:"
                    f" {sources}); is it labelled, and for this type?"
                )


def _unknown(found: Mapping[str, int], types: Mapping[str, str], ignore: Iterable[str]) -> Iterator[str]:
    """Which labels are neither in `types` nor in `ignore`."""
    known = [*types, *ignore]
    for label, count in found.items():
        if label in known:
            continue
        near = difflib.get_close_matches(label, known, n=1)
        hint = f"; did the recipe mean {label!r} where it says {near[0]!r}?" if near else ""
        yield (
            f"unknown label {label!r} ({count} mention{'s' * (count > 1)}): name it in `types` or in"
            f" `ignore`; `types` has {_names(types)}; `ignore` has {_names(ignore)}{hint}"
        )


def _names(labels: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(labels))) or "none"


def _mapped(document: Document, types: Mapping[str, str]) -> Document:
    if not document.spans:
        return document
    spans = [
        Span(start=span.start, end=span.end, label=types[span.label])
        for span in document.spans
        if span.label in types
    ]
    return make_document(document.id, document.text, spans)

"""Corpora: any source of gold mentions (or of bare text) as lists of `Document`, by split.

Each reader module turns one format into documents with the source's own labels; `load` finds the
files, reads every split and maps the labels to the recipe's.
"""

import hashlib
from collections import defaultdict
from pathlib import Path

from ..recipe import Corpus
from . import brat, conll, hub, jsonl, lines, pubtator
from .document import CorpusError, Document, Span
from .findings import Findings
from .jsonl import sha256
from .labels import map_labels
from .location import check, file_of, fingerprint, folder_of, local_folder

__all__ = ["CorpusError", "Document", "Span", "check", "fingerprint", "guard", "load", "sha256"]

READERS = {
    "pubtator": pubtator.read,
    "conll": conll.read,
    "brat": brat.read,
    "jsonl": jsonl.read,
    "lines": lines.read,
}


def load(corpus: Corpus, data: dict[str, Path]) -> dict[str, list[Document]]:
    """All splits of a corpus, in the recipe's order, with the recipe's labels.

    Where the corpus is looked for: see `location`. Raises CorpusError when it is not there, a file
    of it is missing, empty or broken, a label is unknown or unused, a split has no mention of a type,
    or two documents (of any splits) have one id.
    """
    splits = {split: _read(corpus, name, data) for split, name in corpus.files.items()}
    for split, documents in splits.items():
        if not documents:
            raise CorpusError(
                f"corpus {corpus.id}: {corpus.files[split]} ({split}) is empty: it has no document"
            )
    _check_ids(splits, corpus)
    return map_labels(splits, corpus.types, corpus.ignore, corpus.id)


def _read(corpus: Corpus, name: str, data: dict[str, Path]) -> list[Document]:
    """One split, with the source's own labels."""
    if corpus.format == "hub":
        folder = local_folder(corpus, data)
        revision = None if folder else corpus.revision
        findings = _findings(corpus, f"{folder or corpus.repo} ({name})")
        return hub.read(folder or corpus.repo, revision, name, corpus.tags, findings)
    path = file_of(corpus, folder_of(corpus, data), name)
    return READERS[corpus.format](path, _findings(corpus, path))


def _findings(corpus: Corpus, source: str | Path) -> Findings:
    return Findings(source, corpus.trim_mentions, corpus.skip_mismatched, labelled=bool(corpus.types))


def guard(documents: list[Document], count: int) -> tuple[list[Document], list[Document]]:
    """The `count` documents with the smallest SHA-256 of their id, and the rest; both in order.

    The choice depends on the ids alone, so no later change of code or seed can move it.
    """
    if count > len(documents):
        raise CorpusError(
            f"the guard takes {count} documents, but its split has {len(documents)}; lower `guard_documents`"
        )
    by_hash = sorted(documents, key=lambda document: hashlib.sha256(document.id.encode()).hexdigest())
    chosen = {document.id for document in by_hash[:count]}
    return [d for d in documents if d.id in chosen], [d for d in documents if d.id not in chosen]


def _check_ids(splits: dict[str, list[Document]], corpus: Corpus) -> None:
    places = defaultdict(list)
    for split, documents in splits.items():
        for document in documents:
            places[document.id].append(split)
    twice = [f"{name} ({', '.join(found)})" for name, found in places.items() if len(found) > 1]
    if twice:
        raise CorpusError(
            f"corpus {corpus.id}: {len(twice)} document ids occur more than once, which leaks a text between"
            f" splits or counts it twice: {'; '.join(twice[:10])}{'; ...' if len(twice) > 10 else ''}"
        )

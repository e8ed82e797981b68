"""Corpora: any source of gold mentions (or of bare text) as lists of `Document`, by split.

Each module of `formats` turns one format into documents with the source's own labels; `load` finds the
files, reads every split and maps the labels to the recipe's.
"""

import hashlib
from collections import defaultdict
from functools import partial
from pathlib import Path

from .definition import Corpus
from .document import CorpusError, Document, Span
from .findings import Findings
from .formats import HUB, READERS, hub
from .formats.jsonl import sha256
from .labels import map_labels
from .location import check, file_of, fingerprint, folder_of, local_folder

__all__ = [
    "READERS",
    "Corpus",
    "CorpusError",
    "Document",
    "Span",
    "check",
    "fingerprint",
    "guard",
    "load",
    "sha256",
]


def load(
    corpus: Corpus, data: dict[str, Path], mended: dict[str, int] | None = None
) -> dict[str, list[Document]]:
    """Read all splits of a corpus, in the recipe's order, with the recipe's labels.

    Args:
        corpus: what to read; where it is looked for, see `location`.
        data: folder of a corpus, by the corpus' id (`--data`).
        mended: is given how many mentions of each split were left out or trimmed, as the recipe says.

    Raises:
        CorpusError: the corpus is not there, a file of it is missing, empty or broken, a label is unknown or
            unused, a split has no mention of a type, or two documents (of any splits) have one id.
    """
    splits = {}
    for split, name in corpus.files.items():
        splits[split], count = _read(corpus, name, data)
        if not splits[split]:
            raise CorpusError(f"corpus {corpus.id}: {name} ({split}) is empty: it has no document")
        if mended is not None:
            mended[split] = count
    _check_ids(splits, corpus)
    return map_labels(splits, corpus.types, corpus.ignore, corpus.id)


def _read(corpus: Corpus, name: str, data: dict[str, Path]) -> tuple[list[Document], int]:
    """One split, with the source's own labels, and how many of its mentions were mended."""
    findings_of = partial(
        Findings,
        trim=corpus.trim_mentions,
        skip_mismatched=corpus.skip_mismatched,
        labelled=bool(corpus.types),
    )
    if corpus.format == HUB:
        folder = local_folder(corpus, data)
        source, revision = (folder, None) if folder else (str(corpus.repo), corpus.revision)
        findings = findings_of(f"{source} ({name})")
        documents = hub.read(source, revision, name, corpus.tags, findings)
    else:
        path = file_of(corpus, folder_of(corpus, data), name)
        findings = findings_of(path)
        documents = READERS[corpus.format](path, findings)
    return documents, len(findings.mended)


def guard(documents: list[Document], count: int) -> tuple[list[Document], list[Document]]:
    """Part the `count` documents with the smallest SHA-256 of their id from the rest; both stay in order.

    The choice depends on the ids alone, so no later change of code or seed can move it.

    Raises:
        CorpusError: there are fewer documents than `count`.
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

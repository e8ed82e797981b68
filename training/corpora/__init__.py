"""Corpora: any source of gold mentions (or of bare text) as lists of `Document`, by split.

Each reader module turns one format into documents with the source's own labels; `load` finds the
files, reads every split and maps the labels to the recipe's.
"""

import hashlib
import os
from collections import defaultdict
from pathlib import Path

from ..recipe import RECIPES, Corpus
from . import jsonl, lines, pubtator
from .document import CorpusError, Document, Span
from .jsonl import sha256
from .labels import map_labels

__all__ = ["CorpusError", "Document", "Span", "guard", "load", "sha256"]

READERS = {"pubtator": pubtator.read, "jsonl": jsonl.read, "lines": lines.read}


def load(corpus: Corpus, data: dict[str, Path]) -> dict[str, list[Document]]:
    """All splits of a corpus, in the recipe's order, with the recipe's labels.

    The corpus' folder is `data[corpus.id]`, else $CLINSTILL_DATA/ID, else a folder ID beside the
    recipes. Raises CorpusError when no such folder is there, a file of it is missing or broken, a
    label is unknown or unused, or two documents (of any splits) have one id.
    """
    folder = _folder(corpus, data)
    splits = {split: READERS[corpus.format](_existing(folder / file, corpus)) for split, file in corpus.files.items()}
    _check_ids(splits, corpus)
    return map_labels(splits, corpus.types, corpus.ignore, corpus.id)


def guard(documents: list[Document], count: int) -> tuple[list[Document], list[Document]]:
    """The `count` documents with the smallest SHA-256 of their id, and the rest; both in order.

    The choice depends on the ids alone, so no later change of code or seed can move it.
    """
    if count > len(documents):
        raise CorpusError(f"the guard takes {count} documents, but its split has {len(documents)}; lower `guard_documents`")
    by_hash = sorted(documents, key=lambda document: hashlib.sha256(document.id.encode()).hexdigest())
    chosen = {document.id for document in by_hash[:count]}
    return [d for d in documents if d.id in chosen], [d for d in documents if d.id not in chosen]


def _folder(corpus: Corpus, data: dict[str, Path]) -> Path:
    if corpus.id in data:
        return Path(data[corpus.id])
    candidates = [RECIPES / corpus.id]
    if root := os.environ.get("CLINSTILL_DATA"):
        candidates.insert(0, Path(root) / corpus.id)
    for folder in candidates:
        if folder.is_dir():
            return folder
    origin = f"get it from {corpus.url} and" if corpus.url else "get it and"
    raise CorpusError(
        f"corpus {corpus.id} is not here: {origin} give its folder with --data {corpus.id}=PATH"
        f" (it holds {', '.join(corpus.files.values())}), or set CLINSTILL_DATA to the folder that holds {corpus.id}/"
    )


def _existing(path: Path, corpus: Corpus) -> Path:
    if not path.exists():
        raise CorpusError(f"corpus {corpus.id}: {path} does not exist; --data {corpus.id}=PATH takes the folder that holds {path.name}")
    return path


def _check_ids(splits: dict[str, list[Document]], corpus: Corpus) -> None:
    places = defaultdict(list)
    for split, documents in splits.items():
        for document in documents:
            places[document.id].append(split)
    twice = [f"{id} ({', '.join(found)})" for id, found in places.items() if len(found) > 1]
    if twice:
        raise CorpusError(
            f"corpus {corpus.id}: {len(twice)} document ids occur more than once, which would leak between splits"
            f" or count a text twice: {'; '.join(twice[:10])}"
        )

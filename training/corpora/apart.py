"""Parts of a corpus that the ids of its documents decide: the guard, folds, fewer documents.

A part depends on the ids alone, so no later change of code, seed or other corpora can move a document. Of a
passage it is the article's id that counts, so that the passages of one article come together.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .document import CorpusError, Document

if TYPE_CHECKING:
    from ..recipe.schema import Guard


@dataclass(frozen=True)
class Fold:
    """One of `of` parts of some documents."""

    number: int
    of: int

    def holds(self, document: Document) -> bool:
        """Whether a document belongs to this part."""
        return int(hash_of(document), 16) % self.of == self.number

    def part(self, documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
        """Part all other folds, which a model learns from, from this one, which it does not know."""
        documents = list(documents)
        return [d for d in documents if not self.holds(d)], [d for d in documents if self.holds(d)]


def set_apart(documents: list[Document], how: "Guard") -> tuple[list[Document], list[Document]]:
    """Part the documents that a recipe's guard sets apart, none under cross-validation, from the rest.

    Raises:
        CorpusError: there are too few.
    """
    if how.is_crossed:
        return [], documents
    if how.folds is None or how.fold is None:
        return guard(documents, how.documents)
    rest, apart = Fold(how.fold, how.folds).part(documents)
    if not apart or not rest:
        raise CorpusError(
            f"fold {how.fold} of {how.folds} has {len(apart)} of {len(documents)} documents; "
            "lower `guard.folds`"
        )
    return apart, rest


def guard(documents: list[Document], count: int) -> tuple[list[Document], list[Document]]:
    """Part the `count` documents with the smallest SHA-256 of their id from the rest; both stay in order.

    Raises:
        CorpusError: there are fewer documents than `count`.
    """
    if count > len(documents):
        raise CorpusError(
            f"the guard takes {count} documents, but its split has {len(documents)}; lower `guard.documents`,"
            " or give `guard.folds` in its place"
        )
    return smallest_hashes(documents, count)


def smallest_hashes(documents: list[Document], count: int) -> tuple[list[Document], list[Document]]:
    """Part `count` documents, those with the smallest SHA-256 of their id, from the rest, as `guard` does."""
    by_hash = sorted(documents, key=hash_of)
    chosen = {document.id for document in by_hash[:count]}
    return [d for d in documents if d.id in chosen], [d for d in documents if d.id not in chosen]


def hash_of(document: Document) -> str:
    """SHA-256 of the id of a document's article, hexadecimal."""
    return hashlib.sha256(document.article.encode()).hexdigest()

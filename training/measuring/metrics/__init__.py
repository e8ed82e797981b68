"""Strict entity scores: pure functions of gold mentions and found entities.

A found entity is right when document, start, end and type all equal those of a gold mention.
Mentions are sets: a span annotated or found twice counts once. Overlapping gold mentions all
count, although a recogniser of flat entities can find only one of them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from training.corpora.document import Document

RATES = ("precision", "recall", "f1")  # the last axis of every array of scores here
Triple = tuple[int, int, str]  # start, end, label


class Mention(Protocol):
    """A gold `Span` or a found `Entity`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> str: ...


AnyMention = TypeVar("AnyMention", bound=Mention)


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1; 0/0 is 0, as in seqeval and scikit-learn."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Scores:
    """Scores of a corpus.

    Attributes:
        types: by entity type.
        micro: over all mentions, whatever their type.
        macro: mean over the types (its F1 is the mean of the F1s).
        counts: (types, 3) right, gold and found mentions of each type, in the order of `types`.
    """

    types: Mapping[str, Score]
    micro: Score
    macro: Score
    counts: np.ndarray


def rates(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1, (..., 3), from right, gold and found mentions, (..., 3)."""
    right, gold, found = np.moveaxis(counts, -1, 0)
    return np.stack([ratio(right, found), ratio(right, gold), ratio(2 * right, gold + found)], axis=-1)


def table(counts: np.ndarray, rates: Callable[[np.ndarray], np.ndarray] = rates) -> np.ndarray:
    """Precision, recall and F1 from counts.

    Args:
        counts: (..., types, columns), see `count`.
        rates: makes (..., 3) rates of (..., columns) counts.

    Returns:
        (..., types + 2, 3): a row for each type, then micro, then macro.
    """
    by_type = rates(counts)
    micro = rates(counts.sum(axis=-2))
    return np.concatenate([by_type, micro[..., None, :], by_type.mean(axis=-2, keepdims=True)], axis=-2)


def score(gold: Sequence[Document], found: Sequence[Iterable[Mention]], labels: Sequence[str]) -> Scores:
    """Score the entities found in each document.

    Args:
        gold: documents with their gold mentions.
        found: the found entities of each document, in the order of `gold`.
        labels: the entity types to score.

    Raises:
        ValueError: the lists differ in length, or a mention is of a type not in `labels`.
    """
    counts = document_counts(gold, found, labels).sum(axis=0)
    *types, micro, macro = (Score(*row) for row in table(counts).tolist())
    return Scores(types=dict(zip(labels, types, strict=True)), micro=micro, macro=macro, counts=counts)


def document_counts(
    gold: Sequence[Document], found: Sequence[Iterable[Mention]], labels: Sequence[str]
) -> np.ndarray:
    """As `count`, by documents with their gold mentions."""
    return count([document.spans for document in gold], found, labels)


def count(
    gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Mention]], labels: Sequence[str]
) -> np.ndarray:
    """Count what every score here rests on.

    Returns:
        (documents, types, 3) right, gold and found mentions.

    Raises:
        ValueError: as `score` does.
    """
    column = {label: index for index, label in enumerate(labels)}
    counts = np.zeros((len(gold), len(labels), 3), dtype=np.int64)
    for row, (theirs, ours) in enumerate(triples_of(gold, found, labels)):
        for which, mentions in enumerate((theirs & ours, theirs, ours)):
            for _, _, label in mentions:
                counts[row, column[label], which] += 1
    return counts


def document_f1(counts: np.ndarray) -> np.ndarray:
    """F1 of each document over all types, for paired tests between systems.

    A document without a mention on either side scores 1: both systems did all there was to do.

    Args:
        counts: (documents, types, 3), see `count`.

    Returns:
        (documents,) F1.
    """
    together = counts.sum(axis=1)
    empty = together[:, 1] + together[:, 2] == 0
    return np.where(empty, 1.0, rates(together)[:, 2])


def triples(mentions: Iterable[Mention]) -> set[Triple]:
    """The mentions of one document as (start, end, label)."""
    return {(mention.start, mention.end, mention.label) for mention in mentions}


def triples_of(
    gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Mention]], labels: Sequence[str]
) -> Iterator[tuple[set[Triple], set[Triple]]]:
    """The gold and the found mentions of each document. Raises ValueError as `score` does."""
    if len(gold) != len(found):
        raise ValueError(
            f"{len(gold)} gold documents but {len(found)} predicted: give the same, in one order"
        )
    for pair in zip(gold, found, strict=True):
        theirs, ours = map(triples, pair)
        unknown = sorted({label for _, _, label in theirs | ours} - set(labels))
        if unknown:
            listing = ", ".join(labels)
            raise ValueError(f"mentions of type {', '.join(unknown)}, but the types to score are {listing}")
        yield theirs, ours


def of_types(found: Iterable[Iterable[AnyMention]], labels: Collection[str]) -> list[list[AnyMention]]:
    """What was found in each document of these types, for a set that annotates no other."""
    return [[mention for mention in each if mention.label in labels] for each in found]


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Shares; 0/0 is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) != 0)

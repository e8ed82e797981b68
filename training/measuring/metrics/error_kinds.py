"""Kinds of error: what became of each gold mention and each found entity.

An entity that is not right is paired with a gold mention that it overlaps, if any is left:

    type       another type than the mention that it overlaps
    boundary   the same type, another start or end
    missed     gold mentions without a partner
    spurious   found entities without a partner

A pair is one false positive and one false negative, so that

    found - right = spurious + boundary + type        gold - right = missed + boundary + type

The four are MUC-5's incorrect, partial, missing and spurious (Chinchor and Sundheim 1993).
"""

from collections.abc import Iterable, Sequence

import numpy as np

from . import Mention, Triple, triples

KINDS = ("correct", "missed", "spurious", "boundary", "type")


def kinds(gold: Sequence[Iterable[Mention]], found: Sequence[Iterable[Mention]]) -> np.ndarray:
    """Count the kinds of error of each document.

    Returns:
        (documents, KINDS); the sums over documents fit the counts that the strict scores rest on.
    """
    counts = [_document(triples(theirs), triples(ours)) for theirs, ours in zip(gold, found, strict=True)]
    return np.array(counts, dtype=np.int64).reshape(-1, len(KINDS))


def _document(gold: set[Triple], found: set[Triple]) -> tuple[int, ...]:
    right = gold & found
    missed, spurious = gold - right, found - right
    counts = dict.fromkeys(KINDS, 0) | {"correct": len(right)}
    # The closest pairs first: same span, then the longest overlap, same type before another.
    for theirs, ours in sorted(_overlapping(missed, spurious), key=_distance):
        if theirs in missed and ours in spurious:
            missed.remove(theirs)
            spurious.remove(ours)
            counts["boundary" if theirs[2] == ours[2] else "type"] += 1
    counts |= {"missed": len(missed), "spurious": len(spurious)}
    return tuple(counts[kind] for kind in KINDS)


def _overlapping(gold: set[Triple], found: set[Triple]) -> list[tuple[Triple, Triple]]:
    """Pairs that share a character; `gold` is small, since it holds one document's errors."""
    return [(theirs, ours) for theirs in gold for ours in found if _shared(theirs, ours) > 0]


def _shared(one: Triple, other: Triple) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _distance(pair: tuple[Triple, Triple]) -> tuple[bool, int, bool, Triple, Triple]:
    """Sorts the pairs of a document; the offsets at its end leave no tie to chance."""
    theirs, ours = pair
    return theirs[:2] != ours[:2], -_shared(theirs, ours), theirs[2] != ours[2], theirs, ours

"""Tags of words and of their pieces: what a word may be, when its corpus does not annotate every type.

Tags are a list of names, O first, then B- and I- of each type (IOB2).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..corpora.document import Span


def word_tags(word_spans: np.ndarray, spans: Iterable[Span], tags: Sequence[str]) -> np.ndarray:
    """Tag each word by IOB2.

    A word belongs to a span that it overlaps, however little: the nearest that word-level tags can come to a
    span that ends inside a word. IOB cannot say that spans overlap; of two that do, the longer is kept.

    Args:
        word_spans: (words, 2) character offsets.
        spans: gold mentions.
        tags: names of the tags.

    Returns:
        (words,) index into `tags`.
    """
    found = np.full(len(word_spans), tags.index("O"))
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
        words = np.flatnonzero((word_spans[:, 0] < span.end) & (word_spans[:, 1] > span.start))
        if len(words) and (found[words] == tags.index("O")).all():
            found[words] = tags.index(f"I-{span.label}")
            found[words[0]] = tags.index(f"B-{span.label}")
    return found


def allowed_tags(found: np.ndarray, annotates: Mapping[str, bool], tags: Sequence[str]) -> np.ndarray:
    """Say which tags each word may have, by what its corpus annotates.

    A word of a mention has the mention's tag alone. Any other is O, or has a tag of a type that the corpus
    does not annotate, or does not annotate completely.

    Args:
        found: (words,) index into `tags`, see `word_tags`.
        annotates: type -> whether all of its mentions are annotated; a type that is missing is unknown.
        tags: names of the tags.

    Returns:
        (words, tags) bool.
    """
    outside = np.array([tag == "O" or not annotates.get(tag[2:], False) for tag in tags])
    mention = np.eye(len(tags), dtype=bool)[found]
    return np.where((found == tags.index("O"))[:, None], outside, mention)


def continued_sets(allowed: np.ndarray, tags: Sequence[str]) -> np.ndarray:
    """What a word's further pieces may be: I-X where the word may be B-X or I-X.

    Args:
        allowed: (words, tags) bool.
        tags: names of the columns.

    Returns:
        (words, tags) bool.
    """
    moved = allowed.copy()
    for begin, inside in _pairs(tags):
        moved[:, inside] |= moved[:, begin]
        moved[:, begin] = False
    return moved


def continued_scores(scores: np.ndarray, tags: Sequence[str]) -> np.ndarray:
    """The same for distributions: what B-X has goes to I-X.

    Args:
        scores: (words, tags) log-probabilities; rows that are NaN stay so.
        tags: names of the columns.

    Returns:
        (words, tags) log-probabilities, -inf for B-X.
    """
    moved = scores.copy()
    known = ~np.isnan(scores[:, 0])
    for begin, inside in _pairs(tags):
        moved[known, inside] = np.logaddexp(moved[known, inside], moved[known, begin])
        moved[known, begin] = -np.inf
    return moved


def _pairs(tags: Sequence[str]) -> list[tuple[int, int]]:
    """Columns of B-X and I-X of each type."""
    return [(column, tags.index("I-" + tag[2:])) for column, tag in enumerate(tags) if tag.startswith("B-")]

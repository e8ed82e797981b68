"""Alignment of the teacher's label distributions with the student's words, by character offsets.

Teacher and student may split text differently, so neither token nor word positions can be matched
by index; characters can.
"""

import numpy as np

from space.engine import Tokens


def soften(logits: np.ndarray, temperature: float) -> np.ndarray:
    """softmax(logits / T) over the last axis (Hinton et al. 2015, section 2)."""
    scaled = logits.astype(np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def align(
    teacher: Tokens, probabilities: np.ndarray, student: Tokens, teacher_tags: list[str], tags: list[str]
) -> np.ndarray:
    """Give each student word the distribution of the teacher word that covers its first character.

    Where that teacher word began earlier, an entity that it begins has begun already, so what it gives to
    B-X counts for I-X. Tags are matched by name.

    Args:
        teacher: the text as the teacher's tokenizer cuts it.
        probabilities: (teacher words, teacher tags).
        student: the text as the student's tokenizer cuts it.
        teacher_tags: names of the columns of `probabilities`.
        tags: names of the columns to return.

    Returns:
        (student words, tags); NaN rows where the teacher has no word.

    Raises:
        ValueError: the two sides have different tags.
    """
    if sorted(teacher_tags) != sorted(tags):
        raise ValueError(f"teacher tags {teacher_tags} and student tags {tags} differ")
    named = probabilities[:, [teacher_tags.index(tag) for tag in tags]]
    if len(student.first) == 0 or len(teacher.first) == 0:
        return np.full((len(student.first), len(tags)), np.nan)

    starts = student.word_spans[:, 0]
    owner = np.searchsorted(teacher.word_spans[:, 0], starts, side="right") - 1
    covered = (owner >= 0) & (starts < teacher.word_spans[owner, 1])
    aligned = np.where(covered[:, None], named[owner], np.nan)

    inside = covered & (teacher.word_spans[owner, 0] < starts)
    for begin, tag in enumerate(tags):
        if tag.startswith("B-"):
            follow = tags.index("I-" + tag[2:])
            aligned[inside, follow] += aligned[inside, begin]
            aligned[inside, begin] = 0.0
    return aligned

"""Soft labels: what teachers say of a student's words, however they split the text.

Teacher and student may split text differently, so neither token nor word positions can be matched
by index; characters can. All distributions here are log-probabilities at the temperature of the distillation.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from space.engine import Tokens

from .tags import continued_scores


def soften(logits: np.ndarray, temperature: float) -> np.ndarray:
    """log softmax(logits / T) over the last axis (Hinton et al. 2015, section 2)."""
    return _normalised(logits.astype(np.float64) / temperature)


def align(
    teacher: Tokens, scores: np.ndarray, student: Tokens, teacher_tags: list[str], tags: list[str]
) -> np.ndarray:
    """Give each student word the distribution of the teacher word that covers its first character.

    Where that teacher word began earlier, an entity that it begins has begun already, so what it gives to
    B-X counts for I-X. Tags are matched by name.

    Args:
        teacher: the text as the teacher's tokenizer cuts it.
        scores: (teacher words, teacher tags) log-probabilities.
        student: the text as the student's tokenizer cuts it.
        teacher_tags: names of the columns of `scores`.
        tags: names of the columns to return.

    Returns:
        (student words, tags); NaN rows where the teacher has no word.

    Raises:
        ValueError: the two sides have different tags.
    """
    if sorted(teacher_tags) != sorted(tags):
        raise ValueError(f"teacher tags {teacher_tags} and student tags {tags} differ")
    named = scores[:, [teacher_tags.index(tag) for tag in tags]]
    if len(student.first) == 0 or len(teacher.first) == 0:
        return np.full((len(student.first), len(tags)), np.nan)

    starts = student.word_spans[:, 0]
    owner = np.searchsorted(teacher.word_spans[:, 0], starts, side="right") - 1
    covered = (owner >= 0) & (starts < teacher.word_spans[owner, 1])
    aligned = np.where(covered[:, None], named[owner], np.nan)
    inside = covered & (teacher.word_spans[owner, 0] < starts)
    aligned[inside] = continued_scores(aligned[inside], tags)
    return aligned


def combine(scores: Sequence[np.ndarray], mean_of: Literal["logits", "probabilities"]) -> np.ndarray:
    """Average what several teachers say of the same words.

    The mean of logits is the geometric mean of probabilities (Hinton et al. 2015, section 1, names both).

    Args:
        scores: (words, tags) log-probabilities of each teacher; a NaN row where one says nothing.
        mean_of: logits or probabilities.

    Returns:
        (words, tags) log-probabilities; NaN rows where no teacher says anything.
    """
    stacked = np.stack(scores)
    known = ~np.isnan(stacked[..., :1])
    with np.errstate(invalid="ignore", divide="ignore"):  # of words that no teacher knows
        if mean_of == "logits":
            mean = np.where(known, stacked, 0).sum(axis=0) / known.sum(axis=0)
        else:
            mean = np.logaddexp.reduce(np.where(known, stacked, -np.inf)) - np.log(known.sum(axis=0))
        return _normalised(mean)


def save(scores: Sequence[np.ndarray], key: str, path: Path) -> None:
    """Write the soft labels of a step's texts, in their order, in half precision.

    Args:
        scores: (words, tags) log-probabilities of each text.
        key: of what they were made from.
        path: the file.
    """
    written = path.with_name(f".{path.name}")
    arrays = {
        "scores": np.concatenate([own.astype(np.float16) for own in scores]),
        "words": np.array([len(own) for own in scores], dtype=np.int64),
    }
    save_file(arrays, written, metadata={"key": key})
    written.replace(path)


def load(key: str, path: Path) -> list[np.ndarray] | None:
    """Read what `save` wrote; None where there is no whole file, or it was made from something else."""
    try:
        with safe_open(path, "numpy") as file:
            if file.metadata()["key"] != key:
                return None
            borders = np.cumsum(file.get_tensor("words"))[:-1]
            return np.split(file.get_tensor("scores"), borders)
    except (FileNotFoundError, SafetensorError):
        return None


def _normalised(scores: np.ndarray) -> np.ndarray:
    """Log-probabilities from what differs from them by a constant for each row."""
    return scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)

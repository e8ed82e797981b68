"""Teachers: models that label a student's texts, each those that it did not learn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from transformers import PreTrainedModel

from ..corpora.apart import Fold
from ..errors import StageError
from .examples import Cutter, Prepared
from .prediction import predict
from .soft_labels import align, combine, soften


@dataclass(frozen=True)
class Teacher:
    """A trained model, what cuts documents for it, and the fold that it did not learn from, if any."""

    model: PreTrainedModel
    cutter: Cutter
    fold: Fold | None = None

    def labels(self, prepared: Prepared) -> bool:
        """Whether it labels a text: one without gold labels, or one of the fold that it left out."""
        return self.fold is None or prepared.allowed is None or self.fold.holds(prepared.document)


def label(
    teachers: Iterable[Teacher],
    texts: Sequence[Prepared],
    tags: list[str],
    temperature: float,
    mean_of: Literal["logits", "probabilities"],
    bf16: bool,
) -> list[np.ndarray]:
    """Give the words of texts the mean of what the teachers say.

    Args:
        teachers: one is taken after the other, so that a generator need not hold all in memory.
        texts: as the student cuts them.
        tags: the student's.
        temperature: of the soft labels.
        mean_of: see `combine`.
        bf16: autocast of the teachers.

    Returns:
        (words, tags) log-probabilities of each text; NaN rows where no teacher says anything.

    Raises:
        StageError: every teacher of a text learned from it.
    """
    said: list[list[np.ndarray]] = [[] for _ in texts]
    for teacher in teachers:
        chosen = [place for place, text in enumerate(texts) if teacher.labels(text)]
        seen = [teacher.cutter.prepare(texts[place].document) for place in chosen]
        logits = predict(teacher.model, teacher.cutter, seen, bf16)
        for place, theirs, scores in zip(chosen, seen, logits, strict=True):
            words = soften(scores[theirs.tokens.first], temperature)
            said[place].append(align(theirs.tokens, words, texts[place].tokens, teacher.cutter.tags, tags))
    unlabelled = [text.document.id for text, scores in zip(texts, said, strict=True) if not scores]
    if unlabelled:
        raise StageError(
            f"{len(unlabelled)} texts have no teacher that did not learn from them, such as {unlabelled[0]}: "
            "name a teacher of every fold under `teachers`"
        )
    return [combine(scores, mean_of) for scores in said]

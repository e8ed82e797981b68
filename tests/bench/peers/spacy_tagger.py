"""spaCy's tagger in its default shape, for orientation: untrained, since only its speed is looked at."""

from pathlib import Path

import spacy
from bench_worker import Tag


def load(models: Path) -> Tag:
    """models: not needed."""
    language = spacy.blank("en")
    tagger = language.add_pipe("tagger")
    for label in ("NOUN", "VERB", "ADJ", "ADV", "ADP", "PUNCT", "NUM"):
        tagger.add_label(label)
    language.initialize()

    def tag(texts: list[str], batch: int) -> list[list[tuple[int, int, str]]]:
        for _ in language.pipe(texts, batch_size=batch):
            pass
        return [[] for _ in texts]

    return tag

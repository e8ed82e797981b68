"""Texts as people write notes, and what is right for them, in the engine and on the private page alike.

A line of note_vectors.jsonl has a text, its words, a tag for each as a model may well give it, and the
entities: what the rules make of those tags, and what the bundled student finds.
Tags: "D" begins a Disease, "d" goes on with one, "C" and "c" likewise a Chemical, "O" is nothing.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from space.engine import Tokens

LABELS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
COLUMNS = "OCcDd"


@dataclass(frozen=True)
class NoteVector:
    about: str
    text: str
    words: list[str]
    tags: str
    entities: list[list[str]]  # text and label of each

    def logits(self, tokens: Tokens) -> np.ndarray:
        """Scores that give words their tags, (tokens, labels); next to a tag that goes on comes a new one."""
        rows = np.zeros((len(self.tags), len(LABELS)), dtype=np.float32)
        for row, tag in zip(rows, self.tags, strict=True):
            row[COLUMNS.index(tag.upper())] = 3
            row[COLUMNS.index(tag)] = 4
        return np.repeat(rows, np.diff([*tokens.first, len(tokens)]), axis=0)


VECTORS = [NoteVector(**json.loads(line)) for line in Path(__file__).with_suffix(".jsonl").open()]

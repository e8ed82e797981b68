"""Texts to entities around any function that runs a batch of windows, for runtimes that only run a model.

Words, windows, merging and decoding are the engine's, so that such a peer does the engine's task and
differs from it in how the windows are run alone.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from space.engine import decode, load_tokenizer, merge, special_tokens, tokenise, windows
from space.engine.model_folder import read_config

Run = Callable[
    [np.ndarray, np.ndarray], np.ndarray
]  # ids and mask (windows, tokens) -> (windows, tokens, tags)


class Windowed:
    """Runs windows of about one length in one batch, `workers` batches at a time, the longest first."""

    def __init__(self, folder: Path, run: Run, workers: int):
        self.config = read_config(folder / "config.json")
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.prefix, self.suffix = map(np.array, special_tokens(self.tokenizer))
        self.size = self.config.window - len(self.prefix) - len(self.suffix)
        self.run = run
        self.pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def __call__(self, texts: list[str], batch: int) -> list[list[tuple[int, int, str]]]:
        tokens = [tokenise(self.tokenizer, text) for text in texts]
        cuts = [windows(len(found), self.size, self.config.overlap) for found in tokens]
        rows = [
            np.concatenate([self.prefix, found.ids[cut.start : cut.stop], self.suffix])
            for found, own in zip(tokens, cuts, strict=True)
            for cut in own
        ]
        logits = iter(self._logits(rows, batch))
        entities: list[list[tuple[int, int, str]]] = []
        for text, found, own in zip(texts, tokens, cuts, strict=True):
            if not own:
                entities.append([])
                continue
            merged = merge(len(found), own, [next(logits) for _ in own])
            decoded = decode(
                text, found, merged, self.config.tags, self.config.rules, self.config.temperature
            )
            entities.append([(entity.start, entity.end, entity.label) for entity in decoded])
        return entities

    def _logits(self, rows: list[np.ndarray], batch: int) -> list[np.ndarray]:
        """Of each window, without its special tokens and padding."""
        order = sorted(range(len(rows)), key=lambda number: -len(rows[number]))
        batches = [order[start : start + batch] for start in range(0, len(order), batch)]
        at_once = map if self.pool is None else self.pool.map
        found: list[np.ndarray] = [np.empty(0)] * len(rows)
        for numbers, values in zip(batches, at_once(lambda b: self._padded(rows, b), batches), strict=True):
            for number, own in zip(numbers, values, strict=True):
                found[number] = own[len(self.prefix) : len(rows[number]) - len(self.suffix)]
        return found

    def _padded(self, rows: list[np.ndarray], numbers: list[int]) -> np.ndarray:
        ids = np.zeros((len(numbers), max(len(rows[number]) for number in numbers)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, number in enumerate(numbers):
            ids[place, : len(rows[number])] = rows[number]
            mask[place, : len(rows[number])] = 1
        return self.run(ids, mask)

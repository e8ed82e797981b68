"""Training examples: cuts documents into the engine's own windows, with a label for each word."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from tokenizers import Tokenizer

from space.engine import Tokens, Window, special_tokens, tokenise, windows

from .corpora.document import Document, Span

IGNORED = -100  # torch's index for positions that take no part in the loss


@dataclass(frozen=True)
class Prepared:
    """A document cut as the engine cuts it; `tags` has (words,) tag indices, None when unlabelled."""

    document: Document
    tokens: Tokens
    windows: list[Window]
    tags: np.ndarray | None


@dataclass(frozen=True)
class Cutter:
    """Cuts documents, with one tokenizer, one window and one list of tags."""

    tokenizer: Tokenizer
    pad_id: int
    window: int
    overlap: int
    tags: list[str]

    @cached_property
    def special(self) -> tuple[list[int], list[int]]:
        """Ids before and after every window, such as [CLS] and [SEP]."""
        return special_tokens(self.tokenizer)

    def prepare(self, document: Document, labelled: bool) -> Prepared:
        """Cut a document; its words have tags where it is labelled."""
        tokens = tokenise(self.tokenizer, document.text)
        size = self.window - sum(map(len, self.special))
        cuts = windows(len(tokens), size, self.overlap)
        tags = word_tags(tokens.word_spans, document.spans, self.tags) if labelled else None
        return Prepared(document, tokens, cuts, tags)

    def input_ids(self, prepared: Prepared, window: Window) -> np.ndarray:
        """Ids of one window with special tokens around it: (stop - start + special tokens,)."""
        prefix, suffix = self.special
        return np.concatenate([prefix, prepared.tokens.ids[window.start : window.stop], suffix]).astype(
            np.int64
        )

    def unlabelled(self, prepared: Prepared, window: Window) -> dict[str, np.ndarray]:
        """One window as an example that has no label."""
        ids = self.input_ids(prepared, window)
        return {"input_ids": ids, "labels": np.full(len(ids), IGNORED)}

    def examples(self, prepared: Prepared, soft: np.ndarray | None = None) -> list[dict[str, np.ndarray]]:
        """Make an example of each window: input_ids, labels and, where `soft` is given, soft_labels.

        Labels are tag indices at each word's first token, IGNORED elsewhere; soft labels stand at the same
        places, NaN elsewhere.

        Args:
            prepared: the document.
            soft: (words, tags) probabilities.
        """
        before = len(self.special[0])
        made = []
        for window in prepared.windows:
            example = self.unlabelled(prepared, window)
            inside = (prepared.tokens.first >= window.start) & (prepared.tokens.first < window.stop)
            places = prepared.tokens.first[inside] - window.start + before
            if prepared.tags is not None:
                example["labels"][places] = prepared.tags[inside]
            if soft is not None:
                example["soft_labels"] = np.full(
                    (len(example["labels"]), soft.shape[1]), np.nan, dtype=np.float32
                )
                example["soft_labels"][places] = soft[inside]
            made.append(example)
        return made


def word_tags(word_spans: np.ndarray, spans: Iterable[Span], tags: list[str]) -> np.ndarray:
    """Tag each word by IOB2.

    A word belongs to a span that it overlaps, however little: the nearest that word-level tags can come to a
    span that ends inside a word. IOB cannot say that spans overlap; of two that do, the longer is kept.

    Args:
        word_spans: (words, 2) character offsets.
        spans: gold mentions.
        tags: O, then B- and I- of each type.

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


def pack(documents: Iterable[Document], characters: int) -> list[Document]:
    """Join short unlabelled documents, in their order, to texts of at most `characters` characters;
    a longer document stays a text of its own."""
    packed: list[Document] = []
    waiting: list[Document] = []
    length = 0
    for document in documents:
        if waiting and length + len(document.text) > characters:
            packed.append(_joined(waiting))
            waiting, length = [], 0
        waiting.append(document)
        length += len(document.text) + 1
    return packed + ([_joined(waiting)] if waiting else [])


def _joined(documents: list[Document]) -> Document:
    return Document(id=documents[0].id, text=" ".join(document.text for document in documents))


def draw(documents: list[Document], count: int, seed: int) -> list[Document]:
    """Draw `count` documents without replacement, the same for the same seed; all where there are fewer."""
    if len(documents) <= count:
        return documents
    return random.Random(seed).sample(documents, count)


def collate(examples: list[dict[str, np.ndarray]], pad_id: int) -> dict[str, torch.Tensor]:
    """Pad a batch on the right: input_ids, attention_mask and labels (batch, length), soft_labels
    (batch, length, tags) where the examples have them."""
    length = max(len(example["input_ids"]) for example in examples)

    def padded(key: str, value: float) -> torch.Tensor:
        rows = []
        for example in examples:
            array = example[key]
            widths = [(0, length - len(array))] + [(0, 0)] * (array.ndim - 1)
            rows.append(np.pad(array, widths, constant_values=value))
        return torch.from_numpy(np.stack(rows))

    batch = {"input_ids": padded("input_ids", pad_id), "labels": padded("labels", IGNORED)}
    sizes = torch.tensor([len(example["input_ids"]) for example in examples])
    batch["attention_mask"] = (torch.arange(length)[None, :] < sizes[:, None]).long()
    if "soft_labels" in examples[0]:
        batch["soft_labels"] = padded("soft_labels", float("nan"))
    return batch

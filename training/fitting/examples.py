"""Training examples: cuts documents into the engine's own windows, and says what each token may be."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from space.engine import Tokens, Window, plain, special_tokens, tokenise, windows

from ..corpora.document import Document
from ..tasks.lookup import TASKS
from .tags import allowed_tags, continued_scores, continued_sets, word_tags

if TYPE_CHECKING:
    from ..recipe import Recipe


@dataclass(frozen=True)
class Prepared:
    """A document cut as the engine cuts it.

    Attributes:
        document: the document.
        tokens: its tokens.
        windows: their windows.
        prefix: ids before each window: special tokens, and the name of the corpus where it is tagged.
        corpus: its name.
        allowed: (words, tags) bool, the tags that each word may have; None of an unlabelled text.
    """

    document: Document
    tokens: Tokens
    windows: list[Window]
    prefix: list[int]
    corpus: str
    allowed: np.ndarray | None


@dataclass(frozen=True)
class Example:
    """A window to learn from.

    Attributes:
        input_ids: (length,) int64, special tokens included.
        allowed: (length, tags) bool, the tags that each token may have; a row of none takes no part.
        soft: (length, tags) float16, the teachers' log-probabilities, NaN where they say nothing; None where
            there are no teachers.
        corpus: name of the corpus.
    """

    input_ids: np.ndarray
    allowed: np.ndarray
    soft: np.ndarray | None
    corpus: str


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

    def prepare(
        self,
        document: Document,
        annotates: Mapping[str, bool] | None = None,
        corpus: str = "",
        tagged: bool = False,
    ) -> Prepared:
        """Cut a document.

        Args:
            document: what is cut.
            annotates: type -> whether all of its mentions are annotated; None of an unlabelled text.
            corpus: name of its corpus.
            tagged: each window begins with that name.
        """
        tokens = tokenise(self.tokenizer, document.text)
        prefix, suffix = self.special
        if tagged:
            prefix = [*prefix, *tokenise(self.tokenizer, corpus).ids.tolist()]
        cuts = windows(len(tokens), self.window - len(prefix) - len(suffix), self.overlap)
        allowed = None
        if annotates is not None:
            found = word_tags(tokens.word_spans, document.spans, self.tags)
            allowed = allowed_tags(found, annotates, self.tags)
        return Prepared(document, tokens, cuts, prefix, corpus, allowed)

    def input_ids(self, prepared: Prepared, window: Window) -> np.ndarray:
        """Ids of one window with special tokens around it: (stop - start + special tokens,)."""
        inside = prepared.tokens.ids[window.start : window.stop]
        return np.concatenate([prepared.prefix, inside, self.special[1]]).astype(np.int64)

    def examples(
        self, prepared: Prepared, continuations: bool, soft: np.ndarray | None = None
    ) -> list[Example]:
        """Make an example of each window.

        Args:
            prepared: the document.
            continuations: a word's further pieces learn its label, too, as I- of its type; else they take no
                part.
            soft: (words, tags) log-probabilities of the teachers.
        """
        shape = len(prepared.tokens), len(self.tags)
        allowed, scores = np.zeros(shape, dtype=bool), np.full(shape, np.nan, dtype=np.float16)
        first = prepared.tokens.first
        further = np.setdiff1d(np.arange(len(prepared.tokens)), first)
        word = np.searchsorted(first, further) - 1
        if prepared.allowed is not None:
            allowed[first] = prepared.allowed
            if continuations:
                allowed[further] = continued_sets(prepared.allowed, self.tags)[word]
        if soft is not None:
            scores[first] = soft
            if continuations:
                scores[further] = continued_scores(soft, self.tags)[word]
        made = []
        for window in prepared.windows:
            ids, inside = self.input_ids(prepared, window), slice(window.start, window.stop)
            around = [(len(prepared.prefix), len(self.special[1])), (0, 0)]
            told = None if soft is None else np.pad(scores[inside], around, constant_values=np.nan)
            made.append(Example(ids, np.pad(allowed[inside], around), told, prepared.corpus))
        return made


def cutter_of(tokenizer: PreTrainedTokenizerFast, recipe: "Recipe") -> Cutter:
    """What cuts documents for this tokenizer as the engine will, with a recipe's windows and tags."""
    return Cutter(
        tokenizer=plain(tokenizer.backend_tokenizer),
        pad_id=tokenizer.pad_token_id,
        window=recipe.window,
        overlap=recipe.overlap,
        tags=TASKS[recipe.task].outputs(recipe.labels),
    )


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


def collate(examples: list[Example], pad_id: int) -> dict[str, torch.Tensor]:
    """Pad a batch on the right: what `pad` gives, allowed and, where the examples have them, soft (batch,
    length, tags)."""
    batch = pad([example.input_ids for example in examples], pad_id)
    batch["allowed"] = _padded([example.allowed for example in examples], False)
    soft = [example.soft for example in examples if example.soft is not None]
    if soft:
        batch["soft"] = _padded(soft, np.nan).float()
    return batch


def pad(rows: list[np.ndarray], pad_id: int) -> dict[str, torch.Tensor]:
    """What a model reads of windows' ids: input_ids and attention_mask, (batch, length)."""
    mask = [np.ones_like(row) for row in rows]
    return {"input_ids": _padded(rows, pad_id), "attention_mask": _padded(mask, 0)}


def _padded(rows: list[np.ndarray], value: float) -> torch.Tensor:
    length = max(map(len, rows))
    widths = [[(0, length - len(row))] + [(0, 0)] * (row.ndim - 1) for row in rows]
    return torch.from_numpy(
        np.stack([np.pad(row, width, constant_values=value) for row, width in zip(rows, widths, strict=True)])
    )

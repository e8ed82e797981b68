"""Sub-tokens of a text with exact offsets, and their overlapping windows.

Training cuts its examples with the very same functions, so that a model never sees at inference a
window of another shape than those it learned from.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from tokenizers import Tokenizer

from .errors import explained

# A lone surrogate has no UTF-8 form, so the tokenizer cannot take it; U+FFFD is one code point as
# well, so every offset stays true.
_SURROGATE = re.compile("[\ud800-\udfff]")
# The tokenizer needs a hundred bytes and more for each character while it works.
PIECE = 20_000  # characters
_BORDER = re.compile(r"\s(?=[A-Za-z0-9])")
_BESIDE = "Aspirin 5 mg. ", "given\n", "twice"


@dataclass(frozen=True)
class Tokens:
    """One text, tokenised without special tokens.

    Attributes:
        ids: Vocabulary ids, (n,) int64.
        offsets: Start and end of each token in the text, in code points, (n, 2) int64. No token starts with
            white space, which some tokenizers count to the word after it.
        words: Index of the word that each token belongs to, not falling, (n,) int64.
    """

    ids: np.ndarray
    offsets: np.ndarray
    words: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def first(self) -> np.ndarray:
        """Index of each word's first token, which speaks for the word, (words,)."""
        starts = np.ones(len(self), dtype=bool)
        starts[1:] = self.words[1:] != self.words[:-1]
        return np.flatnonzero(starts)

    @cached_property
    def word_spans(self) -> np.ndarray:
        """Start and end of each word in the text, in code points, (words, 2)."""
        last = np.append(self.first[1:], len(self)) - 1
        return np.stack([self.offsets[self.first, 0], self.offsets[last, 1]], axis=1)


@dataclass(frozen=True)
class Window:
    """Tokens `start` to `stop` (exclusive) of a text, special tokens not counted."""

    start: int
    stop: int


def tokenise(tokenizer: Tokenizer, text: str) -> Tokens:
    """Split a text into sub-tokens.

    Args:
        tokenizer: As `load_tokenizer` returns it.
        text: Any string, lone surrogates included.

    Raises:
        EngineError: The tokenizer fails, e.g. on a character that its vocabulary has no token for.
    """
    with explained("the tokenizer fails on this text; tokenizer.json is broken"):
        return _join(_encode(tokenizer, text[start:stop], start) for start, stop in _pieces(tokenizer, text))


def _pieces(tokenizer: Tokenizer, text: str) -> list[tuple[int, int]]:
    """Where to cut a long text so that its tokens stay the same: between words, unless a word at the start is
    another one to the tokenizer."""
    borders = [0]
    if len(text) > PIECE and _parts_words(tokenizer):
        while border := _BORDER.search(text, borders[-1] + PIECE):
            borders.append(border.end())
    return list(pairwise([*borders, len(text)]))


def _parts_words(tokenizer: Tokenizer) -> bool:
    starts = accumulate(map(len, _BESIDE), initial=0)
    apart = _join(_encode(tokenizer, words, start) for words, start in zip(_BESIDE, starts, strict=False))
    together = _encode(tokenizer, "".join(_BESIDE), 0)
    return all(map(np.array_equal, astuple(apart), astuple(together)))


def _join(pieces: Iterable[Tokens]) -> Tokens:
    """One text's tokens of those of its pieces, which count their own words."""
    ids, offsets, words, count = [], [], [], 0
    for piece in pieces:
        ids.append(piece.ids)
        offsets.append(piece.offsets)
        words.append(piece.words + count)
        count = words[-1][-1] + 1 if len(piece) else count
    return Tokens(np.concatenate(ids), np.concatenate(offsets), np.concatenate(words))


def _encode(tokenizer: Tokenizer, text: str, start: int) -> Tokens:
    """Tokens of a text, or of a piece of one that starts at character `start`."""
    # `encode` would hold Python's lock, and a server's other threads, for as long as it takes.
    [encoding] = tokenizer.encode_batch([_SURROGATE.sub("\ufffd", text)], add_special_tokens=False)
    offsets = _without_leading_space(text, np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2))
    return Tokens(
        ids=np.array(encoding.ids, dtype=np.int64),
        offsets=offsets + start,
        words=np.array(encoding.word_ids, dtype=np.int64),
    )


def _without_leading_space(text: str, offsets: np.ndarray) -> np.ndarray:
    """Move starts over white space, up to the end of their token. offsets: (n, 2)."""
    spaced = [row for row, start in enumerate(offsets[:, 0].tolist()) if text[start : start + 1].isspace()]
    for row in spaced:
        start, end = offsets[row].tolist()
        offsets[row, 0] = end - len(text[start:end].lstrip())
    return offsets


def windows(count: int, size: int, overlap: int) -> list[Window]:
    """Cover tokens with as few windows as will do, all equally long.

    A short last window would lack context, and one moved back to be full would cost as much as a full one.

    Args:
        count: Tokens to cover; no window for none.
        size: Tokens of a window, at most.
        overlap: Tokens that neighbours share, at least.

    Raises:
        ValueError: `overlap` is not in [0, size).
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be in [0, size): size {size}, overlap {overlap}")
    if count <= size:
        return [Window(0, count)] if count else []
    number = -(-(count - overlap) // (size - overlap))
    length = -(-(count + (number - 1) * overlap) // number)
    starts = [index * (count - length) // (number - 1) for index in range(number)]
    return [Window(start, start + length) for start in starts]


def merge(count: int, cuts: list[Window], logits: Sequence[np.ndarray]) -> np.ndarray:
    """Join the logits of overlapping windows.

    Each token is taken from the window whose middle is nearest, where it has the most context on both sides.

    Args:
        count: Tokens in the text, at least one.
        cuts: The windows.
        logits: Those of each window, (stop - start, labels).

    Returns:
        Logits of all tokens, (count, labels).
    """
    merged = np.empty((count, logits[0].shape[1]), dtype=logits[0].dtype)
    for index, (cut, values) in enumerate(zip(cuts, logits, strict=True)):
        # Between two neighbouring middles lies the border; ties go to the earlier window.
        low, high = 0, count
        if index > 0:
            low = _border(cuts[index - 1], cut)
        if index + 1 < len(cuts):
            high = _border(cut, cuts[index + 1])
        merged[low:high] = values[low - cut.start : high - cut.start]
    return merged


def _border(left: Window, right: Window) -> int:
    """First token that is nearer to the middle of `right` than to that of `left`."""
    middles = left.start + left.stop - 1 + right.start + right.stop - 1
    return middles // 4 + 1

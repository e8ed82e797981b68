"""Reading of a model's tokenizer, which is tried, and made to do nothing that this engine does itself.

A `tokenizer.json` is a program: it rewrites text and matches regular expressions. One that nobody has
vouched for may fail on ordinary letters, or never end. So what it may do is bounded, and it is tried on
letters of all scripts before it is taken.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from .errors import EngineError, explained
from .time_limit import within_limit
from .tokens import tokenise

_GROWTH = 64  # times as long; "▁" for a space makes three bytes of one, and one ligature has 18 letters
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPED = re.compile(r"\\[^1-9gk]", re.DOTALL)
# A repeated group, as in "(a+)+b", or a reference back can take time that doubles with every character. The
# patterns of published tokenizers have neither.
_RUNAWAY = re.compile(r"\)(?:[*+]|\{\d*,?\d*\})|\\[1-9gk]")

_LETTERS = [chr(code) for code in range(0x250)]
_SCRIPTS = " ".join([*_LETTERS, *map(chr, range(0x250, 0xD800, 61)), "\U0001f600", "\U00020000"])
# Runs, which a pattern may be slow on, and at the end whatever it may be looking for.
_RUNS = "".join(character * 400 for character in "aA1.-_\n\t'é漢😀 ") + "".join(map(chr, range(33, 127)))


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a `tokenizer.json`, made `plain`.

    Raises:
        EngineError: The file is missing or no tokenizer, or it fails on some letter, makes texts too long or
            takes too long.
    """

    def read() -> Tokenizer:
        with explained(f"{path}: not a readable tokenizer.json"):
            tokenizer = plain(Tokenizer.from_file(str(path)))
            _check_normalizer(path, tokenizer)
        _try(path, tokenizer)
        return tokenizer

    return within_limit(f"{path}: the tokenizer", read)


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """Turn off truncation and padding in place: windows replace the one, and nothing here needs the other.

    Special tokens are made by this engine alone: a text that spells "[SEP]" is text.

    Returns:
        The same tokenizer.
    """
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    # BPE and Unigram remember the words that they have read; a text is to leave nothing behind.
    if (resize := getattr(tokenizer.model, "_resize_cache", None)) is not None:
        resize(0)
    return tokenizer


def special_tokens(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """Find what the tokenizer's post-processor adds to a text, e.g. [CLS] and [SEP].

    Returns:
        Ids before the text, and ids after it.

    Raises:
        EngineError: It has no token for a plain letter, so that nothing could be tagged.
    """
    encoding = tokenizer.encode("a", add_special_tokens=True)
    # Special tokens belong to no sequence.
    body = [index for index, sequence in enumerate(encoding.sequence_ids) if sequence is not None]
    if not body:
        raise EngineError("the tokenizer finds no token in the text 'a'; tokenizer.json is broken")
    return encoding.ids[: body[0]], encoding.ids[body[-1] + 1 :]


def _check_normalizer(path: Path, tokenizer: Tokenizer) -> None:
    """Raises EngineError where a text could grow without bounds, or a pattern run away."""
    parts = list(_parts([tokenizer.normalizer, tokenizer.pre_tokenizer]))
    growth = _growth(parts)
    for part in parts:
        pattern = part.get("Regex", "")
        if _RUNAWAY.search(_ESCAPED.sub("x", _CLASS.sub("x", pattern))):
            raise EngineError(
                f"{path}: matches text with {pattern[:80]!r}, which repeats a group or refers back to one "
                "and so may never end; write it without"
            )
    normalizer = tokenizer.normalizer
    # Not tried where it is known to grow: a letter could become a terabyte.
    if growth > _GROWTH or (
        normalizer is not None and any(len(normalizer.normalize_str(letter)) > _GROWTH for letter in _LETTERS)
    ):
        raise EngineError(
            f"{path}: its normalizer could make a text more than {_GROWTH} times as long; mend or remove it"
        )


def _growth(parts: list[dict[str, Any]]) -> float:
    """How many times as long a text may become, at most: the product of what each replacement adds.

    Replacements of a text by one that holds no replaced text do not add up: of them the largest counts.
    """
    texts = [part["pattern"]["String"] for part in parts if "String" in part.get("pattern", {})]
    product, largest = 1.0, 1.0
    for part in parts:
        added = str(part.get("content" if part.get("type") == "Replace" else "prepend", ""))
        replaced = part.get("pattern", {}).get("String", "")
        if replaced and not any(text in added for text in texts):
            largest = max(largest, len(added.encode()) / len(replaced.encode()))
        else:
            product *= max(1, len(added.encode()))
    return product * largest


def _parts(components: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object in the description of some components."""
    todo = [json.loads(component.__getstate__()) for component in components if component is not None]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            yield part
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)


def _try(path: Path, tokenizer: Tokenizer) -> None:
    """Raises EngineError when it fails on some letter, or does what no tokenizer should."""
    with explained(f"{path}: cannot be used"):
        try:
            special_tokens(tokenizer)
            tried = [(text, tokenise(tokenizer, text)) for text in (_SCRIPTS, _RUNS)]
        except EngineError as error:
            raise EngineError(f"{path}: {error}") from error
        for text, tokens in tried:
            if len(tokens) > _GROWTH * len(text):
                raise ValueError(f"makes {len(tokens)} tokens of {len(text)} characters")
            starts, ends = tokens.offsets.T
            if (starts > ends).any() or (ends > len(text)).any() or (np.diff(tokens.words) < 0).any():
                raise ValueError("gives places outside of the text, or words out of order")

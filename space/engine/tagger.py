"""Tagger: tokenises texts, cuts them into windows, runs the model, merges and decodes."""

import hashlib
from collections.abc import Collection, Generator, Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from . import cpu, model_folder
from .decoding import decode
from .entity import Entity
from .errors import EngineError
from .notices import Notice, notice
from .session import Session
from .tokenizer import load_tokenizer, special_tokens
from .tokens import Tokens, Window, merge, tokenise, windows


def load(
    model: str | Path,
    *,
    revision: str | None = None,
    file: str | None = None,
    threads: int | None = None,
    rules: Collection[str] | None = None,
) -> "Tagger":
    """Load a tagger from a model folder or from the Hugging Face Hub.

    Args:
        model: A folder with config.json, tokenizer.json and onnx/, or a Hub id such as "me/model".
        revision: Branch, tag or commit of the Hub model; "main" by default.
        file: The ONNX file to run, e.g. "model.onnx" for the FP32 one; by default INT8 where there is one.
        threads: Threads of the session, at most the processors that this process may use, which is the
            default.
        rules: Which of the rules outside the weights hold, see `RULES`; none: `rules=()`. By default those
            that config.json names.

    Returns:
        The tagger, tried on a full window.

    Raises:
        EngineError: The model is not found or cannot be used.

    Example:
        >>> tagger = load("me/model")
        >>> tagger(["Lithium caused tremor."])
        [[Entity(start=0, end=7, label='Chemical', ...), Entity(start=15, end=21, ...)]]
    """
    if threads is not None and threads < 1:
        raise EngineError(f"threads should be at least 1, found {threads}")
    usable = cpu.usable_cpus()
    chosen = None if rules is None else model_folder.chosen_rules(rules, "rules")
    found = model_folder.find(model, revision, file)
    tagger = Tagger(model, found, min(threads or usable, usable), chosen)
    if threads is not None and threads > usable:
        processors, run = (
            ("1 processor", "1 runs") if usable == 1 else (f"{usable} processors", f"{usable} run")
        )
        tagger.notes.append(
            f"{threads} threads were asked for, but this process may use {processors}: more would wait for "
            f"each other, so {run}."
        )
    return tagger


class Tagger:
    """A loaded model. Call it with texts; it may be called from several threads at once.

    Attributes:
        model: What it was loaded from.
        revision: Its Hub commit, None for a folder.
        file: The ONNX file that runs.
        tags: IOB tag of each output column.
        labels: The entity types.
        window: Tokens of a window, special tokens included.
        overlap: Tokens that neighbouring windows share at least.
        threads: Threads of one run.
        rules: Those of `RULES` that hold.
        temperature: What the scores before softmax are divided by.
        tokenizer: The model's, without truncation and padding.
        notes: What a user should know about how it runs here.
    """

    def __init__(
        self,
        model: str | Path,
        found: model_folder.ModelFolder,
        threads: int,
        rules: tuple[str, ...] | None = None,
    ):
        """Use `load`.

        Raises:
            EngineError: The files do not belong together or cannot be run.
        """
        self.model = str(model)
        self.revision = found.revision
        self.file = found.file
        self.tags = found.config.tags
        self.labels = list(dict.fromkeys(tag.partition("-")[2] for tag in self.tags if tag != "O"))
        self.window, self.overlap = found.config.window, found.config.overlap
        self.threads = threads
        self.rules = found.config.rules if rules is None else rules
        self.temperature = found.config.temperature
        self.tokenizer = load_tokenizer(found.tokenizer)
        highest_id = max(self.tokenizer.get_vocab().values())
        if highest_id >= found.config.vocabulary:
            raise EngineError(
                f"{found.tokenizer}: its ids go up to {highest_id}, but config.json has vocab_size "
                f"{found.config.vocabulary}; tokenizer and model do not belong together"
            )
        prefix, suffix = special_tokens(self.tokenizer)
        if max(prefix + suffix, default=0) > highest_id:
            raise EngineError(
                f"{found.tokenizer}: puts the token {max(prefix + suffix)} around a text, but its vocabulary "
                f"ends at {highest_id}; download it again"
            )
        self._prefix, self._suffix = np.array(prefix, dtype=np.int64), np.array(suffix, dtype=np.int64)
        self._size = self.window - len(prefix) - len(suffix)
        if self._size <= self.overlap:
            raise EngineError(
                f"{found.folder}: a window of {self.window} leaves no room for an overlap of {self.overlap}"
            )
        self._session = Session(self.file, threads)
        self._session.check(len(self.tags), self.window, highest_id)
        self.notes = self._session.notes

    @cached_property
    def sha256(self) -> str:
        """Hash of the ONNX file, in hexadecimal digits."""
        with self.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]:
        """Tag texts.

        Args:
            texts: Any number of texts, of any length and any characters.

        Returns:
            Entities of each text, sorted by offset, not overlapping. A text's result does not depend on the
            other texts.

        Raises:
            EngineError: The runtime or the tokenizer fails, which a model that could be loaded rarely does.
            TypeError: One text is given in place of several.
        """
        if isinstance(texts, str):
            raise TypeError("expected a list of texts, found one text; write tagger([text])[0]")
        return [self._tag(text) for text in texts]

    def notice(self, text: str) -> Notice | None:
        """Say of a text that it does not look like English or is mostly shorthand; None where neither is."""
        return notice(self.tokenizer, text)

    def steps(self, text: str) -> Generator[None, None, list[Entity]]:
        """Tag one text and pause between windows, for callers that do something else meanwhile, or stop.

        Yields:
            None after each window but the last.

        Returns:
            The entities, as the value of StopIteration.

        Raises:
            EngineError: As when it is called.
        """
        tokens = tokenise(self.tokenizer, text)
        if len(tokens) == 0:
            return []
        cuts = windows(len(tokens), self._size, self.overlap)
        logits: list[np.ndarray] = []
        for cut in cuts:
            if logits:
                yield
            logits.append(self._logits(tokens, cut))
        merged = merge(len(tokens), cuts, logits)
        return decode(text, tokens, merged, self.tags, self.rules, self.temperature)

    def _tag(self, text: str) -> list[Entity]:
        steps = self.steps(text)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                entities: list[Entity] = end.value
                return entities

    def _logits(self, tokens: Tokens, cut: Window) -> np.ndarray:
        """(stop - start, tags) of one window."""
        ids = np.concatenate([self._prefix, tokens.ids[cut.start : cut.stop], self._suffix])
        return self._session(ids)[len(self._prefix) : len(ids) - len(self._suffix)]

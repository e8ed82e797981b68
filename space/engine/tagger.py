"""Tagger: tokenises texts, cuts them into windows, runs the model, merges and decodes."""

import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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

AHEAD = 4  # texts that are tokenised before their turn, for each worker


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
        threads: Threads to use, at most the processors that this process may use, which is the default.
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


@dataclass(frozen=True)
class _Cut:
    """A text, its tokens, and the windows that cover them."""

    text: str
    tokens: Tokens
    windows: list[Window]


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
        threads: Threads that it uses: all of them for the window of a single short text, one for each window
            otherwise.
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
        rest = map(self._cut, texts)
        head = list(itertools.islice(rest, 2))
        cuts = itertools.chain(head, rest)
        if self.threads > 1 and sum(len(cut.windows) for cut in head) > 1:
            return list(self._by_workers(cuts))
        return [
            self._decode(cut, [self._run(cut, window, alone=True) for window in cut.windows]) for cut in cuts
        ]

    def notice(self, text: str) -> Notice | None:
        """Say of a text that it does not look like English or is mostly shorthand; None where neither is."""
        return notice(self.tokenizer, text)

    def steps(
        self, text: str, alone: Callable[[], bool] = lambda: False
    ) -> Generator[None, None, list[Entity]]:
        """Tag one text and pause between windows, for callers that do something else meanwhile, or stop.

        Args:
            text: The text.
            alone: Asked before each window whether nothing else waits, so that it may take all threads;
                otherwise it takes one.

        Yields:
            None after each window but the last.

        Returns:
            The entities, as the value of StopIteration.

        Raises:
            EngineError: As when it is called.
        """
        cut = self._cut(text)
        logits: list[np.ndarray] = []
        for window in cut.windows:
            if logits:
                yield
            logits.append(self._run(cut, window, alone()))
        return self._decode(cut, logits)

    def logits(self, text: str) -> tuple[Tokens, np.ndarray]:
        """Score one text's tokens, for whoever decodes them otherwise than the model does.

        Returns:
            The tokens, and their scores before softmax, (tokens, tags): what `decode` takes.

        Raises:
            EngineError: As when it is called.
        """
        cut = self._cut(text)
        return cut.tokens, self._merge(cut, [self._run(cut, window) for window in cut.windows])

    def _by_workers(self, cuts: Iterable[_Cut]) -> Iterator[list[Entity]]:
        """Run windows side by side, one thread each, whatever texts they are of."""
        workers = ThreadPoolExecutor(self.threads, "window")
        running: deque[tuple[_Cut, list[Future[np.ndarray]]]] = deque()
        try:
            for cut in cuts:
                running.append((cut, [workers.submit(self._run, cut, window) for window in cut.windows]))
                if len(running) > AHEAD * self.threads:
                    yield self._finish(*running.popleft())
            while running:
                yield self._finish(*running.popleft())
        finally:
            workers.shutdown(cancel_futures=True)

    def _finish(self, cut: _Cut, logits: list[Future[np.ndarray]]) -> list[Entity]:
        return self._decode(cut, [one.result() for one in logits])

    def _cut(self, text: str) -> _Cut:
        tokens = tokenise(self.tokenizer, text)
        return _Cut(text, tokens, windows(len(tokens), self._size, self.overlap))

    def _run(self, cut: _Cut, window: Window, alone: bool = False) -> np.ndarray:
        """(stop - start, tags) of one window."""
        ids = np.concatenate([self._prefix, cut.tokens.ids[window.start : window.stop], self._suffix])
        return self._session(ids, alone)[len(self._prefix) : len(ids) - len(self._suffix)]

    def _merge(self, cut: _Cut, logits: list[np.ndarray]) -> np.ndarray:
        """(tokens, tags) of the windows' (stop - start, tags)."""
        if not cut.windows:
            return np.empty((0, len(self.tags)), dtype=np.float32)
        return merge(len(cut.tokens), cut.windows, logits)

    def _decode(self, cut: _Cut, logits: list[np.ndarray]) -> list[Entity]:
        """logits: of each window."""
        return decode(cut.text, cut.tokens, self._merge(cut, logits), self.tags, self.rules, self.temperature)

"""Tagger of the pages, whose texts wait in the queue like everybody's."""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from .contract import Busy, Served
from .engine import Entity, Tagger
from .service.monitoring.health import Health
from .service.scheduler import Busy as QueueFull
from .service.scheduler import Done, Scheduler


class Queued:
    """A `contract.QueuedTagger`."""

    def __init__(self, tagger: Tagger, served: Served, scheduler: Scheduler, health: Health):
        self.labels, self.file, self.sha256 = tagger.labels, tagger.file, tagger.sha256
        self.threads, self.notes, self.tokenizer = tagger.threads, tagger.notes, tagger.tokenizer
        self._notice = tagger.notice
        self._served, self._scheduler, self._health = served, scheduler, health

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]:
        future = self._submit(texts)
        with self._unquoted():
            return [one.entities for one in future.result()]

    async def find(self, texts: Iterable[str]) -> list[list[Entity]]:
        future = self._submit(texts)
        with self._unquoted():
            return [one.entities for one in await asyncio.wrap_future(future)]

    def notice(self, text: str) -> str | None:
        found = self._notice(text)
        return None if found is None else found.sentence

    def _submit(self, texts: Iterable[str]) -> Future[list[Done]]:
        if self._health.status == "draining":
            raise Busy("The server is stopping. Try again in a minute.")
        try:
            return self._scheduler.submit([(self._served, text) for text in texts])
        except QueueFull:
            raise Busy("The server has more to do than it can. Try again in a few seconds.") from None

    @contextmanager
    def _unquoted(self) -> Iterator[None]:
        """Gradio prints an error, and its message may quote the text."""
        try:
            yield
        except Exception as error:
            raise RuntimeError(f"the {self._served.role} failed with {type(error).__name__}") from None

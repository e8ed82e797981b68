"""POST /v1/files: the texts of a file in, their entities out as JSON lines, each as soon as it is done.

The file is held as it came and never written. It is read twice, piece by piece: once to count its rows, once
to tag them. Few of its rows are in the queue at once, so that a file of thousands leaves room for everybody
else; when the client leaves, what is not done is taken back.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ..errors import RETRY_S, Refusal
from ..monitoring.observer import Seen
from ..reading.dispatch import read_rows
from ..reading.row import Limits, Numeral, Row
from ..scheduler import Busy, Done
from . import schemas
from .routes import Service

_log = logging.getLogger(__name__)
FILES = 4  # at once; each is held in memory
ROWS = 100_000
ENTRIES = 1_000
ROWS_PER_WORKER = 2  # that wait at once: one that runs, one that comes next
AT_ONCE = 64, 200_000  # rows, and their characters, of one file that are read before another's turn
WAIT_S = 0.1  # before a row that found the queue full is tried again
SHUT_DOWN = "the service is stopping; send this row again to its replacement"
FAILED = "the model failed on this text"


def add_files(app: FastAPI, service: Service) -> None:
    """Add the route that tags files."""
    settings = service.settings
    limits = Limits(settings.characters, ROWS, ENTRIES, settings.file_bytes)
    slots, turn = asyncio.Semaphore(FILES), asyncio.Lock()

    @app.post("/v1/files", status_code=200, response_class=JsonLines, **_documented(settings.file_bytes))
    async def files(request: Request) -> Response:
        """Entities of the texts of a file: txt, csv, tsv, jsonl, or a zip of these.

        The answer is JSON lines: first {"model", "revision", "offset_unit", "rows"}, then for each row in
        order, as soon as it is done, {"row", "id", "text", "entities"} or {"row", "id", "error"}.
        """
        if slots.locked():
            message = (
                f"{FILES} files are being read; send the file again after the seconds that Retry-After gives"
            )
            raise Refusal(429, "busy", message, {"retry-after": str(RETRY_S)})
        await slots.acquire()  # without a wait, since there is one
        try:
            data = (await request.receive())["body"]  # whole (admission/bodies.py); body() would keep it
            name = request.query_params.get("name", "")
            seen: Seen = request.scope["state"]["seen"]
            count = characters = 0
            async for row in in_turn(read_rows(name, data, limits), turn):
                count += 1
                characters += len(row.text or "")
            seen.asked(count, characters)
        except BaseException:
            slots.release()
            raise
        rows = in_turn(read_rows(name, data, limits), turn)
        return JsonLines(Job(rows, count, service, seen).lines(), slots.release)


async def in_turn(rows: Iterator[Row], turn: asyncio.Lock) -> AsyncGenerator[Row, None]:
    """Read rows in a thread, some at a time, and of one file at a time.

    Several threads that compute would keep the event loop from its turn.
    """
    while True:
        async with turn:
            some = await asyncio.to_thread(_some, rows)
        if not some:
            return
        for row in some:
            yield row


def _some(rows: Iterator[Row]) -> list[Row]:
    """The next rows, none at the end."""
    taken: list[Row] = []
    left, characters = AT_ONCE
    for row in rows:
        taken.append(row)
        left, characters = left - 1, characters - len(row.text or "")
        if left <= 0 or characters <= 0:
            break
    return taken


@dataclass(frozen=True)
class Job:
    """One file on its way through the student."""

    rows: AsyncIterator[Row]
    count: int  # of the rows
    service: Service
    seen: Seen  # where results are counted

    async def lines(self) -> AsyncGenerator[str, None]:
        """Yield a head, then a line for each row in order; closing takes back what is not done."""
        head = {"offset_unit": schemas.OFFSET_UNIT, "rows": self.count}
        yield json.dumps(schemas.named(self.service.student) | head) + "\n"
        at_once = ROWS_PER_WORKER * self.service.workers
        started: deque[tuple[int, Row, asyncio.Future[list[Done]] | str]] = deque()
        number = 0
        try:
            async for row in self.rows:
                number += 1
                if len(started) == at_once:
                    yield await self._finish(*started[0])
                    started.popleft()
                started.append((number, row, await self._start(row)))
            while started:
                yield await self._finish(*started[0])
                started.popleft()
        finally:
            for _, _, outcome in started:
                if not isinstance(outcome, str):
                    outcome.cancel()

    async def _start(self, row: Row) -> asyncio.Future[list[Done]] | str:
        """Queue a row, once there is room. Returns its future result, or what is wrong with the row."""
        if row.error is not None:
            return row.error
        assert row.text is not None  # it is one of the two
        while self.service.health.status != "draining":
            try:
                return asyncio.wrap_future(self.service.scheduler.submit([(self.service.student, row.text)]))
            except Busy:
                await asyncio.sleep(WAIT_S)
        return SHUT_DOWN

    async def _finish(self, number: int, row: Row, outcome: asyncio.Future[list[Done]] | str) -> str:
        if isinstance(outcome, str):
            return _line(number, row, {"error": outcome})
        try:
            [done] = await outcome
        except Exception:  # whatever it is, it may quote the text
            _log.exception("a text of a file could not be tagged")
            return _line(number, row, {"error": FAILED})
        self.seen.ran(self.service.student.role, done.queued_s, done.model_s, len(done.entities))
        return _line(number, row, {"text": row.text, "entities": schemas.written(done.entities)})


class JsonLines(StreamingResponse):
    """An answer of `lines`, which are closed however it ends; then `ended` is called."""

    media_type = "application/jsonl"

    def __init__(self, lines: AsyncGenerator[str, None], ended: Callable[[], None]):
        super().__init__(lines)
        self.lines, self.ended = lines, ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with aclosing(self.lines):
                await super().__call__(scope, receive, send)
        finally:
            self.ended()


def _documented(file_bytes: int) -> dict[str, Any]:
    """The route's OpenAPI description. Its query is read by hand: FastAPI's own error would quote it."""
    name = {
        "name": "name",
        "in": "query",
        "required": True,
        "description": "Of the file; its ending, in any case, says how the file is read.",
        "schema": {"type": "string", "pattern": r"^.*[^/]\.(txt|csv|tsv|jsonl|zip)$"},
    }
    about = (
        f"UTF-8, or UTF-16 with its byte order mark; at most {file_bytes:,} bytes, a zip unpacked too, and "
        f"{ROWS:,} rows."
    )
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "openapi_extra": {"parameters": [name], "requestBody": {"description": about, "content": content}},
        "responses": schemas.REFUSALS,
    }


def _line(number: int, row: Row, content: dict[str, Any]) -> str:
    """A row's line, in ASCII, where lone surrogates stay what they are; its id in the file's own digits."""
    identity = row.id if isinstance(row.id, Numeral) else json.dumps(row.id)
    return f'{{"row": {number}, "id": {identity}, {json.dumps(content)[1:]}\n'

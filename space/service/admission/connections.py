"""Connections of strangers: how many, how long, and how much of them waits in memory.

uvicorn alone reads heads of any length, waits for ever for their end, and keeps an answer for as long as
its client does not read it. Bodies have limits of their own (bodies.py).
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ..settings import Settings

HEAD_BYTES = 32_768  # of a request's line and headers, and of what follows a body in chunks
QUEUED = 1  # requests that a client may send before the one before is answered


class _HeadTooLong(Exception):  # noqa: N818 — the parser's callbacks have no other way to say it
    pass


class Connection(HttpToolsProtocol):
    """One client's connection; `tend` looks after all. `ended` is told why this side ended it.

    Attributes:
        waiting_since: Since when a request's head is awaited, as `time.monotonic`; None when none is.
    """

    def __init__(self, settings: Settings, ended: Callable[[str], None], **of_uvicorn: Any):
        super().__init__(**of_uvicorn)
        self.settings, self._ended = settings, ended
        self.waiting_since: float | None = time.monotonic()
        self._heard, self._awaits_body = 0.0, False  # when something last arrived
        self._over = False  # what else arrives is not taken
        self._head_bytes, self._silent = 0, True
        self._unread_bytes, self._unread_since = 0, 0.0

    @property
    def held(self) -> int:
        """Bytes that wait in memory: an answer's for its reader, a body's for the application."""
        return self.transport.get_write_buffer_size() + (len(self.cycle.body) if self.cycle else 0)

    @property
    def idle_since(self) -> float | None:
        """Since when it is its client's turn, to send or to read; None where it is the server's."""
        if self.waiting_since is not None:
            return self.waiting_since
        if self._awaits_body:
            return self._heard
        return self._unread_since if self._unread_bytes else None

    def end(self, reason: str) -> None:
        """End the connection at once; what is not sent is lost."""
        self._stop(reason)
        self.transport.abort()

    def check(self, now: float) -> None:
        """End the connection when its client takes too long to send a head or to read an answer."""
        unread = self.transport.get_write_buffer_size()
        if not self._unread_bytes or unread <= max(0, self._unread_bytes - HIGH_WATER_LIMIT):
            self._unread_bytes, self._unread_since = unread, now
        elif now - self._unread_since > self.settings.unread_s:
            self.end("unread")
        if not unread and self.waiting_since is not None and now - self.waiting_since > self.settings.head_s:
            self.end("slow")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        if len(self.connections) > self.settings.connections:
            self._make_room()

    def _make_room(self) -> None:
        """End the connection whose client has been idle the longest; this one, where none is."""
        others = [one for one in self.connections if isinstance(one, Connection) and one is not self]
        idle = [(one.idle_since, one) for one in others if one.idle_since is not None]
        if idle:
            min(idle, key=lambda pair: pair[0])[1].end("crowded")
        else:
            self._refuse(503, "crowded", "Too many connections; send the request again in a second.")

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._heard = time.monotonic()
        if self.timeout_keep_alive_task is not None:  # the first of another request
            self.waiting_since = self._heard
        self._silent = True
        super().data_received(data)
        if self._silent:  # all of it lies in the parser, part of one long header
            self._count(len(data))
        if self._head_bytes > HEAD_BYTES and not self._over:
            self._refuse_head()

    def _count(self, head_bytes: int) -> None:
        self._silent = False
        self._head_bytes += head_bytes

    def on_message_begin(self) -> None:
        self._head_bytes, self._silent = 0, False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        if self._head_bytes > HEAD_BYTES:
            raise _HeadTooLong
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._over or self._head_bytes > HEAD_BYTES:
            raise _HeadTooLong
        if len(self.pipeline) == QUEUED:
            self.cycle.keep_alive = False  # the connection ends with the answer to the last one taken
            self._over = True
            return
        self.waiting_since, self._awaits_body = None, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._silent = False
        if not self._over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._silent = self._awaits_body = False
        if not self._over:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():  # and none is queued
            self.waiting_since = time.monotonic()

    def resume_writing(self) -> None:
        self._unread_bytes = 0
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take; uvicorn calls this."""
        if self._over:
            return
        if self._head_bytes > HEAD_BYTES:
            self._refuse_head()
        else:
            self._refuse(400, "malformed", msg)

    def _refuse_head(self) -> None:
        self._refuse(431, "head", f"A request may have {HEAD_BYTES:,} bytes before its body.")

    def _refuse(self, status: int, reason: str, message: str) -> None:
        """Answer with plain text, unless an answer is on its way already, and close."""
        self._stop(reason)
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            head = f"content-type: text/plain\r\ncontent-length: {len(message)}\r\nconnection: close"
            retry = "\r\nretry-after: 1" if status == 503 else ""
            self.transport.write(STATUS_LINE[status] + f"{head}{retry}\r\n\r\n{message}".encode())
        self.transport.close()

    def _stop(self, reason: str) -> None:
        self.waiting_since, self._awaits_body, self._over = None, False, True
        self._unread_bytes = 0
        self._ended(reason)


def tend(connections: Iterable[Any]) -> None:
    """End connections of slow clients, and those that hold most while all hold more than they may."""
    now = time.monotonic()
    ours = [one for one in connections if isinstance(one, Connection)]
    for one in ours:
        one.check(now)
    most_first = sorted(((one.held, one) for one in ours), key=lambda pair: -pair[0])
    total = sum(held for held, _ in most_first)
    for held, one in most_first:
        if total <= one.settings.held_bytes:
            break
        one.end("unread")
        total -= held

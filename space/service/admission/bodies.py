"""Bodies of requests, each read whole before anything else sees it.

Each has a cap and bounded time; all together have one budget. Pure ASGI.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope, Send

from .. import errors
from ..monitoring.observer import header

MEGABYTE = 1_000_000
# What a client still sends after it was refused is read and dropped: one that writes before it reads would
# find the connection broken in place of its answer.
DROPPED_BYTES = 100 * MEGABYTE
DROPPED_S = 5.0
SMALL = 65_536  # a body of this size is dropped without ado, and the connection serves on


class Gone(Exception):  # noqa: N818 — nothing went wrong here
    """The client left while its body was read."""


class Bodies:
    """Reads bodies that together have at most `held_bytes`.

    Each megabyte of a body, begun or whole, may take `body_s` seconds to arrive.

    Attributes:
        held: Bytes of the bodies of requests that are not answered yet.
    """

    def __init__(self, held_bytes: int, body_s: float):
        self._most_held, self._body_s = held_bytes, body_s
        self.held = 0

    @asynccontextmanager
    async def reading(self, scope: Scope, receive: Receive, most: int) -> AsyncIterator[Receive]:
        """Read a body of at most `most` bytes, which counts as held until the context ends.

        Yields:
            A `receive` that gives the body in one message.

        Raises:
            Refusal: It is too large, too slow, or more than there is room for.
            Gone: The client left before it had ended.
        """
        declared = _declared(scope)
        if declared > most:
            raise errors.too_large(most)
        if self.held + declared > self._most_held:
            raise errors.crowded()
        body, size, more = io.BytesIO(), 0, True
        began = asyncio.get_running_loop().time()
        try:
            while more:
                part, more = await _part(receive, began + self._body_s * (1 + size // MEGABYTE))
                size += len(part)
                self.held += len(part)
                if size > most:
                    raise errors.too_large(most)
                if self.held > self._most_held:
                    raise errors.crowded()
                body.write(part)
            # No copy, since the buffer is not written to again; and gone once it is taken.
            whole: list[Message] = [{"type": "http.request", "body": body.getvalue(), "more_body": False}]
            body.close()

            async def replay() -> Message:
                return whole.pop() if whole else await receive()

            yield replay
        finally:
            self.held -= size


async def _part(receive: Receive, deadline: float) -> tuple[bytes, bool]:
    """Receive some of a body, and whether there is more; `deadline` is by the event loop's clock."""
    try:
        async with asyncio.timeout_at(deadline):
            message = await receive()
    except TimeoutError:
        raise errors.slow() from None
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), message.get("more_body", False)


async def refuse(refusal: errors.Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a request whose body has not been read to its end, so that its client sees the answer."""
    answer = errors.response(refusal, scope)
    if header(scope, b"transfer-encoding") is None and _declared(scope) <= SMALL:
        await answer(scope, receive, send)
        return
    answer.headers["connection"] = "close"

    async def keep_open(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["more_body"] = True
        await send(message)

    await answer(scope, receive, keep_open)  # whole, by its content-length
    await _drop(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop(receive: Receive) -> None:
    """Read what is left of a body, within bounds, and keep nothing of it."""
    dropped, more = 0, True
    try:
        async with asyncio.timeout(DROPPED_S):
            while more and dropped < DROPPED_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                more = message.get("more_body", False)  # a disconnect has none
    except TimeoutError:
        pass


def _declared(scope: Scope) -> int:
    """Read a body's length from its head, where it may have zeros before it that Python does not take."""
    return int((header(scope, b"content-length") or b"").lstrip(b"0") or 0)

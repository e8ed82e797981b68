"""How a request's body is read: up to its cap, whole, before anything else sees it. Pure ASGI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope, Send

from . import errors


class Gone(Exception):  # noqa: N818 — nothing went wrong here
    """The client left while its body was read."""


@asynccontextmanager
async def reading(scope: Scope, receive: Receive, most: int) -> AsyncIterator[Receive]:
    """Read a body of at most `most` bytes; within, a `receive` gives it in one message.

    Raises Refusal when the body is too large, Gone when the client leaves before it has ended.
    """
    if int(header(scope, b"content-length") or 0) > most:
        raise errors.too_large(most)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise errors.too_large(most)
        more = message.get("more_body", False)
    whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    yield replay


async def refuse(refusal: errors.Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose body has not been read to its end."""
    await errors.response(refusal, scope)(scope, receive, send)


def header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)

"""The way in: who may ask, how much, and when. Pure ASGI, since it must be quick when all else is not.

What would be refused anyway is refused before its body is read. A body is read here, up to its cap,
and handed on whole.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import errors
from .errors import Refusal

API = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json"})  # and all under /v1/
FILES = "/v1/files"
UPLOAD = "/gradio_api/upload"  # would write what it gets to a file
PAGE_BODY_BYTES = 8_000_000  # a note of a million characters, as the page sends it
WORK = frozenset({"/v1/entities", "/v1/compare", FILES})


@dataclass(frozen=True)
class Limits:
    token: str | None
    body_bytes: int
    file_bytes: int


class Gate:
    """Sends requests to the API's app or to the site's, if they may pass.

    status: the service's, "ready" when it takes work (see health.py); full: whether the queue is

    active: requests for work that are being answered
    """

    def __init__(
        self,
        api: ASGIApp,
        site: ASGIApp,
        limits: Limits,
        status: Callable[[], str],
        full: Callable[[], bool],
    ):
        self._api, self._site, self._limits, self._status, self._full = api, site, limits, status, full
        self._authorisation = None if limits.token is None else f"Bearer {limits.token}".encode()
        self.active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        try:
            self._admit(scope)
            if scope["method"] == "POST":
                receive = await self._body(scope, receive)
        except Refusal as refusal:
            await errors.response(refusal, scope)(scope, receive, send)
            return
        except _Gone:
            return
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in WORK:
            self.active += 1
            try:
                await self._api(scope, receive, send)
            finally:
                self.active -= 1
        elif path in API or path.startswith("/v1/"):
            await self._api(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        path = scope["path"]
        if path.startswith(UPLOAD):
            raise Refusal(404, "not_found", "this page takes no uploads; /v1/files reads files in memory")
        if not path.startswith("/v1/"):
            return
        given = _header(scope, b"authorization") or b""
        if self._authorisation and not hmac.compare_digest(_one_scheme(given), self._authorisation):
            raise errors.unauthorised()
        if path in WORK and scope["method"] == "POST":
            status = self._status()
            if status == "draining":
                raise errors.draining()
            if status != "ready":
                raise errors.unavailable()
            if self._full():
                raise errors.busy()

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body; returns a `receive` that gives it in one message. Raises Refusal when too large."""
        most = self._most(scope["path"])
        if int(_header(scope, b"content-length") or 0) > most:
            raise errors.too_large(most)
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise errors.too_large(most)
            more = message.get("more_body", False)
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        return replay

    def _most(self, path: str) -> int:
        if path == FILES:
            return self._limits.file_bytes
        return self._limits.body_bytes if path.startswith("/v1/") else PAGE_BODY_BYTES


class _Gone(Exception):  # noqa: N818 — nothing went wrong here
    """The client left while its body was read."""


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _one_scheme(authorisation: bytes) -> bytes:
    """With the scheme, which may be written in any case, as we write it."""
    scheme, _, token = authorisation.partition(b" ")
    return scheme.capitalize() + b" " + token.strip()

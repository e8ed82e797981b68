"""Gate before API and site: who may ask, how much, and when. Pure ASGI, to be quick when all else is not.

What would be refused anyway is refused before its body is read (see bodies.py).
"""

import hmac
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from .. import errors
from ..errors import Refusal
from ..monitoring.observer import header
from ..settings import Settings
from .bodies import Bodies, Gone, refuse
from .origins import Origins
from .site import DATA, Site
from .turns import Turns

FILES = "/v1/files"
PAGE_BODY_BYTES = 2_500_000  # a note of 200,000 characters, however the page writes them
WORK = frozenset({"/v1/entities", "/v1/compare", FILES})
AT_ONCE = frozenset({"/livez", "/readyz", DATA})  # cost next to nothing, or last as long as an event does
# The API's paths, and how each may be asked for.
METHODS = {
    **dict.fromkeys(WORK, ("POST",)),
    **dict.fromkeys(("/livez", "/readyz", "/metrics", "/openapi.json", "/v1/models"), ("GET", "HEAD")),
}


class Gate:
    """Sends requests to the API or to the site, if they may pass.

    Args:
        status: The service's, "ready" when it takes work (monitoring/health.py).
        full: Whether the queue is.

    Attributes:
        active: Requests for work that are being answered.
    """

    def __init__(
        self,
        api: ASGIApp,
        site: Site,
        settings: Settings,
        bodies: Bodies,
        origins: Origins,
        status: Callable[[], str],
        full: Callable[[], bool],
    ):
        self._api, self._site, self._settings = api, site, settings
        self._bodies, self._origins = bodies, origins
        self._status, self._full = status, full
        self._authorisation = None if settings.token is None else f"Bearer {settings.token}".encode()
        self._turns = Turns()
        self.active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._site.app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # which nothing here speaks
            await send({"type": "websocket.close"})
            return
        try:
            self._admit(scope)
            if scope["method"] == "POST":
                async with self._bodies.reading(scope, receive, self._most(scope["path"])) as whole:
                    await self._pass(scope, whole, send)
            elif scope["path"] in AT_ONCE:
                await self._pass(scope, receive, send)
            else:
                async with self._turns.turn():
                    await self._pass(scope, receive, send)
        except Refusal as refusal:
            await refuse(refusal, scope, receive, send)
        except Gone:
            pass

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in WORK:
            self.active += 1
            try:
                await self._api(scope, receive, send)
            finally:
                self.active -= 1
        elif _of_api(path):
            # HEAD is read as GET: the server leaves out the body of its answer.
            method = {"HEAD": "GET"}.get(scope["method"], scope["method"])
            await self._api({**scope, "method": method}, receive, send)
        else:
            await self._site(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        path = scope["path"]
        self._origins.admit(scope)
        if not _of_api(path):
            self._site.admit(scope)
            return
        if path.startswith("/v1/") and not self._authorised(scope):
            raise errors.unauthorised()
        if path not in METHODS:
            raise errors.of_status(404)
        if scope["method"] not in METHODS[path]:
            raise errors.of_status(405, {"allow": ", ".join(METHODS[path])})
        if path in WORK:
            self._admit_work()

    def _authorised(self, scope: Scope) -> bool:
        if self._authorisation is None:
            return True
        scheme, _, token = (header(scope, b"authorization") or b"").partition(b" ")
        given = scheme.capitalize() + b" " + token.strip()  # a scheme may be written in any case
        return hmac.compare_digest(given, self._authorisation)

    def _admit_work(self) -> None:
        status = self._status()
        if status == "draining":
            raise errors.draining()
        if status != "ready":
            raise errors.unavailable()
        if self._full():
            raise errors.busy()

    def _most(self, path: str) -> int:
        if path == FILES:
            return self._settings.file_bytes
        return self._settings.body_bytes if path.startswith("/v1/") else PAGE_BODY_BYTES


def _of_api(path: str) -> bool:
    return path in METHODS or path.startswith("/v1/")

"""Observation of a request: counts and times, never content, and the ASGI layer that gathers them.

A note's text, a query or a header has no place in `Seen`, so none can reach a metric, a log line or a
span: these three are made from `Seen` alone.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Label values are taken from closed sets: a client cannot make a new series, nor put text into one.
EXACT = frozenset({
    "/", "/livez", "/readyz", "/metrics", "/openapi.json",
    "/v1/entities", "/v1/compare", "/v1/models", "/v1/files",
})  # fmt: skip
BELOW = ("/private/", "/page/", "/gradio_api/")  # everything under these counts as one
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
NO_ANSWER = 0  # the client left before a status was sent


@dataclass
class Work:
    """What a request asked of one model, in seconds."""

    first_s: float = float("inf")  # the shortest time that a text waited for a worker
    queued_s: float = 0.0  # the longest
    model_s: float = 0.0  # work on all texts together
    ended: float = 0.0  # when the last text came back, as `time.perf_counter`


@dataclass
class Seen:
    """One request; `started` and `submitted` as `time.perf_counter`."""

    method: str
    route: str
    traceparent: str | None = None
    id: str = field(default_factory=lambda: f"{random.getrandbits(128):032x}")
    began_ns: int = field(default_factory=time.time_ns)  # by the wall clock
    started: float = field(default_factory=time.perf_counter)
    submitted: float = 0.0  # when its texts were queued
    seconds: float = 0.0  # until its answer had ended
    status: int = NO_ANSWER
    reason: str | None = None  # why it was refused
    texts: int = 0
    characters: int = 0
    entities: int = 0
    work: dict[str, Work] = field(default_factory=dict)  # by the model's role

    def asked(self, texts: int, characters: int) -> None:
        """Note that its texts go to the queue now."""
        self.texts, self.characters, self.submitted = texts, characters, time.perf_counter()

    def ran(self, role: str, queued_s: float, model_s: float, entities: int) -> None:
        """Note that one of its texts has come back from the model of this role."""
        work = self.work.setdefault(role, Work())
        work.first_s, work.queued_s = min(work.first_s, queued_s), max(work.queued_s, queued_s)
        work.model_s += model_s
        work.ended = time.perf_counter()
        self.entities += entities

    @property
    def status_class(self) -> str:
        return f"{self.status // 100}xx" if self.status else "none"


def route(path: str) -> str:
    """Name a path by itself where it is one of ours, by the group that it lies in, or as "other"."""
    if path in EXACT:
        return path
    return next((group for group in BELOW if path.startswith(group)), OTHER)


class Observer:
    """The outermost layer: gives each request an id, and tells the watchers when it starts and ends.

    The request's `Seen` lies in `scope["state"]["seen"]`, where the layers within fill in what they
    know; its id goes into the header X-Request-Id.
    """

    def __init__(
        self, app: ASGIApp, started: Callable[[Seen], None], finished: tuple[Callable[[Seen], None], ...]
    ):
        self.app, self.started, self.finished = app, started, finished

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        parent = header(scope, b"traceparent")
        seen = Seen(
            method=scope["method"] if scope["method"] in METHODS else OTHER,
            route=route(scope["path"]),
            traceparent=None if parent is None else parent.decode("latin-1"),
        )
        scope.setdefault("state", {})["seen"] = seen
        identity = (b"x-request-id", seen.id.encode())

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message.get("headers", ()), identity]
            await send(message)

        self.started(seen)
        try:
            await self.app(scope, receive, named)
        finally:
            seen.seconds = time.perf_counter() - seen.started
            for tell in self.finished:
                tell(seen)


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of this name, in lower case."""
    return next((value for key, value in scope["headers"] if key == name), None)

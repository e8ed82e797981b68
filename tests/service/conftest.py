"""A model whose windows run when the test says so, and the service around it without a network."""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from space.contract import Served
from space.engine import Entity
from space.service.admission.bodies import Bodies
from space.service.admission.gate import Gate
from space.service.admission.origins import Origins
from space.service.admission.site import Site
from space.service.api.application import create_api
from space.service.api.routes import Service
from space.service.monitoring.health import Health
from space.service.monitoring.observer import Observer
from space.service.monitoring.prometheus import Metrics
from space.service.scheduler import Scheduler
from space.service.settings import Settings
from space.ui.differences import compare

LONG_S = 30  # for a busy machine; no test waits for it when all is well


class PanicException(BaseException):
    """As Rust libraries raise it."""


class FakeModel:
    """Tags the first word of a text. "name*3" has three windows.

    While it is held, each window waits for `release`. started: names as their windows begin; ran: in the
    order in which they ended; alone: whether they were alone as they began
    """

    def __init__(self):
        self.started: queue.Queue[str] = queue.Queue()
        self.ran: list[str] = []
        self.alone: list[bool] = []
        self._permits, self._held = threading.Semaphore(0), False

    def hold(self) -> None:
        self._held = True

    def release(self, windows: int = 1) -> None:
        self._permits.release(windows)

    def next_started(self) -> str:
        return self.started.get(timeout=LONG_S)

    def steps(self, text: str, alone: Callable[[], bool]) -> Iterator[None]:
        name, _, windows = text.partition("*")
        for window in range(int(windows or 1)):
            if window:
                yield
            self.alone.append(alone())
            self._run(name)
        word = name.split(" ")[0]
        return [Entity(0, len(word), "Drug", 0.5, word)] if word else []

    def _run(self, name: str) -> None:
        self.started.put(name)
        if self._held:
            assert self._permits.acquire(timeout=LONG_S)
        if name == "fail":
            raise RuntimeError(f"could not tag {name}")
        if name == "panic":
            raise PanicException(f"could not tag {name}")
        self.ran.append(name)

    def served(self, role: str = "student") -> Served:
        return Served(
            role, f"me/{role}", f"{role} commit", "model.onnx", "0" * 64, 7, ["Drug"], 1, self.steps
        )


@pytest.fixture
def model() -> Iterator[FakeModel]:
    fake = FakeModel()
    yield fake
    fake.release(1000)  # a test that failed leaves no thread waiting


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Client:
    """Sends requests to an ASGI application.

    service: what lies behind it; read: how often it was asked for a message of a request
    last: the last answer, None where there was none
    """

    app: Observer
    service: SimpleNamespace
    read: int = 0
    last: Answer | None = None
    _departures: list[asyncio.Event] = field(default_factory=list)  # of requests sent so far

    def leave(self) -> None:
        """Hang up, without waiting for answers."""
        for departure in self._departures:
            departure.set()

    async def send(
        self,
        path: str,
        body: bytes | dict = b"",
        *,
        method: str = "POST",
        headers: dict | None = None,
        query: str = "",
    ) -> Answer | None:
        """The answer, None after `leave`; the body goes in two parts."""
        departure = asyncio.Event()
        self._departures.append(departure)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        half = len(content) // 2
        parts = [(content[:half], True), (content[half:], False)]
        sent: list[dict] = []

        async def receive() -> dict:
            self.read += 1
            if parts:
                part, more = parts.pop(0)
                return {"type": "http.request", "body": part, "more_body": more}
            await departure.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            sent.append(message)

        given = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
        scope = {"type": "http", "method": method, "path": path, "headers": given}
        scope["query_string"] = query.encode()
        scope |= {"http_version": "1.1", "scheme": "http", "root_path": "", "server": ("test", 80)}
        try:
            await self.app(scope, receive, send)
        finally:
            self.last = _answer(sent)
        return self.last


def _answer(sent: list[dict]) -> Answer | None:
    if not sent:
        return None
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(message["body"] for message in rest))


@pytest.fixture
def make_client(model):
    """make_client(site=None, **settings) -> Client of a ready service with one worker"""
    schedulers = []

    def make(site=None, **changed) -> Client:
        settings = Settings(**changed)
        metrics = Metrics()
        scheduler = Scheduler(1, settings.queue, settings.queue_s, metrics.text)
        schedulers.append(scheduler)
        health = Health([], lambda: scheduler.dead)
        student, teacher = model.served(), model.served("teacher")
        service = Service(settings, scheduler, 1, student, teacher, compare, health, metrics)
        bodies = Bodies(settings.held_bytes, settings.body_s)
        states = (lambda: health.status, lambda: scheduler.full)
        site = Site(site, {0: 1})
        gate = Gate(create_api(service), site, settings, bodies, Origins(settings.hosts), *states)
        behind = SimpleNamespace(health=health, scheduler=scheduler, gate=gate, bodies=bodies)
        return Client(Observer(gate, metrics.started, (metrics.finished,)), behind)

    yield make
    model.release(1000)
    for scheduler in schedulers:
        scheduler.close()

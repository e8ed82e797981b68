"""How much of strangers' bodies is held, and for how long; and that who is refused learns of it."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from space.service import errors
from space.service.admission import bodies
from space.service.admission.bodies import Bodies, Gone, refuse
from space.service.monitoring.observer import Observer
from space.service.server import configure
from space.service.settings import Settings

LONG_S = 30  # for a busy machine; no test waits for it when all is well


def scope(**headers: str) -> dict:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": "/", "headers": given}


class Sender:
    """A client that sends these parts and then nothing more, or hangs up."""

    def __init__(self, *parts: bytes, ends: bool = True, leaves: bool = False):
        self.messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        if ends:
            self.messages.append({"type": "http.request", "body": b"", "more_body": False})
        self.leaves, self.taken = leaves, 0

    async def receive(self) -> dict:
        self.taken += 1
        if self.messages:
            return self.messages.pop(0)
        if not self.leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}


@asynccontextmanager
async def refused(status: int) -> AsyncIterator[None]:
    with pytest.raises(errors.Refusal) as raised:
        yield
    assert raised.value.status == status


def test_a_length_may_begin_with_zeros():
    """As many as Python does not read as a number."""

    async def read() -> None:
        held, zeros = Bodies(100, 10), "0" * 5_000
        async with held.reading(scope(content_length=zeros + "30"), Sender(b"a" * 30).receive, 60) as receive:
            assert (await receive())["body"] == b"a" * 30
        async with refused(413), held.reading(scope(content_length=zeros + "61"), Sender().receive, 60):
            pass

    asyncio.run(read())


def test_a_body_is_handed_on_whole_and_held_until_it_is_answered():
    async def read() -> None:
        held = Bodies(100, 10)
        client = Sender(b"a" * 30, b"b" * 30, leaves=True)
        async with held.reading(scope(), client.receive, 60) as receive:
            message = await receive()
            assert message == {"type": "http.request", "body": b"a" * 30 + b"b" * 30, "more_body": False}
            assert held.held == 60
            assert (await receive())["type"] == "http.disconnect"
        assert held.held == 0

    asyncio.run(read())


def test_a_body_beyond_its_cap_is_refused_declared_or_not():
    async def read() -> None:
        held = Bodies(1000, 10)
        declared = Sender(b"a" * 61)
        async with refused(413), held.reading(scope(content_length="61"), declared.receive, 60):
            pass
        assert declared.taken == 0
        async with refused(413), held.reading(scope(), Sender(b"a" * 30, b"b" * 31).receive, 60):
            pass
        assert held.held == 0

    asyncio.run(read())


def test_all_bodies_share_one_budget():
    """Half-sent bodies count as far as they came; what finds no room is told to come again."""

    async def read() -> None:
        held = Bodies(100, LONG_S)
        half = [Sender(b"a" * 40, ends=False) for _ in range(2)]

        async def hold(client: Sender) -> None:
            async with held.reading(scope(content_length="50"), client.receive, 60):
                pass

        waiting = [asyncio.create_task(hold(client)) for client in half]
        while held.held < 80:
            await asyncio.sleep(0)
        unread = Sender(b"a" * 30)
        async with refused(429), held.reading(scope(content_length="30"), unread.receive, 60):
            pass
        assert unread.taken == 0
        async with refused(429), held.reading(scope(), Sender(b"a" * 15, b"a" * 15).receive, 60):
            pass
        async with held.reading(scope(), Sender(b"a" * 20).receive, 60):
            assert held.held == 100
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert held.held == 0

    asyncio.run(read())


def test_a_client_that_leaves_gives_back_what_it_held():
    async def read() -> None:
        held = Bodies(100, 10)
        with pytest.raises(Gone):
            async with held.reading(scope(), Sender(b"a" * 40, ends=False, leaves=True).receive, 60):
                pass
        assert held.held == 0

    asyncio.run(read())


def test_each_megabyte_has_its_time():
    async def read() -> None:
        held = Bodies(100_000_000, 0.2)
        clock = asyncio.get_running_loop().time
        for megabytes in (0, 2):
            client, began = Sender(b"a" * 1_000_000 * megabytes, ends=False), clock()
            async with refused(408), held.reading(scope(), client.receive, 60_000_000):
                pass
            assert clock() - began >= 0.2 * (1 + megabytes) - 0.01

    asyncio.run(read())


# --- who is refused learns of it, over a connection of its own ---


@pytest.fixture(scope="module")
def refusing() -> Iterator[int]:
    """The port of a server that refuses everything with 413, without reading it."""

    async def app(scope, receive, send) -> None:
        if scope["type"] == "http":
            await refuse(errors.too_large(10), scope, receive, send)

    app_seen = Observer(app, lambda _: None, ())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = configure(app_seen, "127.0.0.1", 0, Settings(head_s=LONG_S))
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def ask(port: int, head: bytes, body: bytes) -> tuple[int, dict, bytes]:
    """Write all of it, then read: status, error, and what came after the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: test\r\n" + head + b"\r\n" + body)
        received = b""
        while part := client.recv(65_536):
            received += part
    head, _, rest = received.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    return int(head.split(b" ")[1]), json.loads(rest)["error"], rest


def test_a_client_that_writes_first_sees_the_answer(refusing):
    size = 30_000_000  # more than any buffer on the way
    status, error, _ = ask(refusing, b"content-length: %d\r\n" % size, b"a" * size)
    assert (status, error["code"]) == (413, "too_large")
    chunks = b"f4240\r\n" + b"a" * 1_000_000 + b"\r\n"
    status, error, _ = ask(refusing, b"transfer-encoding: chunked\r\n", chunks * 30 + b"0\r\n\r\n")
    assert (status, error["code"]) == (413, "too_large")


def test_one_that_never_ends_is_cut_off(refusing, monkeypatch):
    monkeypatch.setattr(bodies, "DROPPED_BYTES", 5_000_000)
    with socket.create_connection(("127.0.0.1", refusing), timeout=LONG_S) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000000\r\n\r\n")
        with pytest.raises(OSError):
            client.sendall(bytes(200_000_000))


def test_one_that_stops_sending_is_cut_off(refusing, monkeypatch):
    monkeypatch.setattr(bodies, "DROPPED_S", 0.2)
    status, error, _ = ask(refusing, b"content-length: 1000000\r\n", b"a" * 100)
    assert (status, error["code"]) == (413, "too_large")

"""What a client can do to a connection: send without end, wait, read nothing, come in crowds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import uvicorn
from uvicorn.server import ServerState

from space.service.admission import connections
from space.service.admission.connections import HEAD_BYTES, Connection, tend
from space.service.settings import Settings

LONG_S = 30  # for a busy machine; no test waits for it when all is well
ASK = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n"


@dataclass
class Serving:
    """A server of one small application, and what became of its connections.

    release: /held answers once it is set; asked: paths of requests that began
    """

    port: int = 0
    state: ServerState = field(default_factory=ServerState)
    ended: Counter = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def app(self, scope, receive, send) -> None:
        self.asked.append(scope["path"])
        if scope["path"] == "/held":
            await self.release.wait()
        body = b"x" * (64_000_000 if scope["path"] == "/large" else 2)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def connect(self, content: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(content)
        return reader, writer

    async def until(self, holds: Callable[[], bool]) -> None:
        """Tend the connections until it holds."""
        async with asyncio.timeout(LONG_S):
            while not holds():
                tend(list(self.state.connections))
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(
    connections: int = 100, held_bytes: int = 100_000_000, head_s: float = LONG_S, unread_s: float = LONG_S
) -> AsyncIterator[Serving]:
    server = Serving()
    settings = Settings(connections=connections, held_bytes=held_bytes, head_s=head_s, unread_s=unread_s)
    config = uvicorn.Config(server.app, interface="asgi3", ws="none", log_config=None, access_log=False)
    config.load()

    def connection() -> Connection:
        return Connection(
            settings,
            lambda reason: server.ended.update([reason]),
            config=config,
            server_state=server.state,
            app_state={},
        )

    listening = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for one in list(server.state.connections):
            one.transport.abort()


async def answers(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes, also by a reset."""
    received = b""
    try:
        async with asyncio.timeout(LONG_S):
            while part := await reader.read(65_536):
                received += part
    except ConnectionResetError:
        pass
    return received


async def closed(reader: asyncio.StreamReader) -> bool:
    return not (await answers(reader)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 2 * HEAD_BYTES,
        b"GET / HTTP/1.1\r\nx: " + b"a" * 1_000_000,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * HEAD_BYTES,
        b"GET /" + b"a" * (HEAD_BYTES + 1) + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_a_long_head_is_refused_before_its_end(head):
    async def ask() -> None:
        async with serving() as server:
            reader, writer = await server.connect(head)
            assert (await answers(reader)).startswith(b"HTTP/1.1 431 ")
            assert server.asked == [] and server.ended == {"head": 1}
            writer.close()

    asyncio.run(ask())


def test_trailers_are_not_collected_without_end():
    """What follows the last chunk counts as a head does."""
    head = b"POST /held HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"

    async def ask() -> None:
        async with serving() as server:
            for trailers in (b"x: " + b"a" * 2_000_000, b"x: y\r\n" * HEAD_BYTES):
                reader, writer = await server.connect(head)
                await server.until(lambda: server.asked == ["/held"])
                server.asked.clear()
                writer.write(trailers)
                assert (await answers(reader)).startswith(b"HTTP/1.1 431 ")
                writer.close()

    asyncio.run(ask())


@pytest.mark.parametrize("begun", [b"", b"GE", b"GET / HTTP/1.1\r\nhost:", ASK + b"GET /"])
def test_a_head_that_does_not_come_ends_the_connection(begun):
    async def ask() -> None:
        async with serving(head_s=0.2) as server:
            reader, writer = await server.connect(begun)
            await server.until(lambda: server.ended == {"slow": 1})
            assert (await answers(reader)).count(b"HTTP/1.1 200") == begun.count(ASK)
            writer.close()

    asyncio.run(ask())


def test_a_request_that_is_being_answered_is_not_late():
    async def ask() -> None:
        async with serving(head_s=0.1) as server:
            reader, writer = await server.connect(ASK.replace(b"/ ", b"/held ", 1))
            await server.until(lambda: bool(server.asked))
            await asyncio.sleep(0.3)
            tend(list(server.state.connections))
            server.release.set()
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()

    asyncio.run(ask())


def test_one_request_may_wait_for_the_one_before_and_no_more():
    """A client that sends ten at once gets two answers and a closed connection, not ten places in memory."""

    async def ask() -> None:
        async with serving() as server:
            reader, writer = await server.connect(ASK.replace(b"/ ", b"/held ", 1) + ASK * 9)
            await server.until(lambda: bool(server.asked))
            writer.write(ASK * 100)
            server.release.set()
            assert (await answers(reader)).count(b"HTTP/1.1 200") == 2
            assert server.asked == ["/held", "/"] and not server.ended
            writer.close()

    asyncio.run(ask())


def test_an_answer_that_nobody_reads_is_given_up():
    async def ask() -> None:
        async with serving(unread_s=0.3) as server:
            reader, writer = await server.connect(ASK.replace(b"/ ", b"/large ", 1))
            await server.until(lambda: server.ended == {"unread": 1})
            await server.until(lambda: not server.state.connections)
            assert len(await answers(reader)) < 64_000_000
            writer.close()

    asyncio.run(ask())


def test_an_answer_that_is_read_without_haste_arrives(monkeypatch):
    """It takes more than a client may read nothing at all, by a clock that goes on with each part read."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(connections.time, "monotonic", lambda: clock.now)

    async def ask() -> None:
        async with serving(unread_s=30) as server:
            reader, writer = await server.connect(ASK.replace(b"/ ", b"/large ", 1))
            size = 0
            while size < 64_000_000:
                size += len(await reader.read(65_536))
                clock.now += 0.1
                tend(list(server.state.connections))
            assert clock.now > 60 and not server.ended
            writer.close()

    asyncio.run(ask())


def test_unread_answers_together_have_a_limit():
    async def ask() -> None:
        async with serving(held_bytes=150_000_000) as server:
            clients = [await server.connect(ASK.replace(b"/ ", b"/large ", 1)) for _ in range(6)]
            await server.until(lambda: len(server.asked) == 6)
            tend(list(server.state.connections))
            assert 3 <= server.ended["unread"] <= 5
            assert sum(one.held for one in server.state.connections) <= 150_000_000
            for _, writer in clients:
                writer.close()

    asyncio.run(ask())


def test_a_crowd_gives_way_to_those_who_ask():
    """Connections that only stand there make room; none that is at work does."""

    async def ask() -> None:
        async with serving(connections=3) as server:
            busy = [await server.connect(ASK.replace(b"/ ", b"/held ", 1))]
            idle = [await server.connect() for _ in range(2)]
            await server.until(lambda: len(server.state.connections) == 3 and bool(server.asked))
            for _ in range(5):
                reader, writer = await server.connect(ASK)
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
                writer.close()
            assert await closed(idle[0][0])
            busy += [await server.connect(ASK.replace(b"/ ", b"/held ", 1)) for _ in range(2)]
            await server.until(lambda: server.asked.count("/held") == 3)
            reader, writer = await server.connect()
            assert b"HTTP/1.1 503 " in await answers(reader)
            server.release.set()
            for reader, _ in busy:
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            for _, writer in (*busy, *idle):
                writer.close()

    asyncio.run(ask())


@pytest.mark.parametrize("path", ["/held", "/large"])
def test_a_crowd_that_makes_the_server_wait_gives_way(path):
    """Bodies that do not come, and answers that nobody reads, hold no place that somebody else needs."""
    length = b"content-length: 9\r\n\r\n" if path == "/held" else b"\r\n"
    begun = b"POST %b HTTP/1.1\r\nhost: test\r\n%b" % (path.encode(), length)

    async def ask() -> None:
        async with serving(connections=3, held_bytes=1_000_000_000) as server:
            crowd = [await server.connect(begun) for _ in range(3)]
            await server.until(lambda: len(server.asked) == 3)
            tend(list(server.state.connections))
            for _ in range(3):
                reader, writer = await server.connect(ASK)
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
                writer.close()
            assert set(server.ended) == {"crowded"}
            for _, writer in crowd:
                writer.close()

    asyncio.run(ask())


def test_a_body_that_comes_stays_where_another_does_not():
    begun = b"POST /held HTTP/1.1\r\nhost: test\r\ncontent-length: 9\r\n\r\n"

    async def ask() -> None:
        async with serving(connections=2) as server:
            (reader, sending), (_, silent) = [await server.connect(begun) for _ in range(2)]
            await server.until(lambda: len(server.asked) == 2)
            sending.write(b"half")
            await server.until(lambda: sum(one.held for one in server.state.connections) == 4)
            other, writer = await server.connect(ASK)
            assert (await other.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            sending.write(b" more")
            server.release.set()
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            assert server.ended == {"crowded": 1}
            for one in (sending, silent):
                one.close()

    asyncio.run(ask())


def test_what_is_no_http_is_told_so():
    async def ask() -> None:
        async with serving() as server:
            reader, writer = await server.connect(b"\x16\x03\x01\x02\x00\x01\x00")
            assert (await answers(reader)).startswith(b"HTTP/1.1 400 ")
            assert server.ended == {"malformed": 1}
            writer.close()

    asyncio.run(ask())

"""An open-loop load generator: each request has its time of sending before the first one is sent.

Users do not wait for each other's answers, so neither does this client: a request goes out at its
time on a free connection or a new one, however slow the server is, and its latency counts from
the intended time, not from the moment the client got round to it. (A client that waits before it
sends leaves out the very requests that would have been slow: "coordinated omission".)

Run as a process of its own, `python open_loop.py < plan.json > outcome.json`, so that neither the
server nor whoever measures shares its interpreter.

    plan: {"port", "path", "headers": {name: value}, "bodies": [text, ...],
           "times": [seconds from the start, rising], "which": [index of the body, one each],
           "timeout": seconds}
    outcome: {"sent_late": [seconds], "latency": [seconds], "status": [HTTP status, 0 for none],
              "retry_after": [the header or null], "answers": [{answer: how often} for each body],
              "cpu": seconds of processor time}
"""

import asyncio
import contextlib
import gc
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass

import uvloop

MOST_CONNECTIONS = 1000
OLDEST_IDLE_S = 2.0  # servers close idle connections after 5 s or more; one that old may be closing
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *([^\r]*)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(eq=False)
class Request:
    number: int
    content: bytes
    timer: asyncio.TimerHandle | None = None
    reused: bool = False  # sent on a connection that had served another request


class Connection(asyncio.Protocol):
    """One keep-alive connection, with at most one request on it."""

    def __init__(self, client: "Client"):
        self.client = client
        self.transport: asyncio.Transport | None = None
        self.request: Request | None = None
        self.received = bytearray()
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def send(self, request: Request) -> None:
        self.request = request
        self.received.clear()
        self.transport.write(request.content)

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0 or self.request is None:
            return
        head = bytes(self.received[:end])
        length = int(_LENGTH.search(head)[1])
        if len(self.received) < end + 4 + length:
            return
        request, self.request = self.request, None
        self.client.finish(request, int(head[9:12]), bytes(self.received[end + 4 :]), _RETRY.search(head))
        if _CLOSE.search(head):
            self.transport.close()
        else:
            self.idle_since = self.client.loop.time()
            self.client.idle.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.client.forget(self)
        request, self.request = self.request, None
        if request is None:
            return
        if request.reused and not self.received:  # the server closed it while the request was on its way
            self.client.send_anew(request)
        else:
            self.client.finish(request, 0, b"", None)


class Client:
    """Sends what a plan says and keeps what comes back."""

    def __init__(self, plan: dict):
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.start = self.loop.time() + 0.1
        count = len(plan["times"])
        self.sent_late, self.latency = [0.0] * count, [0.0] * count
        self.status, self.retry_after = [0] * count, [None] * count
        self.answers = [Counter() for _ in plan["bodies"]]
        self.idle: list[Connection] = []
        self.open = 0
        self.left = count
        self.done = self.loop.create_future()
        self.opening: set[asyncio.Task] = set()
        contents = [body.encode("utf-8") for body in plan["bodies"]]
        headers = "".join(f"{name}: {value}\r\n" for name, value in plan["headers"].items())
        self.contents = [
            f"POST {plan['path']} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{headers}"
            f"content-length: {len(content)}\r\n\r\n".encode()
            + content
            for content in contents
        ]

    async def run(self) -> None:
        for number, (offset, which) in enumerate(zip(self.plan["times"], self.plan["which"], strict=True)):
            delay = self.start + offset - self.loop.time()
            if delay > 0:
                await asyncio.sleep(delay)
            self.sent_late[number] = max(0.0, self.loop.time() - self.start - offset)
            self._send(Request(number, self.contents[which]))
        if self.left:
            await self.done

    def _send(self, request: Request) -> None:
        request.timer = self.loop.call_later(self.plan["timeout"], self.finish, request, 0, b"", None)
        oldest = self.loop.time() - OLDEST_IDLE_S
        if self.idle and self.idle[-1].idle_since >= oldest:
            request.reused = True
            self.idle.pop().send(request)
        else:
            self.send_anew(request)

    def send_anew(self, request: Request) -> None:
        """Send on a new connection; a client that has none left has failed, and says so."""
        request.reused = False
        if self.open >= MOST_CONNECTIONS:
            return self.finish(request, 0, b"", None)
        self.open += 1
        task = self.loop.create_task(self._connect(request))
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)
        return None

    async def _connect(self, request: Request) -> None:
        try:
            _, connection = await self.loop.create_connection(
                lambda: Connection(self), "127.0.0.1", self.plan["port"]
            )
        except OSError:
            self.open -= 1
            self.finish(request, 0, b"", None)
        else:
            connection.send(request)

    def forget(self, connection: Connection) -> None:
        self.open -= 1
        with contextlib.suppress(ValueError):
            self.idle.remove(connection)

    def finish(self, request: Request, status: int, answer: bytes, retry: re.Match | None) -> None:
        if request.timer is None:
            return  # it had timed out
        request.timer.cancel()
        request.timer = None
        number = request.number
        self.latency[number] = self.loop.time() - self.start - self.plan["times"][number]
        self.status[number] = status
        if status == 200:
            self.answers[self.plan["which"][number]][answer] += 1
        elif retry is not None:
            self.retry_after[number] = retry[1].decode("latin-1")
        self.left -= 1
        if self.left == 0:
            self.done.set_result(None)

    def outcome(self) -> dict:
        return {
            "sent_late": self.sent_late,
            "latency": self.latency,
            "status": self.status,
            "retry_after": self.retry_after,
            "answers": [{body.decode(): count for body, count in seen.items()} for seen in self.answers],
            "cpu": time.process_time(),
        }


async def follow(plan: dict) -> dict:
    """Run a plan; returns its outcome."""
    client = Client(plan)
    gc.freeze()
    gc.disable()  # a pause of the client's would count as the server's
    await client.run()
    return client.outcome()


if __name__ == "__main__":
    json.dump(uvloop.run(follow(json.load(sys.stdin))), sys.stdout)

"""What an attack is: an input, what the real Space may answer to it, and how the Space fared meanwhile.

To add one, put an `Input` into a table (`INPUTS` of a module here that test_attack.py names).
"""

import http.client
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from running_space import RunningSpace, function_of

PATIENCE_S = 60.0  # for one answer on a busy machine
NO_ANSWER = 0  # the server closed the connection
STALL_S = 1.0  # the longest that /livez may take beside any input
BLOCKED_S = 10.0  # a wait that counts, whoever computed meanwhile
PROBE_S = 0.02  # between two looks at /livez


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Target:
    """The Space under attack. secret: in its environment and in `file`, and nowhere else"""

    space: RunningSpace
    secret: str
    file: Path
    _functions: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.space.url.removeprefix("http://").split(":")
        return host, int(port)

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The path goes out as it is: no client tidies it up. Host is the server's own unless given."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)
        given = {"host": "{}:{}".format(*self.address)} | {k.lower(): v for k, v in (headers or {}).items()}
        if body is not None:
            given.setdefault("content-length", str(len(body)))
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders()
            with suppress(ConnectionError):  # refused while it is still being sent: the answer is there
                connection.send(body or b"")
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        except (ConnectionError, http.client.HTTPException):
            return Answer(NO_ANSWER, {}, b"")
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE_S)

    def join(self, data: list, **changed: object) -> Answer:
        """Send an event as the page does when "Highlight" is pressed, with `data` for its inputs."""
        event = {"data": data, "fn_index": self.function("run"), "session_hash": uuid.uuid4().hex[:11]}
        body = json.dumps({"event_data": None, "trigger_id": None} | event | changed).encode()
        return self.send("POST", "/gradio_api/queue/join", headers=JSON, body=body)

    def fetch(self, session: str) -> Answer:
        """The answers to the events of a session, as the stream that the page reads."""
        return self.send("GET", f"/gradio_api/queue/data?session_hash={session}")

    def function(self, button: str) -> int:
        """The number of what a button of the page calls."""
        if button not in self._functions:
            self._functions[button] = function_of(self.send("GET", "/config").json(), button)
        return self._functions[button]

    def wait_for_room(self) -> None:
        """Until no text waits: what was sent may be worked on after it was answered."""
        until = time.monotonic() + PATIENCE_S
        while b"clinstill_queue_texts 0.0" not in self.send("GET", "/metrics").body:
            assert time.monotonic() < until
            time.sleep(PROBE_S)

    def processor_s(self) -> float:
        """The processor time that the process has used so far; the clock where that cannot be read."""
        stat = Path(f"/proc/{self.space.process.pid}/stat")
        if not stat.exists():
            return time.perf_counter()
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        """The memory that the process has resident now."""
        return self._memory("VmRSS")

    def peak_bytes(self) -> int:
        """The most memory that the process has had resident so far."""
        return self._memory("VmHWM")

    def _memory(self, name: str) -> int:
        """Bytes, by their name in Linux's account of the process."""
        status = Path(f"/proc/{self.space.process.pid}/status").read_text()
        return 1024 * int(status.split(f"{name}:")[1].split()[0])


JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Input:
    """run: sends it and returns the answer; expected: the statuses that this may have"""

    name: str
    run: Callable[[Target], Answer]
    expected: frozenset[int]


def attack(name: str, *expected: int) -> Callable[[Callable[[Target], Answer]], Input]:
    """Makes an input of the function below it, for what one request cannot say."""
    return lambda run: Input(name, run, frozenset(expected))


def request(
    method: str,
    path: str,
    *expected: int,
    name: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Input:
    """An input that is one request."""
    return Input(
        name or f"{method} {path}"[:80],
        lambda target: target.send(method, path, headers=headers, body=body),
        frozenset(expected),
    )


@dataclass
class Watch:
    """Looks at /livez all the time.

    Attributes:
        slowest_s: The longest that a look has waited since `begin`, while the Space computed.
        asked: When the last look to end began.
    """

    target: Target
    slowest_s: float = 0.0
    asked: float = 0.0
    _began: float = field(default_factory=time.perf_counter)
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self.slowest_s, self._began = 0.0, time.perf_counter()

    def settle(self) -> None:
        """Wait for a look that begins now: what was sent may be worked on after it was answered."""
        now = time.perf_counter()
        while self.asked < now:
            time.sleep(PROBE_S / 4)

    def look(self) -> None:
        while not self._stop.wait(PROBE_S):
            asked, used = time.perf_counter(), self.target.processor_s()
            answered = False
            with suppress(TimeoutError):  # else nobody would look any more, and `settle` wait for ever
                answered = self.target.send("GET", "/livez").status == 200
            waited = time.perf_counter() - asked if answered else float("inf")
            # Of a short wait, what the Space itself did not compute other programs of the machine took.
            seconds = min(waited, self.target.processor_s() - used) if waited < BLOCKED_S else waited
            if asked >= self._began:
                self.slowest_s = max(self.slowest_s, seconds)
            self.asked = asked

    @contextmanager
    def running(self) -> Iterator["Watch"]:
        thread = threading.Thread(target=self.look, daemon=True)
        thread.start()
        yield self
        self._stop.set()
        thread.join()


@dataclass
class Tally:
    """What the summary tells."""

    tried: int = 0
    survived: int = 0
    slowest_s: float = 0.0
    slowest: str = ""
    peak_bytes: int = 0

    def add(self, name: str, slowest_s: float) -> None:
        self.survived += 1
        if slowest_s > self.slowest_s:
            self.slowest_s, self.slowest = slowest_s, name

    def __str__(self) -> str:
        return (
            f"{self.tried} inputs tried, {self.survived} survived; /livez took at most "
            f"{self.slowest_s * 1000:.0f} ms (beside: {self.slowest}); "
            f"{self.peak_bytes / 1e6:.0f} MB of memory at most"
        )

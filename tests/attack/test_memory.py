"""The memory that docs/operating.md says is enough holds under the worst mix of what is allowed and what is
refused, all of it at the same time."""

import http.client
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from attacking import JSON, PATIENCE_S, Target
from running_space import ask, serve
from stall_inputs import DENSE, asked, head

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
MIX_S = 6.0
ROW = json.dumps({"text": "Aspirin caused tremor. " * 400}).encode() + b"\n"


def stated_bytes() -> int:
    found = re.search(r"give it (\d+) MB", OPERATING.read_text(encoding="utf-8"))
    assert found
    return int(found[1]) * 2**20


def half_sent(target: Target) -> socket.socket:
    """A file of nineteen megabytes whose last one does not come."""
    connection = target.connect()
    lines = (b"Content-Length: 19000000",)
    with suppress(ConnectionError):
        connection.sendall(head(target, b"POST /v1/files?name=a.jsonl HTTP/1.1", *lines) + bytes(18_000_000))
    return connection


def whole_file(target: Target) -> None:
    """A file of twenty megabytes, whose answer is read as it comes until the mix ends."""
    connection = http.client.HTTPConnection(*target.address, timeout=MIX_S)
    with suppress(OSError, http.client.HTTPException):
        connection.request("POST", "/v1/files?name=a.jsonl", ROW * (19_500_000 // len(ROW)))
        response = connection.getresponse()
        until = time.monotonic() + MIX_S
        while time.monotonic() < until and response.read(65_536):
            pass
    connection.close()


def mix(target: Target) -> list[Callable[[], object]]:
    """What goes on at the same time, each again and again."""
    texts = [DENSE, DENSE[:-1] + "🩺", "." * len(DENSE), "中" * len(DENSE)]
    posts = [("/v1/entities", asked(text)) for text in texts * 2]
    posts += [("/v1/compare", asked(DENSE)), ("/v1/entities", b'{"texts":[' + b"[]," * 800_000 + b"[]]}")]
    posts += [("/nothing/here", bytes(30_000_000))] * 4
    requests = [lambda p=path, b=body: target.send("POST", p, headers=JSON, body=b) for path, body in posts]
    joins = [lambda text=text: target.join([text]) for text in ("中" * 200_000, "a" * 2_300_000 + "🩺")]
    page = lambda: ask(target.space.url, "run", DENSE)  # noqa: E731 — one of many like it
    return [*requests, *joins * 2, page, *[lambda: whole_file(target)] * 2]


def repeat(do: Callable[[], object], until: float) -> None:
    while time.monotonic() < until:
        with suppress(OSError, httpx.HTTPError, AssertionError):  # refused, as most of it is
            do()


def held_bytes(target: Target) -> float:
    shown = re.search(r"\nclinstill_body_bytes (\S+)", target.send("GET", "/metrics").body.decode())
    assert shown
    return float(shown[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of a process's memory from /proc")
@pytest.mark.soak
def test_the_stated_memory_holds(tmp_path):
    with serve(tmp_path, {"CLINSTILL_DEADLINE_S": "5"}) as space, ExitStack() as crowd:
        target = Target(space, "", tmp_path)
        ask(space.url, "time", "Aspirin.")  # loads each model once more
        for _ in range(30):
            crowd.enter_context(half_sent(target))
        assert 18_000_000 <= held_bytes(target) <= 40_000_000
        crowd.close()  # or no whole file would find room
        until = time.monotonic() + MIX_S
        threads = [threading.Thread(target=repeat, args=(do, until), daemon=True) for do in mix(target)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert target.peak_bytes() < stated_bytes()
        answer = target.send("POST", "/v1/entities", headers=JSON, body=asked("Aspirin caused tremor."))
        assert answer.status == 200
        ended = time.monotonic() + PATIENCE_S
        while held_bytes(target) and time.monotonic() < ended:
            time.sleep(0.2)
        assert held_bytes(target) == 0

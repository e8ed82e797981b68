"""SIGTERM: what was accepted is answered, nothing new is, and the process ends in time."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from running_space import free_port

from space.service import server
from space.service.server import Server, configure
from space.service.settings import Settings

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "support" / "drained_server.py"
LONG_S = 30  # for a busy machine; no test waits for it when all is well


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


class Running:
    def __init__(self, process: subprocess.Popen, url: str):
        self.process, self.url = process, url
        self.answers: list[int | str] = []  # statuses of work, "gone" where there was none

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=LONG_S, trust_env=False)

    def up(self) -> bool:
        try:
            return self.get("/state").status_code == 200
        except httpx.TransportError:
            return False

    def start_work(self) -> threading.Thread:
        """A client that stays attached until its work is done."""
        client = threading.Thread(target=self.work)
        client.start()
        until(lambda: self.get("/state").text == "1 0")
        return client

    def work(self) -> None:
        try:
            self.answers.append(self.get("/work").status_code)
        except httpx.TransportError:
            self.answers.append("gone")

    def signal(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@pytest.fixture
def start():
    """start(drain_s) -> Running"""
    started = []

    def run(drain_s: float) -> Running:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, PROGRAM, str(port), str(drain_s)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        running = Running(process, f"http://127.0.0.1:{port}")
        until(running.up)
        return running

    yield run
    for process in started:
        process.kill()
        process.wait()


def test_accepted_work_is_answered_and_new_work_is_not_taken(start):
    running = start(LONG_S)
    client = running.start_work()
    running.signal()
    until(lambda: running.get("/state").status_code == 503)
    assert running.get("/work").status_code == 503
    assert running.answers == []
    running.get("/release")
    client.join(LONG_S)
    assert running.answers == [200]
    assert running.process.wait(LONG_S) == 0


def test_an_open_stream_does_not_block_the_end(start):
    running = start(LONG_S)
    with httpx.stream("GET", f"{running.url}/stream", timeout=LONG_S, trust_env=False) as stream:
        next(stream.iter_raw())
        running.signal()
        assert running.process.wait(10) == 0


def test_a_signal_ends_a_rest(monkeypatch):
    monkeypatch.setattr(server, "REST_S", 10 * LONG_S)

    async def run() -> None:
        resting = Server(configure(None, "127.0.0.1", 0, Settings()), lambda: None, lambda: True, LONG_S)
        ticking = asyncio.create_task(resting.main_loop())
        await asyncio.sleep(0)
        resting.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(ticking, LONG_S)

    asyncio.run(run())


def test_a_taken_port_is_said_and_ends_it(start):
    port = start(1).url.rpartition(":")[2]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    second = subprocess.run(
        [sys.executable, PROGRAM, port, "1"], env=environment, capture_output=True, text=True
    )
    assert second.returncode == 2
    assert f"space: cannot listen at http://127.0.0.1:{port}; is the port taken?" in second.stderr
    assert "Traceback" not in second.stderr


def test_work_that_takes_too_long_is_cut_short(start):
    running = start(0.2)
    client = running.start_work()
    running.signal()
    assert running.process.wait(10) == 1
    client.join(LONG_S)
    assert running.answers in ([500], ["gone"])


def test_a_second_signal_ends_it_at_once(start):
    running = start(LONG_S)
    client = running.start_work()
    running.signal()
    until(lambda: running.get("/state").status_code == 503)
    running.signal()
    assert running.process.wait(5) == 1
    client.join(LONG_S)
    assert running.answers in ([500], ["gone"])

"""The load generator against servers whose behaviour is known, and the arithmetic around it."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from load_phases import GENERATOR, arrivals, summarise
from load_report import checks
from load_run import Run, find_capacity, first_guess
from load_texts import LENGTH, Ask, invented, short_texts, spread
from running_space import SPACE, free_port

from space.engine import load, special_tokens, tokenise

Answer = Callable[[int, bytes], bytes]  # number of the request, its body -> the whole response


def response(status: int, body: bytes = b"{}", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@contextmanager
def server(answer: Answer, keep_alive: bool = True) -> Iterator[int]:
    """A one-threaded server on loopback that answers one request after another; gives its port."""
    started, loop, numbers = threading.Event(), asyncio.new_event_loop(), iter(range(10**6))
    ports = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().partition("content-length:")[2].split()[0])
                writer.write(answer(next(numbers), await reader.readexactly(length)))
                if not keep_alive:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def start() -> None:
        listening = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1000)
        ports.append(listening.sockets[0].getsockname()[1])
        started.set()

    def run() -> None:
        loop.create_task(start())
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def generate(port: int, times: list[float], bodies: tuple[str, ...] = ("a",), timeout: float = 20) -> dict:
    plan = {
        "port": port,
        "path": "/v1/entities",
        "headers": {"x-one": "1"},
        "bodies": bodies,
        "times": times,
        "which": [number % len(bodies) for number in range(len(times))],
        "timeout": timeout,
    }
    command = [sys.executable, GENERATOR]
    return json.loads(
        subprocess.run(command, input=json.dumps(plan), stdout=-1, text=True, check=True).stdout
    )


def test_a_stalled_server_delays_every_request_that_was_due_meanwhile():
    """A client that waits for its answers would report one slow request instead of about thirty."""

    def stall_once(number: int, body: bytes) -> bytes:
        if number == 10:
            time.sleep(0.6)
        return response(200)

    times = [number / 100 for number in range(100)]
    with server(stall_once) as port:
        outcome = generate(port, times)
    assert outcome["status"] == [200] * 100
    slow = np.array(outcome["latency"]) > 0.3
    assert 25 <= slow.sum() <= 75


def test_answers_and_rejections_are_told_apart():
    def every_second(number: int, body: bytes) -> bytes:
        return response(200, body.upper()) if number % 2 == 0 else response(429, headers="Retry-After: 2\r\n")

    with server(every_second) as port:
        outcome = generate(port, [number / 50 for number in range(20)], bodies=("same",))
    assert sorted(outcome["status"]) == [200] * 10 + [429] * 10
    assert [retry for retry in outcome["retry_after"] if retry] == ["2"] * 10
    assert outcome["answers"] == [{"SAME": 10}]


def test_a_server_that_closes_each_connection_loses_no_request():
    with server(lambda number, body: response(200), keep_alive=False) as port:
        assert generate(port, [number / 200 for number in range(100)])["status"] == [200] * 100


def test_no_server_and_no_answer_are_failures_not_waits():
    assert generate(free_port(), [0.0, 0.01])["status"] == [0, 0]
    with server(lambda number, body: b"") as port:
        assert generate(port, [0.0, 0.01], timeout=0.3)["status"] == [0, 0]


def test_arrivals_are_fixed_in_advance_and_come_at_the_rate():
    assert arrivals(50, 10, seed=1) == arrivals(50, 10, seed=1) != arrivals(50, 10, seed=2)
    times = np.array(arrivals(100, 100, seed=1))
    assert len(times) == pytest.approx(10_000, rel=0.05)
    assert times.min() >= 0 and times.max() < 100 and (np.diff(times) > 0).all()
    assert np.diff(times).std() == pytest.approx(0.01, rel=0.05)  # a Poisson process, not a metronome


@pytest.mark.parametrize("start", [40, 75, 80, 130])
def test_the_capacity_is_the_highest_rate_held(start):
    assert find_capacity(lambda rate: rate <= 77, start, 5) == 75


def test_a_server_that_holds_nothing_has_no_capacity():
    assert find_capacity(lambda rate: False, 40, 5) is None


ENTITY = {"start": 0, "end": 1, "label": "Chemical", "score": 0.5, "text": "a"}
ASK = Ask("a b", '{"text": "a b"}', [ENTITY])


def phase(rate: float = 10.0, **outcome):
    right = json.dumps({"results": [{"entities": [ENTITY]}]})
    given = {
        "sent_late": [0.001] * 4,
        "latency": [0.01, 0.02, 0.2, 0.03],
        "status": [200, 200, 200, 429],
        "retry_after": [None, None, None, "1"],
        "answers": [{right: 3}],
        "cpu": 1.0,
    }
    return summarise([ASK], rate, 2.0, given | outcome, [100.0, 104.0, 105.0, 110.0], 3.0)


def test_a_phase_is_summed_up():
    found = phase()
    assert (found.sent, found.accepted, found.rejected, found.failed, found.wrong) == (4, 3, 1, 0, 0)
    assert found.p50 == pytest.approx(20) and found.slowest == pytest.approx(200)
    assert found.under_50_ms == 0.5  # the rejection and the slow answer are not
    assert found.rejection_slowest == pytest.approx(30) and found.without_retry_after == 0
    assert found.server_processors == 1.5 and found.client_processors == 0.5
    assert found.memory_growth_mb == 6
    assert not found.held and phase(status=[200] * 4).held
    assert phase(retry_after=[None] * 4).without_retry_after == 1
    assert phase(status=[200, 200, 0, 500]).failed == 2


def test_a_wrong_answer_is_seen():
    wrong = json.dumps({"results": [{"entities": [ENTITY | {"score": 0.6}]}]})
    assert phase(answers=[{wrong: 2}]).wrong == 2
    assert not phase(status=[200] * 4, answers=[{wrong: 2}]).held


def test_the_search_starts_at_the_highest_rate_held_for_a_while():
    held = {"status": [200] * 4}
    assert first_guess([phase(1, **held), phase(2), phase(3, **held), phase(4)]) == 3
    assert first_guess([phase(1), phase(2)]) == 1


def test_a_run_without_capacity_is_reported_as_such():
    run = Run(curve=[phase()])
    [check] = checks(run, deadline_ms=1000)
    assert not check.met


def test_long_texts_are_spread_among_the_short():
    assert "".join(spread(list("AB"), list("abcdef"))) == "AabcBdef"
    assert spread([], list("ab")) == ["a", "b"]


def test_texts_are_of_exactly_the_stated_length():
    tagger = load(SPACE / "bundled" / "student", threads=1)
    special = sum(map(len, special_tokens(tagger.tokenizer)))
    texts = short_texts(tagger, 20)
    assert {len(tokenise(tagger.tokenizer, text)) + special for text in texts} == {LENGTH}
    assert len(set(texts)) == 20
    assert invented(5) == invented(5)

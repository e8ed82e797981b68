"""The page waits in the service's queue like everybody, is told when it is full, and gives up its places."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import faulty_space
import httpx
import pytest
from faulty_space import SLOW, SLOW_S
from running_space import RunningSpace, ask, cancel, press, serve, visitor

from space.engine.cpu import usable_cpus
from space.service.scheduler import OPEN_PER_WORKER

NOTE = "Aspirin caused renal failure."
LONG = f"{SLOW} aspirin " * 2_000
MOST = usable_cpus() * OPEN_PER_WORKER + 1  # texts that are open, and one that waits
FULL = "more to do than it can"
VISITORS = 3
LEFT_S = 60  # until who has left is noticed; the texts would take twice as long
LONG_S = 120  # for a busy machine; no test waits for it when all is well


@pytest.fixture(scope="module")
def space(tiny_environment, tmp_path_factory) -> Iterator[RunningSpace]:
    limits = {"CLINSTILL_QUEUE": "1", "CLINSTILL_DEADLINE_S": "300"}
    program = Path(faulty_space.__file__)
    with serve(tmp_path_factory.mktemp("space"), tiny_environment | limits, program) as running:
        yield running


@asynccontextmanager
async def others(space: RunningSpace, texts: int) -> AsyncIterator[None]:
    """So many long texts wait for their answer; in the end whoever asked has left."""
    async with httpx.AsyncClient(base_url=space.url, trust_env=False, timeout=60) as client:
        asking: set[asyncio.Task] = set()
        taken = f'clinstill_requests_in_flight{{route="/v1/entities"}} {texts}.0'
        async with asyncio.timeout(LONG_S):
            while taken not in (await client.get("/metrics")).text:  # it may be refused while another waits
                if len(asking) < texts:
                    asking.add(asyncio.create_task(client.post("/v1/entities", json={"text": LONG})))
                refused, asking = await asyncio.wait(asking, timeout=0.2)
                assert {task.result().status_code for task in refused} <= {429}
        yield
        for task in asking:
            task.cancel()


def test_a_full_queue_is_a_calm_note_and_the_page_goes_on(space):
    async def ask_while_full() -> str:
        async with others(space, MOST):
            return await asyncio.to_thread(ask, space.url, "run", NOTE)

    assert FULL in asyncio.run(ask_while_full())
    assert "2 entities" in ask(space.url, "run", NOTE)


def press_until_full(client: httpx.Client) -> list[dict]:
    """The events of visitors whose texts leave room for no other. Some may have been refused: a text waits
    until a worker has ended its window, and only one may wait."""
    events, until = [], time.monotonic() + LONG_S
    while not all(one_waits(client) for _ in range(2)):
        assert time.monotonic() < until
        events.append(press(client, "run", LONG))
    return events


def one_waits(client: httpx.Client) -> bool:
    """Whether a text waits once the workers have had time to take it."""
    time.sleep(2 * SLOW_S)
    return "clinstill_queue_texts 1.0" in client.get("/metrics").text


def wait_for_room(space: RunningSpace) -> None:
    until = time.monotonic() + LEFT_S
    while FULL in ask(space.url, "run", NOTE):
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.soak
def test_texts_of_visitors_who_left_give_up_their_places(space):
    def press_and_leave() -> None:
        with visitor(space.url) as client:
            press_until_full(client)
        wait_for_room(space)

    async def leave_beside_others() -> None:
        async with others(space, MOST - VISITORS):
            await asyncio.to_thread(press_and_leave)

    asyncio.run(leave_beside_others())


def test_cancelled_texts_leave_their_places(space):
    def press_and_cancel() -> None:
        with visitor(space.url) as client, ExitStack() as listening:
            events = press_until_full(client)
            for event in events:  # whoever listens has not left
                answers = f"/gradio_api/queue/data?session_hash={event['session_hash']}"
                listening.enter_context(client.stream("GET", answers))
            for event in events:
                cancel(client, event)
            wait_for_room(space)

    async def cancel_beside_others() -> None:
        async with others(space, MOST - VISITORS):
            await asyncio.to_thread(press_and_cancel)

    asyncio.run(cancel_beside_others())

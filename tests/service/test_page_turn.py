"""The page waits in the service's queue like everybody, and is told when there is no room."""

import asyncio
from pathlib import Path

import faulty_space
import httpx
from faulty_space import SLOW
from running_space import RunningSpace, ask, serve

from space.engine.cpu import usable_cpus
from space.service.scheduler import OPEN_PER_WORKER

NOTE = "Aspirin caused renal failure."
LONG = {"text": f"{SLOW} aspirin " * 2_000}
MOST = usable_cpus() * OPEN_PER_WORKER + 1  # texts that are open, and one that waits


async def ask_while_full(space: RunningSpace) -> str:
    """What the page shows while every place is taken; whoever took one has left afterwards."""
    async with httpx.AsyncClient(base_url=space.url, trust_env=False, timeout=60) as client:
        asking: set[asyncio.Task] = set()
        while len(asking) < MOST:
            asking.add(asyncio.create_task(client.post("/v1/entities", json=LONG)))
            refused, asking = await asyncio.wait(asking, timeout=0.1)
            assert {task.result().status_code for task in refused} <= {429}
        shown = await asyncio.to_thread(ask, space.url, "run", NOTE)
        for task in asking:
            task.cancel()
    return shown


def test_a_full_queue_is_a_calm_note_and_the_page_goes_on(tiny_pair, tmp_path):
    chosen = {f"CLINSTILL_{role.upper()}": str(tiny_pair / role) for role in ("student", "teacher")}
    limits = {"CLINSTILL_QUEUE": "1", "CLINSTILL_DEADLINE_S": "300"}
    with serve(tmp_path, chosen | limits, Path(faulty_space.__file__)) as space:
        assert "more to do than it can" in asyncio.run(ask_while_full(space))
        assert "2 entities" in ask(space.url, "run", NOTE)

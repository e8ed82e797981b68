"""Turns: pages and lists are made one after another.

Each takes the event loop some milliseconds, and two hundred that are asked for at once would hold up whoever
asks whether the service lives.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HELD_S = 0.1  # whoever reads slowly keeps others waiting no longer than this


class Turns:
    """Lets in one after another, in the order in which they came."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; it ends with the context, or after `HELD_S`."""
        await self._free.acquire()
        over = False

        def end() -> None:
            nonlocal over
            if not over:
                over = True
                self._free.release()

        loop = asyncio.get_running_loop()
        timer = loop.call_later(HELD_S, end)
        try:
            yield
        finally:
            timer.cancel()
            loop.call_soon(end)  # others come before the next, also where this one never had to wait

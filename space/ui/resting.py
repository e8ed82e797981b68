"""Rest for Gradio's queue, whose loops look for events a thousand times a second even if none ever come."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from gradio.queueing import Queue


def rest_without_events(queue: Queue) -> None:
    """Let the queue's loops run only while an event waits or runs. To be called before it starts."""
    pushed = asyncio.Event()
    push = queue.push

    async def push_and_wake(**event: Any) -> Any:
        answer = await push(**event)
        pushed.set()
        return answer

    async def until_needed() -> None:
        if not len(queue) and not any(queue.active_jobs):
            pushed.clear()
            await pushed.wait()

    # Gradio has no hook.
    queue.push = push_and_wake  # type: ignore[assignment]
    for name in ("start_processing", "start_progress_updates"):
        setattr(queue, name, _resting(getattr(queue, name), until_needed))


def _resting(
    polling: Callable[[], Coroutine], until_needed: Callable[[], Awaitable[None]]
) -> Callable[[], Coroutine]:
    """A loop that does what `polling` does, and before each of its turns rests until it is needed."""

    async def run() -> None:
        turns = polling()
        try:
            while True:
                await until_needed()
                await _pass_on(turns.send(None))  # runs a turn, up to the sleep that ends it
        except StopIteration:
            return
        finally:
            turns.close()

    return run


@types.coroutine
def _pass_on(awaited: Any) -> Generator[Any, None, None]:
    """Let the event loop have what a coroutine has awaited, such as a sleep."""
    yield awaited

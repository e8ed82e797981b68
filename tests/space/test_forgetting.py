"""Answers of page events that nobody fetches are bounded."""

import asyncio
from types import SimpleNamespace

from space.ui.forgetting import UNFETCHED, Answers


def test_of_answers_that_nobody_fetches_the_oldest_go_first():
    queue = SimpleNamespace(pending_event_ids_session={}, pending_messages_per_session={})
    ended: list[int] = []

    async def clean_events(session_hash: int) -> None:
        ended.append(session_hash)

    async def join(scope, receive, send) -> None:
        queue.pending_event_ids_session[scope["session"]] = {"event"}
        queue.pending_messages_per_session[scope["session"]] = "answer"

    async def ask() -> None:
        page = SimpleNamespace(_queue=queue, fns={})
        answers = Answers(join, page, join="/join", data="/data")
        for number in range(UNFETCHED + 3):
            await answers({"type": "http", "path": "/join", "session": number}, None, None)
        async with asyncio.timeout(60):
            while len(ended) < 3:
                await asyncio.sleep(0)

    queue.clean_events = clean_events
    asyncio.run(ask())
    left = list(range(3, UNFETCHED + 3))
    assert ended == [0, 1, 2]
    assert list(queue.pending_event_ids_session) == list(queue.pending_messages_per_session) == left

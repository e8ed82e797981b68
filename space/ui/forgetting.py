"""Forgetting of visitors' texts, which Gradio would keep as long as a session may last.

Gradio keeps, for each session, the last value of every part of the page; of all events the last; and answers
until somebody fetches them. The page needs none of it: its events carry all they need, and it fetches soon.
"""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

from gradio import Blocks
from gradio.context import LocalContext
from gradio.queueing import Event
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder
from gradio.utils import cancel_tasks
from starlette.types import ASGIApp, Receive, Scope, Send

UNFETCHED_S = 10.0  # for a slow connection; the page takes one round trip
UNFETCHED = 40  # sessions at most: the answers to long notes take megabytes


class Strangers(StateHolder):
    """Every event is its session's first: what it leaves behind is dropped with it."""

    def __getitem__(self, session_id: str) -> SessionState:
        return SessionState(self.blocks)

    def __contains__(self, session_id: str) -> bool:
        return False


def forget_sessions(app: App, page: Blocks) -> None:
    """To be called before the first event."""
    app.state_holder = Strangers()
    app.state_holder.set_blocks(page)
    process = page._queue.process_events

    async def process_and_forget(events: list[Event], *more: Any) -> None:
        try:
            await process(events, *more)
        finally:
            # The queue's loops hold the last event and its task until another comes, and the task's context
            # the request, which Gradio takes from it only where nothing failed.
            LocalContext.request.set(None)
            for event in events:
                event.data = None
                event.request = None  # type: ignore[assignment]  # it is done, and nobody reads it again

    page._queue.process_events = process_and_forget  # type: ignore[method-assign,assignment]  # Gradio has no hook


class Answers:
    """ASGI middleware that drops the answers of a session once they were fetched, or that nobody fetches.

    join, data: the paths at which the page asks and at which it fetches its answers
    """

    def __init__(self, app: ASGIApp, page: Blocks, *, join: str, data: str):
        self.app, self._join, self._data = app, join, data
        self._queue, self._functions = page._queue, tuple(page.fns)
        self._listening: Counter[str] = Counter()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (self._data, self._join):
            await self.app(scope, receive, send)
        elif scope["path"] == self._data:
            await self._fetch(
                parse_qs(scope["query_string"].decode())["session_hash"][0], scope, receive, send
            )
        else:
            try:
                await self.app(scope, receive, send)
            finally:
                for session in list(self._queue.pending_event_ids_session):
                    self._set_timer(session)

    async def _fetch(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        if timer := self._timers.pop(session, None):
            timer.cancel()
        self._listening[session] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._listening[session] -= 1
            if not self._listening[session]:
                del self._listening[session]
                if self._queue.pending_event_ids_session.get(session):
                    self._set_timer(session)  # of events that came while this ended, or that still run
                else:
                    self._drop(session)

    def _set_timer(self, session: str) -> None:
        if session not in self._timers and session not in self._listening:
            loop = asyncio.get_running_loop()
            self._timers[session] = loop.call_later(UNFETCHED_S, self._expire, session)
        if len(self._timers) > UNFETCHED:
            oldest = next(iter(self._timers))
            self._timers[oldest].cancel()
            self._expire(oldest)

    def _expire(self, session: str) -> None:
        del self._timers[session]
        self._drop(session)
        task = asyncio.ensure_future(self._end(session))
        self._tasks.add(task)  # a loop keeps none
        task.add_done_callback(self._tasks.discard)

    async def _end(self, session: str) -> None:
        """Whatever of it waits or runs, nobody will be told. Gradio by itself lets run what runs."""
        await self._queue.clean_events(session_hash=session)
        await cancel_tasks({f"{session}_{function}" for function in self._functions})
        self._drop(session)

    def _drop(self, session: str) -> None:
        self._queue.pending_messages_per_session.pop(session, None)
        self._queue.pending_event_ids_session.pop(session, None)

"""uvicorn, stopped in order at the first signal.

Nothing new is accepted then; what was accepted is finished and its clients get their answers; then the
process ends.
"""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

from .admission.connections import Connection, tend
from .settings import Settings

# After the drain only streams are left that never end by themselves, such as an open page's events.
STREAMS_S = 1
DONE, CUT_SHORT, CANNOT_RUN = 0, 1, 2
TICK_S = 0.1  # as in uvicorn
REST_S = 1.0  # between two ticks where nobody is connected: each wakes a processor
_log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """A server that drains before it ends.

    Args:
        drain: Called once, at the first signal.
        idle: Whether all accepted work is answered.
        drain_s: Seconds that accepted work may take after the signal.

    Attributes:
        exit_code: 0 when all accepted work was answered; 1 when the time was over or a second signal came;
            2 when the address could not be had.
    """

    def __init__(
        self, config: uvicorn.Config, drain: Callable[[], None], idle: Callable[[], bool], drain_s: float
    ):
        super().__init__(config)
        self._drain, self._idle, self._drain_s = drain, idle, drain_s
        self._signals, self._signalled = 0, asyncio.Event()
        self._until: float | None = None
        self.exit_code = DONE

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 — uvicorn's signature
        """Count signals and end a rest; no more: a lock that draining needs may be held at the moment."""
        self._signals += 1
        asyncio.get_running_loop().call_soon_threadsafe(self._signalled.set)
        if self._signals > 1:
            self.exit_code = CUT_SHORT
            self.should_exit = self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell whoever did so by hand where, or why not, besides the log's JSON."""
        address = f"http://{self.config.host}:{self.config.port}"
        try:
            await super().startup(sockets)
        except SystemExit:  # how uvicorn says that it could not bind; the reason is in the log
            message = f"cannot listen at {address}; is the port taken? PORT and HOST change the address"
            print(f"space: {message}", file=sys.stderr)
            self.exit_code, self.should_exit = CANNOT_RUN, True
            return
        _log.info("listening at %s", address)
        if sys.stderr.isatty():
            print(f"Open {address} (Ctrl-C ends it)", file=sys.stderr)

    async def main_loop(self) -> None:
        """Tick until one is the last, as uvicorn does, but with rests."""
        counter = 0  # of ticks since the last rest; answers get a new date with every tenth
        while not await self.on_tick(counter):
            if self.server_state.connections or self._signals:
                counter += 1
                await asyncio.sleep(TICK_S)
            else:
                counter = 0
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._signalled.wait(), REST_S)

    async def on_tick(self, counter: int) -> bool:
        """Tend connections and the drain; returns whether the server shall end."""
        tend(list(self.server_state.connections))
        if self._signals and self._until is None:
            self._until = time.monotonic() + self._drain_s
            _log.info("draining: no new work is accepted")
            self._drain()
        if self._until is not None and not self.should_exit:
            if self._idle():
                self.should_exit = True
            elif time.monotonic() >= self._until:
                _log.warning("work was cut short: it took longer than the time to drain")
                self.exit_code = CUT_SHORT
                self.should_exit = True
        return await super().on_tick(counter)


def configure(
    app: Callable[..., Any],
    host: str,
    port: int,
    settings: Settings,
    ended: Callable[[str], None] = lambda _: None,
) -> uvicorn.Config:
    """Configure uvicorn for connections with limits.

    There is no access log, since a path or query may hold text; messages go where logging sends them. `ended`
    is told why this side ended a connection.
    """

    class Limited(Connection):
        def __init__(self, **of_uvicorn: Any):
            super().__init__(settings, ended, **of_uvicorn)

    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Limited,
        ws="none",  # nothing here speaks it, and its frames would pass by every limit
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=STREAMS_S,
    )

"""Log: one JSON line a request, and the libraries' records, without a word of anybody's text.

Lines are written by a thread of their own from a bounded queue: a full disk or a reader that has
stopped behind standard output loses lines (counted), but never delays or fails a request.
"""

import json
import logging
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from .observer import Seen

WAITING_LINES = 2000
# Their messages are fixed phrases. Those of other loggers may quote what was being worked on: of these
# only logger, level and place are written.
SERVICE = str(__package__).rpartition(".")[0]  # the package above
TRUSTED = ("uvicorn.", f"{SERVICE}.")


class Lines:
    """Writes lines to a file descriptor without ever making the caller wait; `lost` is told of lost ones."""

    def __init__(self, descriptor: int, lost: Callable[[], None]):
        self._descriptor, self._lost = descriptor, lost
        self._waiting: queue.Queue[str] = queue.Queue(WAITING_LINES)
        threading.Thread(target=self._write_all, name="log", daemon=True).start()

    def put(self, entry: Mapping[str, object]) -> None:
        """Queue a line; it is lost where too many wait."""
        line = json.dumps(entry, ensure_ascii=True, separators=(",", ":"))
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._lost()

    def flush(self, seconds: float) -> None:
        """Wait until every line is written or lost, at most so many seconds."""
        deadline = time.monotonic() + seconds
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks and (left := deadline - time.monotonic()) > 0:
                self._waiting.all_tasks_done.wait(left)

    def _write_all(self) -> None:
        while True:
            line = self._waiting.get()
            try:
                left = f"{line}\n".encode()
                while left:
                    left = left[os.write(self._descriptor, left) :]
            except Exception:  # the disk is full, nobody reads any more, or no memory is left for the line
                self._lost()
            finally:
                self._waiting.task_done()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


class Log:
    """Lines for API requests and for whatever else failed; probes and the page's files are only counted."""

    def __init__(self, lines: Lines):
        self.lines = lines

    def finished(self, seen: Seen) -> None:
        """Write the line of a request."""
        if not (seen.route.startswith("/v1/") or seen.status == 500):
            return
        self.lines.put(
            {
                "time": _timestamp(time.time()),
                "level": "error" if seen.status == 500 else "info",
                "event": "request",
                "request_id": seen.id,
                "method": seen.method,
                "route": seen.route,
                "status": seen.status,
                "reason": seen.reason,
                "ms": round(1000 * seen.seconds, 2),
                "queue_ms": {role: round(1000 * work.queued_s, 2) for role, work in seen.work.items()},
                "model_ms": {role: round(1000 * work.model_s, 2) for role, work in seen.work.items()},
                "texts": seen.texts,
                "characters": seen.characters,
                "entities": seen.entities,
            }
        )

    def configure(self) -> None:
        """Let the root logger, and threads that fail, write such lines and nothing else."""
        handler = _Handler(self.lines)
        logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
        log = logging.getLogger(__name__)
        logging.getLogger(SERVICE).setLevel(logging.INFO)
        threading.excepthook = lambda failure: log.error(
            "a thread ended by an exception", exc_info=failure.exc_value
        )


class _Handler(logging.Handler):
    def __init__(self, lines: Lines):
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.put(entry(record))


def entry(record: logging.LogRecord) -> dict[str, str | list[str]]:
    """Make the line of a log record.

    It has no message of a logger that is not trusted, and of an exception its type and where it was raised,
    since its message may quote the text that led to it.
    """
    made: dict[str, str | list[str]] = {
        "time": _timestamp(record.created),
        "level": record.levelname.lower(),
        "event": "log",
        "logger": record.name,
        "place": f"{record.module}:{record.lineno}",
    }
    if f"{record.name}.".startswith(TRUSTED):
        made["message"] = record.getMessage()
    if record.exc_info and record.exc_info[0] is not None:
        made["exception"] = record.exc_info[0].__name__
        innermost = traceback.extract_tb(record.exc_info[2])[-8:]  # without source lines or values
        made["raised"] = [f"{f.name} ({os.path.basename(f.filename)}:{f.lineno})" for f in innermost]
    return made


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")

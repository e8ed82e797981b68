"""What a process still holds of what it was sent: asked by a signal, answered in a file.

A program calls `answer_signals`; a test calls `ask_process`.
"""

import gc
import inspect
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

FILE = "KEPT_TEXT"  # the variable that names the file
CANARY = re.compile("canary[0-9a-f]{32}")
CANARY_BYTES = re.compile(CANARY.pattern.encode())
PATIENCE_S = 60.0


def answer_signals() -> None:
    """From now on SIGUSR1 writes what holds a canary into the file."""
    signal.signal(signal.SIGUSR1, lambda *_: _write(Path(os.environ[FILE])))


def ask_process(pid: int, file: Path) -> list[str]:
    """What holds a canary in the process, a line each: how it is reached, outermost last."""
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if file.exists():
            return json.loads(file.read_text())
        time.sleep(0.05)
    raise RuntimeError(f"the process said nothing within {PATIENCE_S} s")


def _write(file: Path) -> None:
    held = json.dumps(_holders())
    part = file.with_suffix(".part")
    part.write_text(held)
    part.rename(file)


def _holders() -> list[str]:
    gc.unfreeze()
    gc.collect()
    held = [_way(one) for one in gc.get_objects() if any(map(_has_canary, gc.get_referents(one)))]
    return held + [where for frame in sys._current_frames().values() for where in _in_frames(frame)]


def _in_frames(frame: FrameType | None) -> Iterator[str]:
    """A thread that waits may hold what it worked on last."""
    while frame is not None:
        if frame.f_globals is not globals():
            for name, value in frame.f_locals.items():
                if _has_canary(value):
                    yield f"{name} in {frame.f_code.co_qualname}"
        frame = frame.f_back


def _has_canary(held: Any) -> bool:
    if isinstance(held, str):
        return CANARY.search(held) is not None
    return isinstance(held, bytes | bytearray) and CANARY_BYTES.search(held) is not None


def _way(holder: Any, steps: int = 5) -> str:
    way, seen = [], {id(holder)}
    while holder is not None and len(way) < steps:
        way.append(_name(holder))
        referrers = [one for one in gc.get_referrers(holder) if id(one) not in seen and type(one) is not list]
        holder = next(iter(referrers), None)
        seen.add(id(holder))
    return " < ".join(way)


def _name(holder: Any) -> str:
    if inspect.iscoroutine(holder) and holder.cr_frame is not None:
        return f"{holder.cr_code.co_qualname}, line {holder.cr_frame.f_lineno}, awaits {holder.cr_await}"
    return type(holder).__name__

"""Time limit for loading, since a model that nobody has vouched for may never end."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from .errors import EngineError

LIMIT_S = 60.0  # for each step; the largest encoders take a few seconds of it

Result = TypeVar("Result")


def within_limit(what: str, work: Callable[[], Result], stop: Callable[[], None] = lambda: None) -> Result:
    """Do `work` in a thread of its own and wait for it no longer than `LIMIT_S`.

    Args:
        what: What the message of the error names.
        work: What may take too long.
        stop: Makes `work` end early, where there is a way. Where there is none, the thread is left behind
            and ends with the process at the latest: no thread can be ended from outside.

    Raises:
        EngineError: Time is up. Else whatever `work` raises.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # to be raised where it is waited for
            future.set_exception(error)

    # Daemon: else the interpreter would wait for it at exit.
    threading.Thread(target=run, name="trial", daemon=True).start()
    finished = False
    try:
        finished = bool(wait([future], LIMIT_S).done)
    finally:  # Ctrl-C ends the waiting as well
        if not finished:
            stop()
    if not finished:
        raise EngineError(
            f"{what} did not end within {LIMIT_S:g} seconds; it is damaged, made to harm, or too large for "
            "this machine"
        )
    return future.result()

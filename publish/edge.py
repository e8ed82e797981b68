"""The edge of both commands: one line to standard output, one error to standard error."""

import sys
from collections.abc import Callable

from cards.errors import CardError
from space.engine import EngineError

from .errors import PublishError


def at_the_edge(command: Callable[[], int]) -> int:
    """Run a command; an error that a person can mend is printed without a traceback, exit code 2."""
    try:
        return command()
    except (PublishError, CardError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def say(text: str) -> None:
    print(text, flush=True)

"""The edge of both commands: lines to standard output, one error to standard error, and never the token."""

import logging
import sys
import traceback
from collections.abc import Callable

from huggingface_hub import get_token

from cards.errors import CardError
from space.engine import EngineError

from .errors import PublishError


def at_the_edge(command: Callable[[], int]) -> int:
    """Run a command; an error that a person can mend is printed without a traceback, exit code 2.

    A fault of ours keeps its traceback, and exit code 2 as well.
    """
    for handler in logging.getLogger("huggingface_hub").handlers:
        handler.addFilter(_redact_record)
    try:
        return command()
    except (PublishError, CardError, EngineError) as error:
        print(redact(f"error: {error}"), file=sys.stderr)
    except Exception:
        print(redact(traceback.format_exc()), file=sys.stderr)
    return 2


def say(text: str) -> None:
    print(redact(text), flush=True)


def whisper(text: str) -> None:
    """Progress, to standard error."""
    print(redact(text), file=sys.stderr, flush=True)


def redact(text: str) -> str:
    """The text without the token, wherever it came from: a server may send it back."""
    token = get_token()
    return text.replace(token, "[token]") if token else text


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), ()
    return True

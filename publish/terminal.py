"""Terminal output of both commands: lines to standard output, errors to standard error, never the token."""

import argparse
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import NoReturn

from huggingface_hub import get_token
from huggingface_hub.utils import disable_progress_bars

from cards.errors import CardError
from space.engine import EngineError

from .errors import PublishError

INTERRUPTED = 130  # as shells have it
LISTED = 10  # names in a message
_LOOKS_LIKE_A_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{20,}")


class Parser(argparse.ArgumentParser):
    """A parser whose errors repeat what was given without tokens."""

    def error(self, message: str) -> NoReturn:
        super().error(redact(message))


def run_command(command: Callable[[], int]) -> int:
    """Run a command and return its exit code.

    An error that a person can mend is printed without a traceback, exit code 2; a fault of ours keeps its
    traceback, and has exit code 2 as well. Where nobody reads on (`| head`), or at Ctrl-C, the command ends
    in the middle; what it had begun is finished by the same command.
    """
    for handler in logging.getLogger("huggingface_hub").handlers:
        handler.addFilter(_redact_record)
    try:
        return command()
    except (PublishError, CardError, EngineError) as error:
        print(redact(f"error: {error}"), file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python fails again at its end
        print("nobody reads the output, so the command ended; run it again to go on", file=sys.stderr)
    except Exception:
        print(redact(traceback.format_exc()), file=sys.stderr)
    return 2


def say(text: str) -> None:
    """A line of the result, to standard output."""
    print(redact(text), flush=True)


def progress(text: str) -> None:
    """A line about progress, to standard error."""
    print(redact(text), file=sys.stderr, flush=True)


def plain_progress() -> bool:
    """Whether lines have to tell progress, since no terminal shows the library's bars; they are off then."""
    plain = not sys.stderr.isatty()
    if plain:
        disable_progress_bars()
    return plain


def shown_size(count: int) -> str:
    """Bytes, for a person."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"


def listed(names: Iterable[str]) -> str:
    """Some names, in order, for a message."""
    ordered = sorted(names)
    more = f" and {len(ordered) - LISTED} more" if len(ordered) > LISTED else ""
    return ", ".join(ordered[:LISTED]) + more or "nothing"


def redact(text: str) -> str:
    """The text without the token, wherever it came from (a server may send it back), nor another one."""
    token = get_token()
    text = text.replace(token, "[token]") if token else text
    return _LOOKS_LIKE_A_TOKEN.sub("[token]", text)


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), ()
    return True

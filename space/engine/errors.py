"""EngineError, the engine's one exception: its message is what the user sees."""

from collections.abc import Iterator
from contextlib import contextmanager


class EngineError(Exception):
    """A model or an input cannot be used. The message says what was found and what to do next."""


@contextmanager
def explained(message: str) -> Iterator[None]:
    """Turn whatever native libraries raise within into an EngineError: `message`, and what they said.

    They have no common class of their errors, and Rust code that fails an assertion raises a PanicException,
    which PyO3 derives from BaseException.
    """
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(f"{message} ({_short(error)})") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise EngineError(f"{message} ({_short(error)})") from error


def _short(error: BaseException) -> str:
    """What an error says, on one line; an error may quote a whole file."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 500 else f"{words[:500]}..."

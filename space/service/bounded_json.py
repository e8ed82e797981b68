"""JSON of strangers, refused before its values are made where it holds too many.

Text costs a parser next to nothing, values cost it: two megabytes of "[],[],..." make a million objects
and hold every other request up for as long as that takes.
"""

import json
from collections.abc import Callable
from typing import Any

VALUES = 10_000  # some milliseconds, whatever they are


def loads(body: bytes, values: int = VALUES, number: Callable[[str], Any] | None = None) -> Any:
    """Parse JSON; lone surrogates stay what they are.

    Args:
        number: Makes a number from its digits, where int and float shall not.

    Raises:
        ValueError: It holds more values, or is no JSON in UTF-8, with or without a byte order mark.
    """
    # A parser that guesses the encoding may find values where UTF-8 has none.
    if json.detect_encoding(body) not in ("utf-8", "utf-8-sig"):
        raise ValueError("not UTF-8")
    if _more_than(values, body):
        raise ValueError(f"more than {values:,} values")
    try:
        return json.loads(body, parse_int=number, parse_float=number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _more_than(values: int, body: bytes) -> bool:
    """Whether there may be more values: each but the first follows a bracket, a comma or a colon."""
    bare = body.replace(rb"\\", b"").replace(rb"\"", b"")  # the quotation marks left begin or end strings
    parts = bare.split(b'"', 2 * values)
    if len(parts) > 2 * values:
        return True
    outside = b"".join(parts[::2])
    return sum(map(outside.count, (b"[", b"{", b",", b":"))) >= values

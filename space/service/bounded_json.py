"""JSON of strangers: how many values a body holds is known before any of them is made.

Text costs a parser next to nothing, values cost it: two megabytes of "[],[],..." make a million objects
and hold every other request up for as long as that takes.
"""

import json
from collections.abc import Callable
from typing import Any

VALUES = 10_000  # some milliseconds, whatever they are


def loads(body: bytes, values: int = VALUES, **hooks: Callable[[str], Any]) -> Any:
    """What a JSON body of at most `values` values holds; lone surrogates stay what they are.

    hooks: as `json.loads` takes them

    Raises ValueError when it holds more, when it is no JSON, and when it is not UTF-8 (with or without a
    byte order mark).
    """
    # A parser that guesses the encoding may find values where UTF-8 has none.
    if json.detect_encoding(body) not in ("utf-8", "utf-8-sig"):
        raise ValueError("not UTF-8")
    if _more_than(values, body):
        raise ValueError(f"more than {values:,} values")
    try:
        return json.loads(body, **hooks)
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

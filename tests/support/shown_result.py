"""What a result of the page carries (space/ui/result.py)."""

import html
import json
import re
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def finished(coroutine: Coroutine[None, None, T]) -> T:
    """What a coroutine returns that waits for nothing, without a loop: Playwright keeps one running."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


def data(shown: str) -> dict:
    """Text, labels, models with entities, and differences of a result's HTML."""
    [packed] = re.findall('data-result="([^"]*)"', shown)
    return json.loads(html.unescape(packed))


def mentions(shown: str) -> list[str]:
    """The texts of the entities of the only model in a result."""
    found = data(shown)
    [model] = found["models"]
    return [found["text"][start:end] for start, end, *_ in model["entities"]]

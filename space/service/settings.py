"""What operators may set: environment variables, typed and checked when the process starts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any


class SettingsError(Exception):
    """A variable is malformed. The message names it and what it may be."""


@dataclass(frozen=True)
class Settings:
    """Each field is set by the variable CLINSTILL_ and its name in capitals."""

    token: str | None = None  # asked for under /v1 when set
    queue: int = 256  # texts that may wait for a worker
    queue_s: float = 2.0  # how long a text may have to wait, by what the last ones took
    characters: int = 200_000  # of one request, all its texts together
    batch: int = 64  # texts of one request
    body_bytes: int = 2_500_000  # room for the characters, each escaped as JSON does
    file_bytes: int = 20_000_000  # body of a request to /v1/files
    held_bytes: int = 40_000_000  # of all bodies together, and again of all answers that are not read yet
    head_s: float = 10.0  # until a request's line and headers are there
    body_s: float = 10.0  # that each megabyte of a body may take to arrive
    unread_s: float = 30.0  # that a client may leave its answer unread
    connections: int = 256  # open at once
    deadline_s: float = 10.0  # from when a request is read to its answer
    drain_s: float = 25.0  # how long accepted work may take after the signal to stop
    page: bool = True  # the Gradio page at /
    mcp: bool = False  # the page's tool for language models, by the Model Context Protocol


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment such as `os.environ`; what is empty or not set has its default.

    Raises SettingsError, naming the variable, when one is malformed.
    """
    found = {}
    for field in fields(Settings):
        name = f"CLINSTILL_{field.name.upper()}"
        if value := environment.get(name):
            try:
                found[field.name] = _READERS[field.type](value)
            except ValueError as error:
                raise SettingsError(f"{name} must be {error}") from error
    settings = Settings(**found)
    if settings.held_bytes < max(settings.body_bytes, settings.file_bytes):
        raise SettingsError(
            "CLINSTILL_HELD_BYTES must be at least CLINSTILL_BODY_BYTES and CLINSTILL_FILE_BYTES, which no "
            "request could use otherwise"
        )
    return settings


def _token(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("printable ASCII, as a header can carry it")
    return value.strip()


def _whole(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or int(value) < 1:
        raise ValueError(f"a whole number, at least 1; found {value!r}")
    return int(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError(f"a number of seconds above 0; found {value!r}")
    return seconds


def _switch(value: str) -> bool:
    if value.lower() not in ("on", "off"):
        raise ValueError(f"on or off; found {value!r}")
    return value.lower() == "on"


_READERS: dict[Any, Callable[[str], Any]] = {str | None: _token, int: _whole, float: _seconds, bool: _switch}

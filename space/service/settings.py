"""Settings: environment variables, typed and checked when the process starts."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


class SettingsError(Exception):
    """A variable is malformed; the message names it and what it may be."""


def _set(default: Any, about: str) -> Any:
    """Declare a setting; `python app.py --help` shows what `about` says."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Settings:
    """Each field is set by the variable CLINSTILL_ and its name in capitals."""

    token: str | None = _set(None, "what /v1/ asks for; with one the page is off unless it is asked for")
    hosts: tuple[str, ...] = _set((), "names the server is known by, with commas between")
    queue: int = _set(256, "texts that may wait for a worker")
    queue_s: float = _set(2.0, "how long a text may have to wait, by what the last ones took")
    characters: int = _set(200_000, "of one request, all its texts together")
    batch: int = _set(64, "texts of one request")
    body_bytes: int = _set(2_500_000, "of one request: room for the characters, each escaped as JSON does")
    file_bytes: int = _set(20_000_000, "of one request to /v1/files")
    held_bytes: int = _set(40_000_000, "of all bodies together, and again of all answers not read yet")
    head_s: float = _set(10.0, "until a request's line and headers are there")
    body_s: float = _set(10.0, "that each megabyte of a body may take to arrive")
    unread_s: float = _set(30.0, "that a client may leave its answer unread")
    connections: int = _set(512, "open at once; above what may wait for a worker")
    deadline_s: float = _set(10.0, "from when a request is read to its answer")
    drain_s: float = _set(25.0, "how long accepted work may take after the signal to stop")
    page: bool = _set(True, "the Gradio page at /")
    mcp: bool = _set(False, "the page's tool for language models, by the Model Context Protocol")


def variable(name: str) -> str:
    return f"CLINSTILL_{name.upper()}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings of an environment such as `os.environ`; what is empty or not set has its default.

    Raises:
        SettingsError: A variable is malformed, or two do not fit each other.
    """
    found: dict[str, Any] = {}
    for one in fields(Settings):
        # An empty token is no default: whoever sets one wants one, and got the value wrong.
        if (value := environment.get(variable(one.name))) or (value is not None and one.name == "token"):
            try:
                found[one.name] = _READERS[one.type](value)
            except ValueError as error:
                raise SettingsError(f"{variable(one.name)} must be {error}") from error
    if "token" in found:
        found.setdefault("page", False)  # it asks for none
    settings = Settings(**found)
    if settings.held_bytes < max(settings.body_bytes, settings.file_bytes):
        raise SettingsError(
            "CLINSTILL_HELD_BYTES must be at least CLINSTILL_BODY_BYTES and CLINSTILL_FILE_BYTES, which no "
            "request could use otherwise"
        )
    return settings


def describe_settings() -> str:
    """List the variables, a line each: name, default and meaning."""
    return "\n".join(
        f"  {variable(one.name):<22} {shown(one.default):<9} {one.metadata['about']}"
        for one in fields(Settings)
    )


def shown(default: Any) -> str:
    """Write a default as an operator would; "none" where there is none."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:.10g}" if isinstance(default, int | float) else "none"


def read_port(environment: Mapping[str, str]) -> int:
    """Read PORT, 7860 by default. Raises SettingsError."""
    port = environment.get("PORT") or "7860"
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        raise SettingsError(f"PORT must be a number from 1 to 65535, found {port!r}")
    return int(port)


def _token(value: str) -> str:
    if not (value.isascii() and value.isprintable() and value.strip()):
        raise ValueError(
            "printable ASCII, as a header can carry it, and not blank; without one, do not set it"
        )
    return value.strip()


def _names(value: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    if not all(re.fullmatch(r"[a-z0-9._-]+(:\d+)?", name) for name in names):
        raise ValueError(f"names of hosts such as tagger.example.org, with commas between; found {value!r}")
    return names


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


_READERS: dict[Any, Callable[[str], Any]] = {
    str | None: _token,
    tuple[str, ...]: _names,
    int: _whole,
    float: _seconds,
    bool: _switch,
}

"""Types of what is read: files, their rows, and their limits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

IDENTITY = 1_000  # characters of an id; numbers of more digits stop programs that read them


@dataclass(frozen=True)
class Limits:
    """What a file may hold."""

    characters: int  # of one text
    rows: int
    entries: int  # of a zip
    unpacked: int  # bytes of all entries of a zip

    @property
    def record(self) -> int:
        """Characters of a line of JSON or a record of a table.

        It holds a longest text with each character written as `\\ud83d\\ude00`, and something beside it.
        """
        return 16 * self.characters


class Numeral(str):
    """A number of JSON in its own digits; as a float or an int, 1e3 or -0 would come out otherwise."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a file, or what is wrong with it: exactly one of the two is None."""

    id: str | Numeral
    text: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or an entry of a zip; each call of `open` gives its bytes from the start."""

    name: str
    open: Callable[[], IO[bytes]]


Reader = Callable[[Source, Limits], Iterator[Row]]


def lines_named(first: int, last: int) -> str:
    return f"line {first:,}" if first == last else f"lines {first:,} to {last:,}"

"""Delimited tables (csv, tsv) to rows: a record a text, under a header that names the column `text`."""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from .encoding import BROKEN, HEAD, MARK, open_text
from .row import IDENTITY, Limits, Row, Source, lines_named

DELIMITERS = ",;\t|"
COLUMNS = 1_000
NAME = 60  # characters that a column's name may have, where it is the only one and not `text`
QUOTING = "double quotation marks inside a quoted text"
_SEPARATOR = re.compile(r'"?sep=([^\w"\r\n])"?[\r\n]*', re.IGNORECASE)  # a line that Excel reads and writes
_LINE_ENDS = re.compile(r"[\r\n]+")
_BLANK_LINES = frozenset(("\n", "\r\n", "\r"))
csv.field_size_limit(sys.maxsize)  # _Feed has a limit of its own, that goes for whole records


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a record, or what is wrong with it; `where` names its lines."""

    where: str
    fields: list[str]
    error: str | None = None


def table_rows(source: Source, limits: Limits) -> Iterator[Row]:
    """Read a row of each record below the header. Raises NotText."""
    end = _line_end(source)
    delimiter, columns = _header(source, end, limits)
    if wrong := _wrong_with(columns):
        yield Row(source.name, None, wrong)
        return
    text = columns.index("text") if "text" in columns else 0
    identity = columns.index("id") if "id" in columns else None
    with open_text(source, end) as file:
        records = _records(file, delimiter, limits)
        next(records)
        for number, record in enumerate(records, start=1):
            row = f"{source.name}:{number}"
            fields = record.fields
            given = "" if identity is None or identity >= len(fields) else fields[identity]
            error = record.error or _misfit(fields, columns, text)
            if not error and len(given) > IDENTITY:
                error = f"the id has {len(given):,} characters, it may have {IDENTITY:,}"
            if error:
                yield Row(row, None, f"{record.where}: {error}")
            else:
                yield Row(given or row, fields[text])


def _line_end(source: Source) -> str:
    """Find what ends the first line, and so all: some programs put the other end into a text unquoted."""
    with open_text(source) as file:
        ends = _LINE_ENDS.search(file.read(HEAD))
    return "\r" if ends and "\n" not in ends[0] else "\n"  # CR CR LF comes of a conversion too many


def _header(source: Source, end: str, limits: Limits) -> tuple[str, list[str]]:
    """Find the delimiter and the names of the columns; the texts would mislead a guess."""
    with open_text(source, end) as file:
        named = _SEPARATOR.fullmatch(file.readline(16))
    found: dict[str, list[str]] = {}
    for delimiter in named[1] if named else DELIMITERS:
        with open_text(source, end) as file:
            first = next(_records(file, delimiter, limits), None)
        found[delimiter] = [] if first is None else [field.strip().lower() for field in first.fields]
        if "text" in found[delimiter]:
            return delimiter, found[delimiter]
    return max(found.items(), key=lambda item: len(item[1]))


def _wrong_with(columns: list[str]) -> str | None:
    """Say why there is no telling which column holds the texts; None where there is."""
    if len(columns) > COLUMNS:
        return f"{len(columns):,} columns; a table may have {COLUMNS:,}"
    for name in ("text", "id"):
        if columns.count(name) > 1:
            return f"{columns.count(name)} columns are called {name}; rename all but one"
    if "text" in columns:
        return None
    if any(map(BROKEN.search, columns)):
        return "the first line is not UTF-8; save the file as UTF-8"
    if len(columns) != 1:
        return "the first line should name the columns, one of them text"
    if len(columns[0]) > NAME or columns[0].endswith((".", "!", "?")):
        return "the first line looks like a text; put a line above it that says: text"
    return None


def _misfit(fields: list[str], columns: list[str], text: int) -> str | None:
    """Say what keeps a record from being read; cells may be missing at the end, or be there and empty."""
    used = len(fields)
    while used > len(columns) and not fields[used - 1]:
        used -= 1
    if used > len(columns):
        return f"{used:,} fields, the header names {len(columns):,}; quote a text that holds the delimiter"
    if used <= text:
        return f"no text, {used:,} of {len(columns):,} fields; quote a text that holds a line end"
    if any(map(BROKEN.search, fields)):
        return "not UTF-8; save the file as UTF-8"
    return None


def _records(file: TextIO, delimiter: str, limits: Limits) -> Iterator[Record]:
    """Read each record that is not blank, the header first."""
    feed = _Feed(file, delimiter, limits)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        feed.begin()
        fields: list[str] = []
        error: str | None = None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except _TooLarge:
            feed.skip()
            error = f"more than {limits.record:,} characters or {feed.most_marks:,} delimiters in one record"
        except csv.Error as broken:
            error = _broken(broken, feed)
        put_together = feed.marked and fields == header  # the header of a file behind another
        if error or not (put_together or _blank(fields, header)):
            yield Record(lines_named(feed.first, feed.last), fields, error)
            header = header or fields


def _blank(fields: list[str], header: list[str]) -> bool:
    """Whether they are those of a blank line; in a table of one column a blank in quotes is a text."""
    return not fields or (len(header) != 1 and len(fields) == 1 and not fields[0].strip())


def _broken(error: csv.Error, feed: "_Feed") -> str:
    here = "this line is" if feed.first == feed.last else "these lines are"
    if feed.ended:
        return f"a quotation mark is never closed: {here} not read, those before are; close it, and {QUOTING}"
    if str(error).startswith("new-line"):
        found, remedy = "a line end of another kind", "quote a text that holds a line end"
    else:
        found, remedy = "quotation marks do not match", QUOTING
    return f"{found}: {here} not read, those before and behind are; {remedy}"


class _TooLarge(Exception):  # noqa: N818 — it is a finding
    """A record that would take long to parse, or much memory."""


class _Feed:
    """The lines that csv.reader asks for, counted, and for each record what it has taken so far.

    Attributes:
        first, last: Numbers of the record's lines.
        marked: Whether it begins with a byte order mark.
        ended: Whether the file has ended.
    """

    def __init__(self, file: TextIO, delimiter: str, limits: Limits):
        self._file, self._delimiter, self._most = file, delimiter, limits.record
        self.most_marks = limits.characters + COLUMNS  # a text of nothing else, and what is beside it
        self.last, self.ended = 0, False

    def begin(self) -> None:
        """Go on to the line in which the next record begins."""
        line = self._past_blank_lines()
        if self.last == 0 and _SEPARATOR.fullmatch(line):
            self.last = 1
            line = self._past_blank_lines()
        self.first, self.marked = self.last + 1, line.startswith(MARK)
        self._ahead = line.removeprefix(MARK)
        self._size = self._marks = self._quotes = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        """A line, or a part of it where it is as long as a record may be."""
        line = self._ahead or self._file.readline(self._most)
        self._ahead, self.ended = "", not line
        if self.ended:
            raise StopIteration
        self.last += 1
        self._complete = line[-1] in "\r\n"
        self._size += len(line)
        self._marks += line.count(self._delimiter)
        self._quotes += line.count('"')
        if self._size >= self._most or self._marks > self.most_marks:
            raise _TooLarge
        return line

    def skip(self) -> None:
        """Go on behind a record that is too large: to where its quotation, or else its line, ends."""
        line, complete, quotes = "not read", self._complete, self._quotes
        while (quotes % 2 or not complete) and (line := self._file.readline(self._most)):
            self.last += complete
            complete = line[-1] in "\r\n"
            quotes += line.count('"')
        self.ended = not line

    def _past_blank_lines(self) -> str:
        while (line := self._file.readline(self._most)) in _BLANK_LINES:
            self.last += 1
        return line

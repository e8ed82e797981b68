"""Rows of a file of any kind: txt, csv, tsv, jsonl, and a zip of those, by the ending of its name.

A file is read piece by piece, and nothing is written. A row that cannot be read is a row with an error, and
the rest goes on. An error says what was found and what would be right, and quotes nothing of the file.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ..errors import invalid
from .delimited import table_rows
from .encoding import BROKEN, NotText, full_of_nuls, open_text
from .jsonlines import json_rows
from .row import IDENTITY, Limits, Reader, Row, Source
from .zips import too_large, zip_rows

_PIECE = 1 << 16  # characters


def read_rows(name: str, data: bytes, limits: Limits) -> Iterator[Row]:
    """Read a file, each row when it is asked for.

    Yields:
        Rows; a row's id is the one that the file gives, else the file's name and the row's number.

    Raises:
        Refusal: The file is of another kind, or beyond the limits, once that is seen.
    """
    if not name:
        raise invalid("the file has no name; give it as ?name=notes.csv, its ending says how it is read")
    suffix = _suffix(name)
    if suffix == ".zip":
        found = zip_rows(name, data, limits, _rows)
    elif suffix in _READERS:
        found = _rows(Source(name, lambda: io.BytesIO(data)), limits)
    else:
        raise invalid(
            "the file's name should end in .txt, .csv, .tsv, .jsonl or .zip; export a spreadsheet as CSV, "
            "JSON as JSON lines, and save another document as plain text"
        )
    for number, row in enumerate(found, start=1):
        if number > limits.rows:
            raise too_large(f"a file may have {limits.rows:,} rows")
        yield _checked(row, limits)


def _rows(source: Source, limits: Limits) -> Iterator[Row]:
    if len(source.name) > IDENTITY:  # each of its rows would come back with it
        found = f"the file's name has {len(source.name):,} characters, it may have {IDENTITY:,}"
        yield Row(source.name[:IDENTITY], None, found)
        return
    reader = _READERS.get(_suffix(source.name))
    if reader is None:
        yield Row(source.name, None, "not a .txt, .csv, .tsv or .jsonl file")
        return
    try:
        yield from reader(source, limits)
    except NotText as found:
        yield Row(source.name, None, str(found))


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _checked(row: Row, limits: Limits) -> Row:
    if row.text is None:
        return row
    if len(row.text) > limits.characters:
        return replace(row, text=None, error=_too_long(len(row.text), limits))
    if full_of_nuls(row.text):
        return replace(row, text=None, error="full of NUL characters, so no text; save it as text in UTF-8")
    return row


def _too_long(characters: int, limits: Limits) -> str:
    return f"{characters:,} characters, a text may have {limits.characters:,}; split it"


def _text_rows(source: Source, limits: Limits) -> Iterator[Row]:
    """Read a file as one text. Raises NotText."""
    pieces: list[str] = []
    characters, line = 0, 1
    with open_text(source) as file:
        while piece := file.read(_PIECE):
            if broken := BROKEN.search(piece):
                line += piece.count("\n", 0, broken.start())
                yield Row(source.name, None, f"not UTF-8 in line {line:,}; save it as UTF-8")
                return
            characters += len(piece)
            line += piece.count("\n")
            if characters <= limits.characters:
                pieces.append(piece)
    if characters > limits.characters:
        yield Row(source.name, None, _too_long(characters, limits))
    else:
        yield Row(source.name, "".join(pieces))


_READERS: dict[str, Reader] = {
    ".txt": _text_rows,
    ".csv": table_rows,
    ".tsv": table_rows,
    ".jsonl": json_rows,
}

"""A file as rows of text: txt, csv, jsonl, and a zip of those. All in memory; nothing is written.

A row that cannot be read is a row with an error, and the rest goes on. An error says what was found
and what would be right, and quotes nothing of the file.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from .errors import Refusal, invalid

DELIMITERS = ",;\t|"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_BAD_BYTE = re.compile("[\udc80-\udcff]")  # as errors="surrogateescape" decodes it
_ENCRYPTED = 1  # bit of a zip entry's flags
# Other methods may unpack a few kilobytes into many megabytes in one step.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Limits:
    """What a file may hold."""

    characters: int  # of one text
    rows: int
    entries: int  # of a zip
    unpacked: int  # bytes of all entries of a zip


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a file, or what is wrong with it: exactly one of the two is None."""

    id: str | int
    text: str | None
    error: str | None = None


Reader = Callable[[str, bytes], Iterator[Row]]


def read_rows(name: str, data: bytes, limits: Limits) -> list[Row]:
    """The rows of the file `name`, whose ending tells what it is.

    A row's id is the one that the file gives, else the file's name and the number of the row. Raises
    Refusal for a file of another kind, and for one that is beyond the limits.
    """
    suffix = _suffix(name)
    if suffix == ".zip":
        found = _zip_rows(name, data, limits)
    elif suffix in _READERS:
        found = _READERS[suffix](name, data)
    else:
        raise invalid("the file's name should end in .txt, .csv, .jsonl or .zip; give it as ?name=")
    rows = []
    for row in found:
        if len(rows) == limits.rows:
            raise _too_large(f"a file may have {limits.rows:,} rows")
        rows.append(_checked(row, limits))
    return rows


def _too_large(what: str) -> Refusal:
    return Refusal(413, "too_large", f"{what}; split it")


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _checked(row: Row, limits: Limits) -> Row:
    if row.text is not None and len(row.text) > limits.characters:
        found = f"{len(row.text):,} characters, a text may have {limits.characters:,}; split it"
        return Row(row.id, None, found)
    return row


def _text_rows(name: str, data: bytes) -> Iterator[Row]:
    """The whole file is one text."""
    try:
        yield Row(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        yield Row(name, None, _not_utf8(error))


def _not_utf8(error: UnicodeDecodeError) -> str:
    return f"not UTF-8 at byte {error.start:,}; save it as UTF-8"


def _json_rows(name: str, data: bytes) -> Iterator[Row]:
    """A line, an object with "text" and perhaps "id"."""
    number = 0
    for line in io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")):
        if line.strip():
            number += 1
            yield _json_row(f"{name}:{number}", line)


def _json_row(identity: str, line: bytes) -> Row:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Row(identity, None, _not_utf8(error))
    except (ValueError, RecursionError):
        return Row(identity, None, "not JSON; a line should be one object with a text")
    if not isinstance(record, dict):
        return Row(identity, None, 'not an object; expected {"text": ...}, with "id" if you like')
    given = record.get("id")
    if type(given) in (str, int):  # True is an int, but no id
        identity = given
    elif given is not None:
        return Row(identity, None, '"id" should be a string or an integer')
    if not isinstance(record.get("text"), str):
        return Row(identity, None, '"text" is missing or no string')
    return Row(identity, record["text"])


def _csv_rows(name: str, data: bytes) -> Iterator[Row]:
    """Records under a header with the column `text`, or with one column alone; the column `id` if any."""
    # Bytes that are not UTF-8 become lone surrogates, which UTF-8 cannot hold: their rows alone are lost.
    content = data.decode("utf-8-sig", errors="surrogateescape")
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))  # _checked has a better message
    delimiter, header = _header(content)
    columns = [column.strip().lower() for column in header]
    if "text" not in columns and len(columns) != 1:
        yield Row(name, None, "the first line should name the columns, one of them text")
        return
    text = columns.index("text") if "text" in columns else 0
    identity = columns.index("id") if "id" in columns else None
    records = _records(content, delimiter)
    next(records)
    for number, fields in enumerate(records, start=1):
        row = f"{name}:{number}"
        if isinstance(fields, str):
            yield Row(row, None, fields)
        elif len(fields) != len(columns):
            found = (
                f"{len(fields)} fields under {len(columns)} columns; quote a text that holds the delimiter"
            )
            yield Row(row, None, found)
        elif _BAD_BYTE.search("".join(fields)):
            yield Row(row, None, "not UTF-8; save the file as UTF-8")
        else:
            yield Row(row if identity is None else fields[identity], fields[text])


def _header(content: str) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns. Guessing from the texts would be misled by them."""
    headers = {}
    for delimiter in DELIMITERS:
        first = next(_records(content, delimiter), [])
        headers[delimiter] = first if isinstance(first, list) else []
        if any(column.strip().lower() == "text" for column in headers[delimiter]):
            return delimiter, headers[delimiter]
    return max(headers.items(), key=lambda item: len(item[1]))


def _records(content: str, delimiter: str) -> Iterator[list[str] | str]:
    """The fields of each record that is not empty, or what is wrong with it."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield "quotation marks do not match; double those inside a quoted text"
            continue
        if fields:
            yield fields


def _zip_rows(name: str, data: bytes, limits: Limits) -> Iterator[Row]:
    """The rows of each entry, in the archive's order; a zip inside it is not opened."""
    if data.count(_DIRECTORY_ENTRY) > limits.entries:  # before a directory of millions is read
        raise _too_large(f"a zip may have {limits.entries:,} entries")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        yield Row(name, None, "not a zip archive, or a damaged one; pack it again")
        return
    entries = [entry for entry in archive.infolist() if not _is_aside(entry)]
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise _too_large(f"a zip may hold {limits.unpacked:,} bytes once unpacked")
    for entry in entries:
        reader = _READERS.get(_suffix(entry.filename))
        if reader is None:
            yield Row(entry.filename, None, "not a .txt, .csv or .jsonl file")
        elif entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
            yield Row(entry.filename, None, "encrypted, or packed by another method than deflate")
        else:
            yield from _entry_rows(archive, entry, reader)


def _entry_rows(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, reader: Reader) -> Iterator[Row]:
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size)  # read() would unpack all, whatever the directory names
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        yield Row(entry.filename, None, "damaged in the zip; pack it again")
        return
    yield from reader(entry.filename, data)


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what some systems put beside the files."""
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name.startswith(".")


_READERS: dict[str, Reader] = {".txt": _text_rows, ".csv": _csv_rows, ".jsonl": _json_rows}

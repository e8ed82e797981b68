"""Source files of corpora, as every reader needs them: their text by numbered lines, and documents."""

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .document import CorpusError, Document, Span
from .findings import Findings

_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # which UTF-32's begin or end with
_GZIP = b"\x1f\x8b"


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacked when it is gzipped (told by its first bytes, not by its name).

    Raises:
        CorpusError: the file cannot be read, its gzip data is damaged, or it is UTF-16 or UTF-32.
    """
    if Path(path).is_dir():
        raise CorpusError(f"{path}: is a folder; a file is read here (only brat takes folders)")
    try:
        data = Path(path).read_bytes()
        data = gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: cannot be read ({error}); is the file complete?") from error
    # Without a byte order mark, ASCII in UTF-16 is UTF-8 as well: every other character is then a NUL.
    if data.startswith(_OTHER_BOMS) or data[:1000].count(0) * 4 > len(data[:1000]):
        raise CorpusError(f"{path}: not UTF-8, looks like UTF-16; save it as UTF-8")
    return data


def decode(data: bytes, place: str | Path, line: int, findings: Findings) -> str:
    """UTF-8 to text. A byte that is not UTF-8 is a finding; U+FFFD then holds its place."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        byte = data[error.start]
        findings.add(place, line, f"not UTF-8: byte 0x{byte:02x} ({error.reason}); convert the file to UTF-8")
        return data.decode("utf-8", errors="replace")


def read_lines(path: Path, findings: Findings) -> Iterator[tuple[int, str]]:
    """Lines of a text file, numbered from 1, without their LF or CRLF and without a byte order mark.

    Only LF ends a line: U+2028, U+0085 and form feeds are characters of the text, unlike in
    `str.splitlines`.
    """
    lines = read_bytes(path).removeprefix(_BOM).split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, line in enumerate(lines, 1):
        yield number, decode(line, path, number, findings).removesuffix("\r")


def make_document(identifier: str, text: str, spans: Iterable[Span]) -> Document:
    """A document with its spans sorted; the same mention given twice is one mention."""
    unique = sorted(set(spans), key=lambda span: (span.start, span.end, span.label))
    return Document(id=identifier, text=text, spans=tuple(unique))

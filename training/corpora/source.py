"""What every reader of corpora shares: numbered lines, and one report of all that is broken."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .document import CorpusError, Document, Span

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


class Findings:
    """The broken places of a corpus, collected so that one reading reports all of them."""

    shown = 10

    def __init__(self, source: str | Path):
        self.source = source
        self.messages: list[str] = []

    def add(self, place: str | Path, line: int | None, message: str) -> None:
        self.messages.append(f"{place}:{line}: {message}" if line else f"{place}: {message}")

    @contextmanager
    def at(self, place: str | Path, line: int | None = None) -> Iterator[None]:
        """Turn a ValueError raised inside into a finding at this place, and go on."""
        try:
            yield
        except ValueError as error:
            self.add(place, line, str(error))

    def check(self) -> None:
        """Raise CorpusError when anything was found: the first places and how many there are."""
        if not self.messages:
            return
        count = len(self.messages)
        places = "1 broken place" if count == 1 else f"{count} broken places"
        lines = [f"{self.source}: {places}; correct the source, then run again"]
        lines += [f"  {message}" for message in self.messages[: self.shown]]
        if count > self.shown:
            lines.append(f"  ... and {count - self.shown} more")
        raise CorpusError("\n".join(lines))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked when it is gzipped (told by its first bytes, not by its name).

    Raises CorpusError when the file cannot be read or its gzip data is damaged.
    """
    try:
        data = Path(path).read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: cannot be read ({error}); is the file complete?") from error


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


def make_span(text: str, start: int, end: int, label: str, quoted: str | None = None) -> Span:
    """A span that lies in `text` and, where the source quotes the mention, reads as quoted.

    Raises ValueError otherwise.
    """
    if not label:
        raise ValueError(f"mention {start}:{end} has no label")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"mention {start}:{end} is empty or lies outside its text of {len(text)} characters")
    if quoted is not None and text[start:end] != quoted:
        raise ValueError(f"mention {quoted!r}: the text at {start}:{end} reads {text[start:end]!r}")
    return Span(start=start, end=end, label=label)


def make_document(identifier: str, text: str, spans: Iterable[Span]) -> Document:
    """A document with its spans sorted; the same mention given twice is one mention."""
    unique = sorted(set(spans), key=lambda span: (span.start, span.end, span.label))
    return Document(id=identifier, text=text, spans=tuple(unique))

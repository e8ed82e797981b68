"""Encodings: UTF-8, or UTF-16 with its byte order mark; of anything else, what it is.

Bytes that are not of the encoding become lone surrogates, which no encoding can hold, so that the row that
they stand in is lost alone.
"""

import codecs
import io
import re
from typing import TextIO

from .row import Source

HEAD = 1 << 16  # bytes, or characters, by which a file is recognised
MARK = "\ufeff"  # a byte order mark as a character: within a file where files were put together
NOT_TEXT = 8  # one character in so many that is a control character makes a text none
BROKEN = re.compile("[\ud800-\udfff]")
_MARKED = "clinstill-mark"


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(_MARKED, _mark)

_SHEET = "export the sheet as CSV, or the text as .txt, in UTF-8"
_UNPACK = "unpack it, or pack it as .zip"
_FORMATS = (
    (b"PK\x03\x04", f"a zip archive or an office file (xlsx, docx, ods): name a zip .zip; else {_SHEET}"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an office file (xls, doc): {_SHEET}"),
    (b"%PDF-", "a PDF: save its text as .txt in UTF-8"),
    (b"{\\rtf", "an RTF document: save it as plain text in UTF-8"),
    (b"\x1f\x8b", f"packed with gzip: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"packed with Zstandard: {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"packed with xz: {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"packed with 7-Zip: {_UNPACK}"),
    (b"Rar!\x1a\x07", f"packed with RAR: {_UNPACK}"),
    (b"PAR1", "a Parquet file: export it as JSON lines or CSV"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r"))
_NOT_CONTROLS = bytes(set(range(256)) - set(_CONTROLS))


class NotText(Exception):  # noqa: N818 — it is a finding
    """The bytes are no text that is read here; the message says what they are."""


def open_text(source: Source, end: str = "") -> TextIO:
    """Open a file as text, with the ends of lines as they stand.

    Args:
        source: The file.
        end: What alone ends a line, LF (CR LF too) or CR; any of them where none is given.

    Raises:
        NotText: Its bytes are no text.
    """
    with source.open() as file:
        utf16 = _is_utf16(file.read(HEAD))
    encoding, errors = ("utf-16", _MARKED) if utf16 else ("utf-8-sig", "surrogateescape")
    return io.TextIOWrapper(source.open(), encoding, errors, newline=end)


def full_of_nuls(text: str) -> bool:
    """Whether NULs make up so much of a text that it was never written as one."""
    return text.count("\0") * NOT_TEXT > len(text)


def _is_utf16(head: bytes) -> bool:
    """Whether a file that begins so is UTF-16; else it is taken for UTF-8. Raises NotText."""
    for beginning, what in _FORMATS:
        if head.startswith(beginning):
            raise NotText(what)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise NotText("UTF-32, not UTF-8; save it as UTF-8")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if _strange(head):
        raise NotText(_guess(head))
    return False


def _strange(head: bytes) -> bool:
    """Whether it holds what UTF-8 text does not: of Cyrillic in UTF-16 all bytes are UTF-8 too."""
    if len(head.translate(None, _NOT_CONTROLS)) * NOT_TEXT > len(head):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.count(0) * NOT_TEXT**2 > len(head)
    return False


def _guess(head: bytes) -> str:
    """Guess what bytes with many NULs are, by where in each four of them the NULs stand."""
    a, b, c, d = (head[place::4].count(0) for place in range(4))
    fourth = len(head) // 4
    if min(a, b) > 0.9 * fourth or min(c, d) > 0.9 * fourth:
        return "not UTF-8, looks like UTF-32; save it as UTF-8"
    if min(a + c, b + d) * NOT_TEXT < max(a + c, b + d):
        return "not UTF-8, looks like UTF-16; save it as UTF-8"
    return "not text: it is full of control characters; save it as text in UTF-8"

"""Zip archives to rows: those of each file in it, which is unpacked piece by piece."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath

from ..errors import Refusal
from .row import Limits, Row, Source

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 1  # bit of an entry's flags
# Other methods may unpack a few kilobytes into many megabytes in one step.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
_PIECE = 1 << 16


def zip_rows(
    name: str, data: bytes, limits: Limits, read: Callable[[Source, Limits], Iterator[Row]]
) -> Iterator[Row]:
    """Read each entry with `read`, in order; a zip inside is not opened. Raises Refusal beyond the limits."""
    if data.count(_DIRECTORY_ENTRY) > limits.entries:  # before a directory of millions is read
        raise too_large(f"a zip may have {limits.entries:,} entries")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        yield Row(name, None, "not a zip archive, or a damaged one; pack it again")
        return
    entries = [entry for entry in archive.infolist() if not _is_aside(entry)]
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise too_large(f"a zip may hold {limits.unpacked:,} bytes once unpacked")
    for entry in entries:
        if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
            yield Row(entry.filename, None, "encrypted, or packed by another method than deflate")
        elif not _is_sound(archive, entry):
            yield Row(entry.filename, None, "damaged in the zip; pack it again")
        else:
            yield from read(Source(entry.filename, partial(archive.open, entry)), limits)


def too_large(what: str) -> Refusal:
    """The refusal of a file that is beyond a limit."""
    return Refusal(413, "too_large", f"{what}; split it")


def _is_sound(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether it unpacks to the bytes that were packed; no more than it declares is looked at."""
    try:
        with archive.open(entry) as file:
            while file.read(_PIECE):
                pass
    except _DAMAGED:
        return False
    return True


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    """Whether it is a folder, or what some systems put beside the files."""
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name.startswith(".")

"""Files that are no files, or would take long, or much memory, to be read as such."""

import io
import json
import struct
import zipfile
from collections.abc import Callable

from attacking import Answer, Input, Target

BYTES = 5_000_000  # more than a record may have, of which every limit is a part
DEFLATED = zipfile.ZIP_DEFLATED


def filled(piece: str | bytes, before: str = "") -> Callable[[], bytes]:
    """Makes a file of `piece` again and again."""
    part = piece.encode() if isinstance(piece, str) else piece
    return lambda: (before.encode() + part * (BYTES // len(part) + 1))[:BYTES]


def packed(**files: Callable[[], bytes]) -> Callable[[], bytes]:
    def pack() -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", DEFLATED) as archive:
            for name, make in files.items():
                archive.writestr(name.replace("_", "."), make())
        return target.getvalue()

    return pack


def lying_bomb() -> bytes:
    """A zip of 50 MB that declares a hundred bytes."""
    bomb = bytearray(packed(a_txt=lambda: bytes(50_000_000))())
    size = struct.pack("<I", 50_000_000)
    while size in bomb:
        at = bomb.index(size)
        bomb[at : at + 4] = struct.pack("<I", 100)
    return bytes(bomb)


def many_entries() -> bytes:
    return packed(**{f"{number}_txt": bytes for number in range(1_001)})()


def nested_zip() -> bytes:
    return packed(b_zip=packed(a_txt=filled("x")))()


def file(about: str, name: str, make: Callable[[], bytes], *expected: int) -> Input:
    """No row of it may hold a text that would be tagged, but for what `make` puts there."""

    def run(target: Target) -> Answer:
        answer = target.send("POST", f"/v1/files?name={name}", body=make())
        if answer.status == 200:
            head, *rows = map(json.loads, answer.body.splitlines())
            assert head["rows"] == len(rows)
            assert all(("error" in row) != ("entities" in row) for row in rows)
        return answer

    return Input(f"a file of {about}", run, frozenset(expected))


INPUTS = [
    file("one line of lists", "a.jsonl", filled("[],"), 200),
    file("lists in lists", "a.jsonl", filled("["), 200),
    file("lists in lists, line by line", "a.jsonl", filled("[" * 3_000_000 + "\n"), 200),
    file("objects full of values", "a.jsonl", filled('{"text": 1, "x": [' + "[]," * 45_000 + "0]}\n"), 200),
    file("strings without an end", "a.jsonl", filled('"\\'), 200),
    file("a number of 3 million digits", "a.jsonl", filled('{"id": ' + "1" * 3_000_000 + "}\n"), 200),
    file("lines of two bytes", "a.jsonl", filled("[\n", "[]\n"), 413),
    file("empty lines", "a.jsonl", filled("\n"), 200),
    file("commas", "a.csv", filled(","), 200),
    file("commas below a header", "a.csv", filled(",", "id,text\n"), 200),
    file("commas, line by line", "a.csv", filled("a" + "," * 200_000 + "\n", "id,text\n"), 200),
    file("quotation marks", "a.csv", filled('"', "text\n"), 200),
    file("a quotation without an end", "a.csv", filled("x\n", 'text\n"'), 200),
    file("rows of one letter", "a.csv", filled("x\n", "text\n"), 413),
    file("one long text", "a.txt", filled("Aspirin. "), 200),
    file("NULs", "a.txt", filled("\0"), 200),
    file("bytes of no encoding", "a.tsv", filled(bytes(range(128, 256)), "text\n"), 200),
    file("half a character", "a.csv", filled(b"\xff\xfe\x00\xd8"), 200),
    file("zips in a zip", "a.zip", nested_zip, 200),
    file("a zip with too many entries", "a.zip", many_entries, 413),
    file("a zip of 50 MB", "a.zip", packed(a_txt=lambda: bytes(50_000_000)), 413),
    file("a zip of 50 MB that declares less", "a.zip", lying_bomb, 200),
    file("a zip of lists", "a.zip", packed(a_jsonl=filled("[],"), b_jsonl=filled("[")), 200),
    file("directory entries", "a.zip", filled(b"PK\x01\x02"), 413),
    file("no name", "", lambda: b"text", 422),
    file("another kind", "a.xlsx", lambda: b"PK\x03\x04", 422),
]

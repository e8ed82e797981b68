"""Which bytes are read as text, and what is said of the others."""

import gzip
import io
import json
import random
import zipfile

import pytest

from space.service.reading.dispatch import Limits, Row, read_rows

LIMITS = Limits(characters=1_000, rows=50, entries=20, unpacked=100_000)
TABLE = "id\ttext\r\n1\tasthma and gout 😀\r\n"
LINES = '{"id": "1", "text": "asthma and gout 😀"}\r\n'
UTF16 = "not UTF-8, looks like UTF-16; save it as UTF-8"
UTF32 = "not UTF-8, looks like UTF-32; save it as UTF-8"


def read(name: str, data: bytes) -> list[Row]:
    return list(read_rows(name, data, LIMITS))


def error(name: str, data: bytes) -> str:
    [row] = read(name, data)
    assert row.text is None
    return row.error


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_utf8_and_what_a_mark_names_utf16_are_read_in_every_kind_of_file(encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    expected = [Row("1", "asthma and gout 😀")]
    for name, content in (("a.csv", TABLE), ("a.tsv", TABLE), ("a.jsonl", LINES)):
        data = (mark + content).encode(encoding)
        assert read(name, data) == expected
        assert read("a.zip", zipped(**{name: data})) == expected
    text = "one\r\ntwo\rthree\n😀"
    assert read("a.txt", (mark + text).encode(encoding)) == [Row("a.txt", text)]
    one_column = (mark + "text\r\nasthma\r\ngout\r\n").encode(encoding)
    assert [row.text for row in read("a.csv", one_column)] == ["asthma", "gout"]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.jsonl"])
@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-16-le", UTF16),
        ("utf-16-be", UTF16),
        ("utf-32-le", UTF32),
        ("utf-32-be", UTF32),
        ("utf-32", "UTF-32, not UTF-8; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize(
    "text",
    ["text\r\nasthma", "a", LINES, "text\r\nастма и подагра", "text\r\nάσθμα και ουρική αρθρίτιδα"],
    ids=["table", "letter", "json", "Cyrillic", "Greek"],
)
def test_utf16_without_a_mark_and_utf32_are_named(name, encoding, expected, text):
    assert error(name, text.encode(encoding)) == expected
    assert error("a.zip", zipped(**{name: text.encode(encoding)})) == expected


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zipped(**{"xl/workbook.xml": b"<x/>"}), "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "xls"),
        (gzip.compress(b"text\nasthma\n"), "gzip"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (rb"{\rtf1\ansi asthma}", "RTF"),
        (b"\xfd7zXZ\x00\x00", "xz"),
        (b"\0" * 100, "UTF-8"),
        (random.Random(1).randbytes(5_000), "UTF-8"),
    ],
    ids=["xlsx", "xls", "gzip", "pdf", "rtf", "xz", "nuls", "noise"],
)
def test_another_format_under_a_text_files_name_is_told(name, data, expected):
    rows = read(name, data)
    assert all(row.text is None for row in rows)
    assert expected in rows[0].error


def test_text_that_turns_to_nuls_later_is_not_tagged():
    """As where one program wrote UTF-16 behind the UTF-8 of another."""
    data = b'{"text": "gout"}\n' * 40 + '{"text": "asthma"}\n'.encode("utf-16-le")
    assert {row.text for row in read("a.jsonl", data)} == {"gout", None}
    assert "NUL" in error("a.jsonl", json.dumps({"text": "a\0s\0t\0h\0m\0a\0"}).encode())
    table = b"text\n" + b"gout\n" * 40 + "asthma\n".encode("utf-16-le")
    assert {row.text for row in read("a.csv", table)} == {"gout", None}
    assert read("a.txt", b"one NUL in a long text\0") == [Row("a.txt", "one NUL in a long text\0")]


def test_bytes_that_are_not_of_the_encoding_cost_their_row_alone():
    table = "text\nGröße\n".encode("cp1252") + b"good\n"
    assert [(row.text, row.error) for row in read("a.csv", table)] == [
        (None, "line 2: not UTF-8; save the file as UTF-8"),
        ("good", None),
    ]
    lines = b'{"text": "\xe9"}\n{"text": "good"}\n'
    assert [row.error for row in read("a.jsonl", lines)] == [
        "line 1: not UTF-8; save the file as UTF-8",
        None,
    ]
    assert error("a.txt", b"one\ntw\xe9") == "not UTF-8 in line 2; save it as UTF-8"
    cut = "text\nasthma\ngout".encode("utf-16")[:-1]
    assert [row.text for row in read("a.csv", cut)] == ["asthma", None]
    lone = "text\na\ud800\nb\n".encode("utf-16", "surrogatepass")
    assert [row.text for row in read("a.csv", lone)] == [None, "b"]

"""Files as rows: what is read, what is an error of one row, what is refused as a whole."""

import io
import json
import struct
import threading
import time
import tracemalloc
import zipfile
from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.service.errors import Refusal
from space.service.reading.dispatch import Limits, Row, read_rows

LIMITS = Limits(characters=1_000, rows=50, entries=20, unpacked=100_000)


def read(name: str, data: str | bytes) -> list[Row]:
    return list(read_rows(name, data.encode() if isinstance(data, str) else data, LIMITS))


def texts(name: str, data: str | bytes) -> dict:
    rows = read(name, data)
    assert [row.error for row in rows] == [None] * len(rows)
    return {row.id: row.text for row in rows}


def errors(name: str, data: str | bytes) -> dict:
    return {row.id: row.error for row in read(name, data) if row.error is not None}


def packed(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def test_a_text_file_is_one_text_as_it_stands():
    assert texts("a.txt", "Ünï 😀\r\ntwo\rthree\n\0") == {"a.txt": "Ünï 😀\r\ntwo\rthree\n\0"}
    assert texts("A.TXT", b"\xef\xbb\xbfwith a mark") == {"A.TXT": "with a mark"}
    assert texts("empty.txt", "") == {"empty.txt": ""}


def test_a_line_of_json_is_a_text():
    lines = [
        '{"id": "i", "text": "a\\r\\nb"}\r',
        "",
        '{"text": "\\ud83d lone"}',
        '{"id": 7, "text": "\u2028", "x": 1}',
    ]
    data = "\ufeff" + "\n".join(lines)
    assert texts("n.jsonl", data) == {"i": "a\r\nb", "n.jsonl:2": "\ud83d lone", "7": "\u2028"}


def test_the_text_column_of_a_table_is_read_whatever_its_delimiter():
    for mark in ",;\t|":
        rows = ["age, Text ,ID", '41,"one, ""two""\r\nlines",a', "", "42,x,b", ""]
        data = "\ufeff" + "\r\n".join(rows).replace(",", mark)
        assert texts("t.csv", data) == {"a": f'one{mark} "two"\r\nlines', "b": "x"}


def test_a_table_of_one_column_needs_no_name_for_it():
    assert texts("t.csv", "note\nfirst; still first\nsecond\n") == {
        "t.csv:1": "first; still first",
        "t.csv:2": "second",
    }
    assert texts("t.csv", "text\n") == {}


def test_a_zip_holds_any_of_these():
    files = {
        "notes/": "", "notes/a.txt": "first", "notes/b.csv": "text\nsecond\n",
        "c.jsonl": '{"id": 3, "text": "third"}', "__MACOSX/._a.txt": "aside", ".DS_Store": "aside",
    }  # fmt: skip
    expected = {"notes/a.txt": "first", "notes/b.csv:1": "second", "3": "third"}
    assert texts("all.zip", packed(files)) == expected
    assert texts("all.zip", packed(files, zipfile.ZIP_STORED)) == expected


def test_a_broken_row_is_told_and_the_others_are_read():
    lines = [
        b'{"text": 1}',
        b"[1]",
        b"secret",
        b'{"id": true, "text": ""}',
        b'{"text": "\xff"}',
        b"[" * 9_000,
    ]
    rows = read("n.jsonl", b"\n".join([*lines, b'{"text": "good"}']))
    assert [row.error is None for row in rows] == [False] * 6 + [True]
    assert not any("secret" in row.error for row in rows[:-1])
    assert [row.id for row in rows] == [f"n.jsonl:{number}" for number in range(1, 8)]

    table = b'id,text\na,one,more\nb,"secret" x\nc,bad \xff byte\nd,good\ne,"open'
    rows = read("t.csv", table)
    assert [(row.text, row.error is None) for row in rows if row.id == "d"] == [("good", True)]
    assert len(errors("t.csv", table)) == 4
    assert not any("secret" in error for error in errors("t.csv", table).values())


def test_a_table_without_a_text_column_and_other_encodings_are_told():
    assert "text" in errors("t.csv", "a,b\n1,2\n")["t.csv"]
    assert "text" in errors("t.csv", "")["t.csv"]
    assert "UTF-8" in errors("a.txt", "Größe".encode("latin-1"))["a.txt"]


def test_a_text_that_is_too_long_is_one_broken_row():
    assert errors("a.txt", "x" * 1_001) == {"a.txt": "1,001 characters, a text may have 1,000; split it"}
    assert texts("a.txt", "😀" * 1_000) == {"a.txt": "😀" * 1_000}
    assert list(errors("t.csv", f"text\n{'x' * 200_000}\ny\n")) == ["t.csv:1"]


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("notes.docx", b"", 422),
        ("notes", b"", 422),
        ("a.zip", packed({f"{number}.txt": "" for number in range(21)}), 413),
        ("a.zip", packed({"a.txt": "x" * 100_001}), 413),
        ("a.jsonl", b'{"text": ""}\n' * 51, 413),
        ("a.zip", packed({f"{name}.csv": "text\n" + "x\n" * 20 for name in "abc"}), 413),
    ],
)
def test_a_file_beyond_what_is_taken_is_refused(name, data, status):
    with pytest.raises(Refusal) as refused:
        read(name, data)
    assert refused.value.status == status


def test_an_id_that_is_too_long_is_a_broken_row():
    for written in ('"' + "x" * 1_001 + '"', "1" * 1_001):
        assert errors("a.jsonl", f'{{"id": {written}, "text": "x"}}') == {
            "a.jsonl:1": 'line 1: "id" has 1,001 characters, it may have 1,000'
        }
    table = f"id,text\n{'x' * 1_001},y\n{'x' * 1_000},y\n"
    assert errors("a.csv", table) == {"a.csv:1": "line 2: the id has 1,001 characters, it may have 1,000"}


def test_a_file_s_name_that_is_too_long_is_told_once():
    """It would come back with every row: of a packed kilobyte, gigabytes."""
    name = "x" * 1_000 + ".csv"
    told = {"x" * 1_000: "the file's name has 1,004 characters, it may have 1,000"}
    assert errors(name, "text\n" + "x\n" * 9) == told
    assert errors("a.zip", packed({name: "text\nx\n", "a.txt": "x"})) == told


def test_a_zip_that_cannot_be_read_is_told():
    assert list(errors("a.zip", b"PK, but no archive")) == ["a.zip"]
    assert list(errors("a.zip", packed({"a.txt": "x" * 9_000})[:-30])) == ["a.zip"]


def test_entries_that_are_not_opened_are_told():
    inner = packed({"a.txt": "inside"})
    assert list(errors("a.zip", packed({"inner.zip": inner, "photo.png": b"", "ok.txt": ""}))) == [
        "inner.zip",
        "photo.png",
    ]
    assert list(errors("a.zip", packed({"a.txt": "text"}, zipfile.ZIP_BZIP2))) == ["a.txt"]
    encrypted = bytearray(packed({"a.txt": "text"}))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert list(errors("a.zip", bytes(encrypted))) == ["a.txt"]
    damaged = packed({"a.txt": "text"}, zipfile.ZIP_STORED).replace(b"text", b"tixt", 1)
    assert list(errors("a.zip", damaged)) == ["a.txt"]


def test_a_bomb_that_lies_about_its_size_is_not_unpacked():
    bomb = bytearray(packed({"a.txt": b"\0" * 50_000_000}))
    size = struct.pack("<I", 50_000_000)
    for _ in range(bomb.count(size)):
        at = bomb.index(size)
        bomb[at : at + 4] = struct.pack("<I", 900)
    tracemalloc.start()
    assert list(errors("a.zip", bytes(bomb))) == ["a.txt"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


SERVED = Limits(characters=200_000, rows=100_000, entries=1_000, unpacked=20_000_000)
LARGE = 5_000_000  # bytes
LARGE_FILES = {
    "texts.jsonl": json.dumps({"text": "Aspirin and nausea. " * 50}) + "\n",
    "lists.jsonl": "[],",
    "deep.jsonl": "[" * 3_000_000 + "\n",
    "lists in lines.jsonl": ('{"text": "a", "x": [' + "[]," * 30_000 + "[]]}\n") * 6 + "x" * LARGE,
    "strings.jsonl": '"",',
    "escapes.jsonl": '"\\',
    "commas.csv": ",",
    "lines of commas.csv": "a,text" + "," * 200_000 + "\n",
    "quotes.csv": '"',
    "long records.csv": "text\n" + "x" * 3_000_000 + "\n",
    "one text.txt": "x",
}


@pytest.mark.parametrize("name", LARGE_FILES)
def test_a_large_file_is_read_piece_by_piece_and_holds_nobody_up(name):
    piece = LARGE_FILES[name].encode()
    data = (piece * (LARGE // len(piece) + 1))[:LARGE]
    zipped = packed({name: data})

    def consume():
        for source in ((name, data), (f"{name}.zip", zipped)):
            deque(read_rows(*source, SERVED), maxlen=0)

    # A thirtieth of it is usual; what a busy machine adds does not come thrice.
    assert any(most_at_once(consume) < 1.0 for _ in range(3))


def most_at_once(work: Callable[[], None]) -> float:
    """Seconds that a thread with this work computes, at most, before another has its turn. Not by the wall
    clock, which counts other programs too."""
    thread = threading.Thread(target=work)
    thread.start()
    clock, most, before = time.pthread_getcpuclockid(thread.ident), 0.0, 0.0
    while thread.is_alive():
        time.sleep(0.002)
        try:
            now = time.clock_gettime(clock)
        except OSError:  # the thread has ended
            break
        most, before = max(most, now - before), now
    thread.join()
    return most


@pytest.mark.parametrize(
    ("name", "piece", "most"),
    [
        ("texts.jsonl", json.dumps({"text": "Aspirin and nausea. " * 50}) + "\n", 1_000_000),
        ("texts.csv", '"Aspirin, nausea."\n' * 40, 1_000_000),
        ("texts.txt", "Aspirin and nausea.\n", 2_000_000),
    ],
)
def test_no_more_of_a_file_is_held_than_a_record(name, piece, most):
    data = (piece * (LARGE // 2 // len(piece) + 1)).encode()
    sources = (name, data), (f"{name}.zip", packed({name: data}))
    for source in sources:
        tracemalloc.start()
        deque(read_rows(*source, SERVED), maxlen=0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < most


@given(name=st.sampled_from(["a.txt", "a.csv", "a.jsonl", "a.zip"]), data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name, data):
    try:
        rows = read(name, data)
    except Refusal:
        return
    assert all((row.text is None) != (row.error is None) for row in rows)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t\x85"), min_size=1)


@given(st.lists(TEXTS, max_size=10))
def test_any_texts_come_through_a_table_and_json_lines(written):
    import csv

    table = io.StringIO(newline="")
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([["text"], *([text] for text in written)])
    assert [row.text for row in read("a.csv", table.getvalue())] == written
    lines = "".join(json.dumps({"text": text}) + "\n" for text in written)
    assert [row.text for row in read("a.jsonl", lines)] == written

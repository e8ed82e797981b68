"""The JSON lines command, run as users run it."""

import json
import os
import pty
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from space.engine import load
from space.engine.__main__ import main


def run(model, lines: bytes, *options: str) -> tuple[int, list[dict], str]:
    command = [sys.executable, "-m", "space.engine", str(model), *options]
    done = subprocess.run(command, input=lines, capture_output=True)
    assert done.stdout.isascii()
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def remarks(model) -> str:
    """What the command says on stderr of any run: how the model runs on this processor."""
    return "".join(f"note: {note}\n" for note in load(model).notes)


def test_each_line_gives_a_line_in_order(model):
    texts = ["Aspirin caused renal failure", "", "😀 nausea", "\ud800 nausea \x00", "aspirin\r\nnausea"]
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)).encode()
    code, answers, progress = run(model, lines)
    assert code == 0
    assert progress == remarks(model)
    assert [answer["id"] for answer in answers] == list(range(len(texts)))
    for answer, text in zip(answers, texts, strict=True):
        for entity in answer["entities"]:
            assert list(entity) == ["start", "end", "label", "score", "text"]
            assert entity["text"] == text[entity["start"] : entity["end"]]
        assert all(left["end"] <= right["start"] for left, right in pairwise(answer["entities"]))
    assert [len(answer["entities"]) for answer in answers] == [2, 0, 1, 1, 2]


def test_raw_utf8_a_byte_order_mark_and_crlf_line_ends_are_read(model):
    lines = '\ufeff{"id": "é", "text": "é nausea"}\r\n\r\n{"id": 2, "text": "aspirin"}'.encode()
    code, answers, _ = run(model, lines)
    assert code == 0
    assert [(answer["id"], answer["entities"][0]["start"]) for answer in answers] == [("é", 2), (2, 0)]


def test_notes_are_added_where_they_are_asked_for_and_warranted():
    bundled = Path(__file__).parents[2] / "space/bundled/student"
    texts = ["pt c/o sob x3d, h/o htn dm2, rx asa 81 qd", "Aspirin caused nausea in two of the patients."]
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)).encode()
    code, answers, _ = run(bundled, lines, "--notes")
    assert code == 0
    assert [list(answer) for answer in answers] == [["id", "entities", "notice"], ["id", "entities"]]
    assert answers[0]["notice"]["kind"] == "shorthand"
    assert "mostly shorthand" in answers[0]["notice"]["sentence"]
    assert all("notice" not in answer for answer in run(bundled, lines)[1])


BAD = [
    (b"nausea", None, "Expecting value"),
    (b"[1]", None, "expected an object"),
    (b'{"text": "nausea"}', None, '"id" should be'),
    (b'{"id": true, "text": "nausea"}', None, '"id" should be'),
    (b'{"id": NaN, "text": "nausea"}', None, "NaN is not JSON"),
    (b'{"id": 7}', 7, '"text" should be a string'),
    (b'{"id": 7, "text": ["nausea"]}', 7, '"text" should be a string'),
    (b'{"id": 7, "text": "nausea', None, "Unterminated string"),
    (b'{"id": 7, "text": "\xff"}', None, "can't decode"),
    (b"[" * 100_000, None, "recursion"),
]


def test_bad_lines_are_reported_in_place_and_all_others_done(model):
    good = b'{"id": "good", "text": "nausea"}'
    code, answers, _ = run(model, b"\n".join([good, *(line for line, _, _ in BAD), good]))
    assert code == 1
    assert answers[0] == answers[-1]
    assert answers[0]["entities"][0]["text"] == "nausea"
    for number, (answer, (_, identity, message)) in enumerate(zip(answers[1:-1], BAD, strict=True), start=2):
        assert answer["id"] == identity
        assert answer["error"].startswith(f"line {number}: ")
        assert message in answer["error"]


def test_options_reach_the_tagger(model, capsys):
    for name, value in [("--file", "absent.onnx"), ("--threads", "0"), ("--revision", "v1")]:
        assert main([str(model), name, value]) == 2
        assert value in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_each_answer_comes_before_the_next_line_is_read(model):
    command = [sys.executable, "-m", "space.engine", str(model)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for identity in range(3):
            process.stdin.write(json.dumps({"id": identity, "text": "nausea"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == identity
        process.stdin.close()
        assert process.wait() == 0


def test_a_reader_that_leaves_is_no_traceback(model):
    command = [sys.executable, "-m", "space.engine", str(model)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        process.stdout.close()
        process.stdin.write(b'{"id": 1, "text": "nausea"}\n')
        process.stdin.close()
        assert process.stderr.read().decode() == remarks(model)
        assert process.wait() == 1


def test_progress_is_shown_on_a_terminal_only(model):
    terminal, stderr = pty.openpty()
    command = [sys.executable, "-m", "space.engine", str(model)]
    done = subprocess.run(command, input=b'{"id": 1, "text": ""}\n', stdout=subprocess.PIPE, stderr=stderr)
    os.close(stderr)
    assert done.returncode == 0
    assert b"1 texts," in os.read(terminal, 1000)
    os.close(terminal)

"""The JSON lines command, run as users run it."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
import venv
from itertools import pairwise
from pathlib import Path

import pytest

from space.engine import EngineError, Tagger, load
from space.engine import __main__ as command_line
from space.engine.__main__ import main

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "space" / "bundled" / "student"


@pytest.fixture
def run(monkeypatch, capsys):
    """run(model, lines, *options) -> exit code, answers, standard error; in this process."""

    def call(model, lines: bytes, *options: str) -> tuple[int, list[dict], str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
        code = main([str(model), *options])
        out, error = capsys.readouterr()
        assert out.isascii()
        return code, [json.loads(line) for line in out.splitlines()], error

    return call


def remarks(model) -> str:
    """What the command says on stderr of any run: how the model runs on this processor."""
    return "".join(f"note: {note}\n" for note in load(model).notes)


def test_each_line_gives_a_line_in_order(run, model):
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


def test_raw_utf8_a_byte_order_mark_and_crlf_line_ends_are_read(run, model):
    lines = '\ufeff{"id": "é", "text": "é nausea"}\r\n\r\n{"id": 2, "text": "aspirin"}'.encode()
    code, answers, _ = run(model, lines)
    assert code == 0
    assert [(answer["id"], answer["entities"][0]["start"]) for answer in answers] == [("é", 2), (2, 0)]


def test_notes_are_added_where_they_are_asked_for_and_warranted(run):
    texts = ["pt c/o sob x3d, h/o htn dm2, rx asa 81 qd", "Aspirin caused nausea in two of the patients."]
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)).encode()
    code, answers, _ = run(BUNDLED, lines, "--notes")
    assert code == 0
    assert [list(answer) for answer in answers] == [["id", "entities", "notice"], ["id", "entities"]]
    assert answers[0]["notice"]["kind"] == "shorthand"
    assert "mostly shorthand" in answers[0]["notice"]["sentence"]
    assert all("notice" not in answer for answer in run(BUNDLED, lines)[1])


BAD = [
    (b"nausea", None, "Expecting value"),
    (b"[1]", None, "expected an object"),
    (b'{"text": "nausea"}', None, '"id" should be'),
    (b'{"id": true, "text": "nausea"}', None, '"id" should be'),
    (b'{"id": NaN, "text": "nausea"}', None, "NaN is not JSON"),
    (b'{"id": 7}', 7, '"text" should be a string'),
    (
        b"Aspirin caused nausea.",
        None,
        'not JSON (Expecting value: line 1 column 1 (char 0)); a line should be {"id": 1,',
    ),
    (b'{"id": 1.5, "text": "nausea"}', None, '"id" should be a string or a whole number'),
    (b'{"id": 7, "text": ["nausea"]}', 7, '"text" should be a string'),
    (b'{"id": 7, "text": "nausea', None, "Unterminated string"),
    (b'{"id": 7, "text": "\xff"}', None, "can't decode"),
    (b"[" * 100_000, None, "recursion"),
]


def test_bad_lines_are_reported_in_place_and_all_others_done(run, model):
    good = b'{"id": "good", "text": "nausea"}'
    code, answers, _ = run(model, b"\n".join([good, *(line for line, _, _ in BAD), good]))
    assert code == 1
    assert answers[0] == answers[-1]
    assert answers[0]["entities"][0]["text"] == "nausea"
    for number, (answer, (_, identity, message)) in enumerate(zip(answers[1:-1], BAD, strict=True), start=2):
        assert answer["id"] == identity
        assert answer["error"].startswith(f"line {number}: ")
        assert message in answer["error"]


def test_ids_and_scores_as_they_are_written(run, model):
    identities = ["007", " é\n", "", 0, -12, 2**53 + 1, 10**40]
    lines = "".join(json.dumps({"id": i, "text": "lithium carbonate"}) + "\n" for i in identities).encode()
    code, answers, _ = run(model, lines)
    assert code == 0
    assert [answer["id"] for answer in answers] == identities
    (exact,) = load(model)(["lithium carbonate"])[0]
    assert answers[0]["entities"][0]["score"] == round(exact.score, 4) != exact.score


def test_a_text_that_the_model_fails_on_is_reported_in_place(run, model, monkeypatch):
    def fail(tagger, texts):
        raise EngineError("model.onnx: gives scores that are NaN or infinite")

    monkeypatch.setattr("space.engine.tagger.Tagger.__call__", fail)
    code, answers, _ = run(model, b'{"id": 7, "text": "nausea"}\n')
    message = "line 1: model.onnx: gives scores that are NaN or infinite"
    assert (code, answers) == (1, [{"id": 7, "error": message}])


def test_a_text_that_the_model_fails_on_spoils_no_other(run, model, monkeypatch):
    tag = Tagger.__call__

    def fail(tagger, texts):
        if "aspirin" in texts:
            raise EngineError("broken")
        return tag(tagger, texts)

    monkeypatch.setattr("space.engine.tagger.Tagger.__call__", fail)
    texts = ["nausea", "aspirin", "", "renal failure"]
    lines = b"".join(json.dumps({"id": i, "text": text}).encode() + b"\n" for i, text in enumerate(texts))
    code, answers, _ = run(model, lines)
    assert code == 1
    assert answers[1] == {"id": 1, "error": "line 2: broken"}
    assert [len(answers[index]["entities"]) for index in (0, 2, 3)] == [1, 0, 1]


def test_lines_of_any_length_are_found_however_they_arrive(run, model, monkeypatch):
    texts = ["nausea " * count for count in (1, 5, 400, 1, 0, 90)]
    lines = b"\n\n".join(json.dumps({"id": i, "text": text}).encode() for i, text in enumerate(texts))
    for size in (1, 7, 1_000, 1 << 20):
        monkeypatch.setattr(command_line, "_BLOCK", size)
        code, answers, _ = run(model, lines)
        assert (code, [answer["id"] for answer in answers]) == (0, list(range(6)))
        assert [len(answer["entities"]) for answer in answers] == [1, 5, 400, 1, 0, 90]


@pytest.mark.parametrize("lines", [b"", b"\n \r\n"], ids=["empty", "blank"])
def test_no_text_at_all_is_told_before_anything_is_loaded_or_asked_for(run, lines):
    """Nor is the Hub: the model is none that it has, which would be told otherwise."""
    for name in ("me/absent", str(BUNDLED)):
        code, answers, errors = run(name, lines)
        assert (code, answers) == (2, [])
        wanted = '{"id": 1, "text": "..."}'
        assert errors == f"error: no text: standard input is empty; it should hold lines such as {wanted}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--threads", "0"], "--threads should be at least 1, found 0"),
        (
            ["notes.jsonl"],
            "unrecognized arguments: notes.jsonl; texts come from standard input: MODEL < notes.jsonl",
        ),
        (["--filter", "x"], "unrecognized arguments: --filter x; --help lists what there is"),
    ],
)
def test_what_was_given_is_checked_before_anything_heavy_is_imported(model, arguments, message):
    script = (
        "import sys\nfrom space.engine.__main__ import main\n"
        f"code = main([{str(model)!r}, *{arguments!r}])\n"
        "print(code, *{'numpy', 'onnxruntime', 'tokenizers', 'huggingface_hub'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "2\n"
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1


def test_a_python_without_the_libraries_names_the_right_one(model, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False)
    command = [tmp_path / "bare" / "bin" / "python", "-m", "space.engine", str(model)]
    done = subprocess.run(command, input="", capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "cannot run the engine: it lacks numpy, onnxruntime, tokenizers, huggingface_hub; " in done.stderr
    assert str(ROOT / ".venv" / "bin" / "python") in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_library_that_cannot_be_loaded_is_told_in_a_sentence(model, tmp_path):
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('built for another Python')")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "space.engine", str(model)]
    done = subprocess.run(
        command, input=b'{"id": 1, "text": ""}', capture_output=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 2
    assert b"a library cannot be loaded (built for another Python); " in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_an_older_python_is_told_which_one_is_needed(monkeypatch, capsys):
    monkeypatch.setattr("sys.hexversion", 0x030A0000)
    assert main(["me/model"]) == 2
    assert "and 3.11 is needed; " in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(model):
    command = [sys.executable, "-m", "space.engine", str(model)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A shell that starts the tests in the background has told them to ignore the signal.
    heed = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, **pipes, **heed) as process:
        process.stdin.write(b'{"id": 1, "text": "nausea"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read().decode() == remarks(model)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_in_a_sentence(model):
    command = [sys.executable, "-m", "space.engine", str(model)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, input=b'{"id": 1, "text": ""}', stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert (
        done.stderr.decode() == f"{remarks(model)}error: cannot write the answers (No space left on device)\n"
    )


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

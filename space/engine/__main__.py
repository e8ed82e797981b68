"""Command line that tags JSON lines: `python -m space.engine MODEL < in.jsonl > out.jsonl`."""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from .errors import EngineError

if TYPE_CHECKING:
    from .entity import Entity
    from .tagger import Tagger

_LINE = '{"id": 1, "text": "..."}'
_BLOCK = 1 << 16  # bytes read at once, at most; what a pipe holds
_PYTHON = 0x030B0000  # 3.11
_NEEDED = ("numpy", "onnxruntime", "tokenizers", "huggingface_hub")
_EPILOG = """\
Each input line {"id": ..., "text": ...} gives one output line, in the same order; lines that come together
are tagged side by side, and what is there is answered before more is read:
  {"id": ..., "entities": [{"start", "end", "label", "score", "text"}, ...]}
With --notes, "notice" says of a text that it does not look like English or is mostly shorthand.
Offsets count characters (Unicode code points), "end" is exclusive; scores have four decimals. A line that
cannot be read gives {"id", "error"} and the exit code 1 once all other lines are done; a model that cannot
be used, or no line at all, gives the exit code 2.

examples:
  echo '{"id": 1, "text": "Lithium caused tremor."}' | python -m %(package)s path/to/model
  python -m %(package)s me/model --revision v1.0 < notes.jsonl > entities.jsonl
  python -m %(package)s me/model --file model.onnx --threads 4 < notes.jsonl
"""


@dataclass(frozen=True)
class _Line:
    """A line of input: its text, or what is wrong with it."""

    number: int
    identity: str | int | None
    text: str | None = None
    error: str | None = None


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    try:
        return _run(_parse(arguments))
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has left (`| head`). Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Find clinical entities in JSON lines from standard input.",
        epilog=_EPILOG % {"package": __package__},
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help="a model folder, or a Hub id such as me/model")
    parser.add_argument("--revision", help="branch, tag or commit of the Hub model")
    parser.add_argument("--file", help="ONNX file to run, e.g. model.onnx (default: INT8 where there is one)")
    parser.add_argument("--threads", type=int, help="threads to use (default: the usable processors)")
    parser.add_argument(
        "--rules",
        help="rules outside the weights that hold, comma-separated, '' for none (default: the model's own)",
    )
    parser.add_argument(
        "--notes", action="store_true", help='add "notice" to a text that is not English or mostly shorthand'
    )
    options, surplus = parser.parse_known_args(arguments)
    if options.threads is not None and options.threads < 1:
        raise EngineError(f"--threads should be at least 1, found {options.threads}")
    if surplus:
        hint = "" if surplus[0].startswith("-") else f"; texts come from standard input: MODEL < {surplus[0]}"
        raise EngineError(f"unrecognized arguments: {' '.join(surplus)}{hint}; --help lists what there is")
    return options


def _run(options: argparse.Namespace) -> int:
    """Check the arguments, load the model, answer the lines that are there before more are read."""
    _check_environment()
    from . import model_folder

    if sys.stdout is None:
        raise EngineError("standard output is closed, so there is nowhere to write the answers")
    model_folder.check_given(options.model, options.revision, options.file)
    blocks = _blocks()
    first = next(blocks, None)
    if first is None:
        raise EngineError(f"no text: standard input is empty; it should hold lines such as {_LINE}")
    tagger = _load(options)
    for note in tagger.notes:
        print(f"note: {note}", file=sys.stderr)
    failed = False
    progress = _Progress()
    for block in itertools.chain([first], blocks):
        for answer in _answers(tagger, block, options.notes):
            failed |= "error" in answer
            # ASCII escapes keep a lone surrogate valid JSON, and the output free of encodings.
            _write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
            progress.step()
    progress.end()
    return 1 if failed else 0


def _check_environment() -> None:
    """Raises EngineError where this Python cannot run the engine, and says which one can."""
    if sys.hexversion < _PYTHON:
        _refuse_environment(f"it is Python {sys.version.split()[0]}, and 3.11 is needed")
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        _refuse_environment(f"it lacks {', '.join(missing)}")


def _refuse_environment(found: str) -> NoReturn:
    way = f"install the engine with what it needs: python3.11 -m pip install {__package__}"
    if "." in str(__package__):  # in the repository
        root = Path(__file__).resolve().parents[2]
        python = root / ".venv" / "bin" / "python"
        way = f"use {python}" if python.exists() else f"run `make setup` in {root}, then use {python}"
    raise EngineError(f"{sys.executable or 'this Python'} cannot run the engine: {found}; {way}")


def _load(options: argparse.Namespace) -> Tagger:
    try:
        from .tagger import load
    except ImportError as error:  # e.g. built for another version of Python
        _refuse_environment(f"a library cannot be loaded ({error})")
    rules = None if options.rules is None else [rule for rule in options.rules.split(",") if rule]
    return load(
        options.model, revision=options.revision, file=options.file, threads=options.threads, rules=rules
    )


def _blocks() -> Iterator[list[_Line]]:
    """Lines of standard input, empty ones left out: as many as are there at once, to be tagged together."""
    if sys.stdin is None:
        raise EngineError(f"standard input is closed; it should hold lines such as {_LINE}")
    if sys.stdin.isatty():
        print(f"reading from the terminal lines such as {_LINE}; Ctrl-D ends them", file=sys.stderr)
    number, rest = 1, bytearray()
    while chunk := cast(BufferedReader, sys.stdin.buffer).read1(_BLOCK):
        rest += chunk
        if b"\n" in chunk:
            *whole, rest = rest.split(b"\n")
            if block := [_read(at, line) for at, line in enumerate(whole, number) if line.strip()]:
                yield block
            number += len(whole)
    if rest.strip():
        yield [_read(number, rest)]


def _write(line: str) -> None:
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise EngineError(f"cannot write the answers ({error.strerror})") from error


def _read(number: int, line: bytes | bytearray) -> _Line:
    identity = None
    try:
        record = _record(line)
        identity = _identity(record)
        text = record.get("text")
        if not isinstance(text, str):
            raise ValueError(f'"text" should be a string; a line should be {_LINE}')
    except (ValueError, RecursionError) as error:
        return _Line(number, identity, error=str(error))
    return _Line(number, identity, text)


def _answers(tagger: Tagger, lines: list[_Line], notes: bool) -> Iterator[dict[str, object]]:
    """The output line of each input line."""
    outcomes = _tag(tagger, [line.text for line in lines if line.text is not None])
    for line in lines:
        outcome = line.error if line.text is None else next(outcomes)
        if line.text is None or not isinstance(outcome, list):
            yield {"id": line.identity, "error": f"line {line.number}: {outcome}"}
            continue
        entities = [one.to_dict() | {"score": round(one.score, 4)} for one in outcome]
        notice = tagger.notice(line.text) if notes else None
        answer: dict[str, object] = {"id": line.identity, "entities": entities}
        yield answer | ({"notice": asdict(notice)} if notice else {})


def _tag(tagger: Tagger, texts: list[str]) -> Iterator[list[Entity] | EngineError]:
    """Entities of each text, or the error where the model fails on it, which no other shall suffer from."""
    try:
        yield from tagger(texts)
    except EngineError as error:
        if len(texts) == 1:
            yield error
            return
        for text in texts:
            yield from _tag(tagger, [text])


def _record(line: bytes | bytearray) -> dict[str, object]:
    try:
        record = json.loads(line.strip().decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON ({error}); a line should be {_LINE}") from error
    if not isinstance(record, dict):
        raise ValueError(f"expected an object; a line should be {_LINE}")
    return record


def _identity(record: dict[str, object]) -> str | int:
    identity = record.get("id")
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise ValueError(f'"id" should be a string or a whole number; a line should be {_LINE}')
    return identity


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


class _Progress:
    """A running count on standard error, when that is a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._start = self._last = time.monotonic()
        self._lines = 0

    def step(self) -> None:
        self._lines += 1
        now = time.monotonic()
        if self._shown and now - self._last >= 0.2:
            self._last = now
            self._print()

    def end(self) -> None:
        if self._shown:
            self._print()
            print(file=sys.stderr)

    def _print(self) -> None:
        rate = self._lines / (time.monotonic() - self._start)
        print(f"\r{self._lines:,} texts, {rate:,.1f} a second", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

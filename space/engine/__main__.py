"""Tag JSON lines: `python -m space.engine MODEL < in.jsonl > out.jsonl`."""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict

from .errors import EngineError
from .tagger import Tagger, load

_EPILOG = """\
Each input line {"id": ..., "text": ...} gives one output line, in the same order:
  {"id": ..., "entities": [{"start", "end", "label", "score", "text"}, ...]}
With --notes, "notice" says of a text that it does not look like English or is mostly shorthand.
Offsets count characters (Unicode code points), "end" is exclusive. A line that cannot be read gives
{"id", "error"} and the exit code 1 once all other lines are done; a model that cannot be used
gives the exit code 2.

examples:
  echo '{"id": 1, "text": "Lithium caused tremor."}' | python -m %(package)s path/to/model
  python -m %(package)s me/model --revision v1.0 < notes.jsonl > entities.jsonl
  python -m %(package)s me/model --file model.onnx --threads 4 < notes.jsonl
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        tagger = load(options.model, revision=options.revision, file=options.file, threads=options.threads)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for note in tagger.notes:
        print(f"note: {note}", file=sys.stderr)
    try:
        return _run(tagger, options.notes)
    except BrokenPipeError:
        # The reader has left (`| head`). Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
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
        "--notes", action="store_true", help='add "notice" to a text that is not English or mostly shorthand'
    )
    return parser


def _run(tagger: Tagger, notes: bool) -> int:
    """Tag standard input line by line; each answer is written before the next line is read."""
    if sys.stdin.isatty():
        print("reading JSON lines from the terminal; Ctrl-D ends them", file=sys.stderr)
    failed = False
    progress = _Progress()
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        answer = _answer(tagger, number, line, notes)
        failed |= "error" in answer
        # ASCII escapes keep a lone surrogate valid JSON, and the output free of encodings.
        sys.stdout.write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
        sys.stdout.flush()
        progress.step()
    progress.end()
    return 1 if failed else 0


def _answer(tagger: Tagger, number: int, line: bytes, notes: bool) -> dict:
    """The output line of one input line."""
    identity = None
    try:
        record = json.loads(line.strip().decode("utf-8-sig"), parse_constant=_refuse)
        if not isinstance(record, dict):
            raise ValueError('expected an object {"id", "text"}')
        if type(record.get("id")) not in (str, int):  # True is an int, but no id
            raise ValueError('"id" should be a string or an integer')
        identity = record["id"]
        if not isinstance(record.get("text"), str):
            raise ValueError('"text" should be a string')
    except (ValueError, RecursionError) as error:
        return {"id": identity, "error": f"line {number}: {error}"}
    entities = [entity.to_dict() for entity in tagger([record["text"]])[0]]
    notice = tagger.notice(record["text"]) if notes else None
    return {"id": identity, "entities": entities} | ({"notice": asdict(notice)} if notice else {})


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


class _Progress:
    """A running count on standard error, when that is a terminal."""

    def __init__(self):
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

"""JSON lines to rows: an object a line, with "text" and perhaps "id"."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from .. import bounded_json
from .encoding import BROKEN, MARK, open_text
from .row import IDENTITY, Limits, Numeral, Row, Source

# Of one line, names counted too. Parsing holds the interpreter until it is done: these take some hundredths
# of a second.
VALUES = 100_000
FORM = 'a line should be one object, {"text": "..."}, with "id" if you like'
# What other programs call the text, by their exports. None of it is taken for it: a guess could be wrong.
FOREIGN = (
    *("note", "content", "body", "sentence", "sentences", "report", "abstract", "document", "data"),
    "tokens",
)
_BLANK = " \t\r\n" + MARK


def json_rows(source: Source, limits: Limits) -> Iterator[Row]:
    """Read a row of each line that is not blank. Raises NotText."""
    count = 0
    with open_text(source) as file:
        for number, line in enumerate(_lines(file, limits.record), start=1):
            if line is None:
                count += 1
                found = f"longer than {limits.record:,} characters; {FORM}"
                yield Row(f"{source.name}:{count}", None, f"line {number:,}: {found}")
            elif line := line.strip(_BLANK):
                count += 1
                if count == 1 and _goes_on(line):
                    yield Row(source.name, None, f"JSON over several lines, not JSON lines; {FORM}")
                    return
                yield _row(f"{source.name}:{count}", line, f"line {number:,}: ")


def _lines(file: TextIO, most: int) -> Iterator[str | None]:
    """Read each line; None for one that is longer than `most` characters."""
    while line := file.readline(most):
        if len(line) < most:
            yield line
            continue
        while line and line[-1] not in "\r\n":
            line = file.readline(most)
        yield None


def _goes_on(line: str) -> bool:
    """Whether the first line begins a list or an object that ends in another line."""
    return line in ("{", "[") or (line[0] == "[" and line[-1] == ",")


def _row(identity: str | Numeral, line: str, where: str) -> Row:
    try:
        record = _parse(line)
    except _NotTaken as error:
        return Row(identity, None, f"{where}{error}")
    given, text = record.get("id"), record.get("text")
    if isinstance(given, str):
        if len(given) > IDENTITY:
            return Row(identity, None, f'{where}"id" has {len(given):,} characters, it may have {IDENTITY:,}')
        identity = given
    elif given is not None:
        return Row(identity, None, f'{where}"id" should be a string or a number')
    if isinstance(text, str) and not isinstance(text, Numeral):
        return Row(identity, text)
    return Row(identity, None, where + _missing(record))


def _parse(line: str) -> dict[str, Any]:
    """Parse a line as an object, its numbers in their own digits. Raises _NotTaken."""
    if BROKEN.search(line):
        raise _NotTaken("not UTF-8; save the file as UTF-8")
    try:
        record = bounded_json.loads(line.encode(), VALUES, Numeral)
    except json.JSONDecodeError:
        raise _NotTaken(f"not JSON; {FORM}") from None
    except ValueError as error:
        raise _NotTaken(f"{error}; {FORM}") from None
    if isinstance(record, list):
        raise _NotTaken(f"a list; {FORM}, and each object in a line of its own")
    if not isinstance(record, dict):
        raise _NotTaken(f"not an object; {FORM}")
    return record


def _missing(record: dict[str, Any]) -> str:
    """Say what is wrong with an object that has no string as its text, and quote nothing of it."""
    if "text" in record:
        return f'"text" is no string; {FORM}'
    names = {name.strip().lower() for name in record}
    called = next((f'; it is called "{name}" here' for name in ("text", *FOREIGN) if name in names), "")
    return f'"text" is missing{called}; {FORM}'


class _NotTaken(Exception):  # noqa: N818 — it is a finding
    """A line that is no object that can be read."""

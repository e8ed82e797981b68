"""Findings: checks that a tagger can match a mention, and reports all that is broken in a corpus at once."""

import sys
from collections import Counter
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from pathlib import Path

from .document import CorpusError, Span


class MismatchError(ValueError):
    """The source quotes a mention otherwise than the text reads at its place."""

    count = "{} quoted otherwise than the text reads there"
    remedy = "where the source normalised them, `skip_mismatched: true` of the corpus leaves them out"


class EdgeError(ValueError):
    """A mention begins or ends with white space."""

    count = "{} with white space at an edge, which no tagger can match"
    remedy = "`trim_mentions: true` of the corpus cuts it off"


class Findings:
    """The broken places of a corpus, collected so that one reading reports all of them.

    trim: white space at the edges of mentions is cut off; skip_mismatched: mentions that are quoted
    otherwise than the text reads are left out. Both are then counted and reported, not refused.
    labelled: whether the corpus is said to hold mentions, which then must not go unread.
    """

    shown = 10

    def __init__(
        self,
        source: str | Path,
        trim: bool = False,
        skip_mismatched: bool = False,
        labelled: bool = True,
    ):
        self.source, self.trim, self.skip_mismatched = source, trim, skip_mismatched
        self.labelled = labelled
        self.messages: list[str] = []
        self.mended: list[str] = []
        self._kinds: Counter[type[MismatchError | EdgeError]] = Counter()
        self._here = str(source)

    def add(self, place: str | Path, line: int | None, message: str) -> None:
        self.messages.append(f"{_place(place, line)}: {message}")

    @contextmanager
    def at(self, place: str | Path, line: int | None = None) -> Iterator[None]:
        """Turn a ValueError raised inside into a finding at this place, and go on."""
        self._here = _place(place, line)
        try:
            yield
        except ValueError as error:
            if isinstance(error, MismatchError | EdgeError):
                self._kinds[type(error)] += 1
            self.add(place, line, str(error))

    def spans(
        self, text: str, start: int, end: int, label: str, quoted: object = None, reads: str | None = None
    ) -> list[Span]:
        """The mention as a span; none where it is skipped. Arguments and ValueError are `make_span`'s."""
        try:
            return [make_span(text, start, end, label, quoted, reads)]
        except MismatchError as error:
            if not self.skip_mismatched:
                raise
            self.mended.append(f"{self._here}: left out: {error}")
            return []
        except EdgeError as error:
            if not self.trim:
                raise
            self.mended.append(f"{self._here}: trimmed: {error}")
            start, end = _trimmed(text, start, end)
            return [Span(start=start, end=end, label=label)]

    def check(self) -> None:
        """Report on standard error what was mended.

        Raises:
            CorpusError: anything was found; the message has the first places, and how many there are.
        """
        if self.messages:
            title = (
                f"{self.source}: {_count(self.messages, 'broken place')}; correct the source, then run again"
            )
            kinds = [
                f"{kind.count.format(_count(range(number), 'mention'))}: {kind.remedy}"
                for kind, number in self._kinds.items()
            ]
            raise CorpusError("\n".join([title, *self._first(self.messages), *kinds]))
        if self.mended:
            title = f"{self.source}: {_count(self.mended, 'mention')} left out or trimmed, as the recipe says"
            print("\n".join([title, *self._first(self.mended)]), file=sys.stderr, flush=True)

    def _first(self, messages: list[str]) -> list[str]:
        more = len(messages) - self.shown
        lines = [f"  {message}" for message in messages[: self.shown]]
        return [*lines, f"  ... and {more} more"] if more > 0 else lines


def make_span(
    text: str, start: int, end: int, label: str, quoted: object = None, reads: str | None = None
) -> Span:
    """Make a span that lies in `text`, has no white space at its edges and reads as the source quotes it.

    Args:
        text: of the document.
        start: of the mention, in code points.
        end: of the mention, exclusive.
        label: the source's.
        quoted: the mention as the source quotes it, where it does.
        reads: what that should be, where it is not the text from `start` to `end`.

    Raises:
        MismatchError: only the quotation differs.
        EdgeError: only the edges have white space.
        ValueError: anything else is wrong.
    """
    if not label:
        raise ValueError(f"mention {start}:{end} has no label")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"mention {start}:{end} is empty or lies outside its text of {len(text)} characters")
    found = text[start:end]
    if found.isspace():
        raise ValueError(f"mention {start}:{end} {found!r} consists of white space")
    reads = found if reads is None else reads
    if quoted is not None and quoted not in (reads, reads.strip()):
        message = f"mention {quoted!r}: the text at {start}:{end} reads {reads!r}"
        if isinstance(quoted, str) and (units := _other_units(text, start, end, quoted)):
            raise ValueError(f"{message}; the offsets seem to count {units}, not the text's characters")
        raise MismatchError(message)
    if found != found.strip():
        raise EdgeError(f"mention {start}:{end} {found!r} begins or ends with white space")
    return Span(start=start, end=end, label=label)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    found = text[start:end]
    return end - len(found.lstrip()), start + len(found.rstrip())


def _other_units(text: str, start: int, end: int, quoted: str) -> str | None:
    """What the offsets count, where the text reads as quoted when they do not count its characters."""
    for units, encoding, width in (("UTF-8 bytes", "utf-8", 1), ("UTF-16 units", "utf-16-le", 2)):
        there = text.encode(encoding, "surrogatepass")[start * width : end * width]
        if there == quoted.encode(encoding, "surrogatepass"):
            return units
    others = {"characters of a text with LF line ends": text.replace("\r\n", "\n")}
    others["characters behind a byte order mark"] = text.removeprefix("\ufeff")
    return next((units for units, other in others.items() if other[start:end] == quoted), None)


def _place(place: str | Path, line: int | None) -> str:
    return f"{place}:{line}" if line else str(place)


def _count(items: Sized, name: str) -> str:
    return f"{len(items)} {name}{'s' * (len(items) != 1)}"

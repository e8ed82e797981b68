"""The managed parts of a card: which of its text is ours, and which a person wrote.

In the body, each section that we render stands between two HTML comments:

    <!-- clinstill:begin results -->

    ## Results
    ...

    <!-- clinstill:end results -->

In the front matter, each of our top-level keys is a part of its own. `card.map.json` keeps a hash of
every part, so that a later edit of one is found. Everything else belongs to people.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from ..errors import CardError
from ..parsing import load

FRONT_MATTER = "front-matter"  # a part's name there: "front-matter.tags"
INTRODUCTION = "introduction"  # what stands above the first heading of the second level

_BLOCK = re.compile(r"\A---[ ]*\r?\n(.*?)^---[ ]*(?:\r?\n|\Z)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- clinstill:(begin|end) ([a-z-]+) -->[ ]*")
_KEY = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^\s#"'-][^:#]*)):(?:\s|\Z)""")


@dataclass(frozen=True)
class Piece:
    """A stretch of whole lines: a part of ours with its name, or a person's text without one."""

    name: str | None
    text: str


@dataclass(frozen=True)
class Parts:
    """A card taken apart. The texts of `front` and `body`, joined, with `---` lines, are the card."""

    front: tuple[Piece, ...]
    body: tuple[Piece, ...]
    starts: tuple[int, int] = (0, 0)  # where the two begin in the card

    @property
    def named(self) -> dict[str, str]:
        """Name of each part -> its text, in the card's order; of two with one name, the first."""
        found: dict[str, str] = {}
        for piece in (*self.front, *self.body):
            if piece.name:
                found.setdefault(piece.name, piece.text)
        return found

    @property
    def placed(self) -> Iterator[tuple[int, Piece]]:
        """Every piece with the offset at which it begins."""
        for place, pieces in zip(self.starts, (self.front, self.body), strict=True):
            for piece in pieces:
                yield place, piece
                place += len(piece.text)


def take_apart(text: str) -> Parts:
    """The parts of a card; a card that we did not make has no part in its body."""
    block = _BLOCK.match(text)
    if not block:
        return Parts((), tuple(_marked(text)))
    body = text[block.end() :]
    return Parts(tuple(_keys(block[1])), tuple(_marked(body)), (block.start(1), block.end()))


def front_matter_of(text: str) -> tuple[dict[str, object], str]:
    """The data of a card's front matter, and its body. Raises CardError where it is no YAML mapping."""
    block = _BLOCK.match(text)
    try:
        data = load(block[1]) if block else {}
    except yaml.YAMLError as error:
        raise CardError(f"the front matter is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise CardError(f"the front matter is no mapping, found {data!r}")
    return data, text[block.end() :] if block else text


def outside(text: str) -> list[tuple[int, int]]:
    """(start, end) of each stretch that a person may write in, of a card that has parts of ours."""
    parts = take_apart(text)
    if not any(piece.name for piece in parts.body):
        return []
    return [(start, start + len(piece.text)) for start, piece in parts.placed if not piece.name]


def digest(name: str, text: str) -> str:
    """SHA-256 of a part. Of a key in the front matter it is that of the data, since the Hub's own
    editor writes YAML anew in another style."""
    if name.startswith(f"{FRONT_MATTER}."):
        # What a person broke is an edit like any other, and so are keys that JSON does not have.
        with contextlib.suppress(yaml.YAMLError, TypeError):
            text = json.dumps(load(text), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digests(text: str) -> dict[str, str]:
    """Name of each of a card's parts -> its hash, as `card.map.json` keeps them."""
    return {name: digest(name, part) for name, part in take_apart(text).named.items()}


def mark(text: str) -> str:
    """Put the markers around the sections of a rendered card: what stands above the first heading of
    the second level, then each such heading with what follows it. Raises CardError when two sections
    have the same heading."""
    block = _BLOCK.match(text)
    start = block.end() if block else 0
    marked, seen = [text[:start]], set()
    for title, section in _headed(text[start:]):
        if not section.strip():
            continue
        name = re.sub(r"[^a-z]+", "-", title.lower()).strip("-") or "section"
        if name in seen:
            raise CardError(f"the template makes two sections {title!r}; give each a heading of its own")
        seen.add(name)
        begin, end = f"<!-- clinstill:begin {name} -->", f"<!-- clinstill:end {name} -->"
        marked.append(f"\n{begin}\n\n{section.strip(chr(10))}\n\n{end}\n")
    return "".join(marked)


def _headed(body: str) -> Iterator[tuple[str, str]]:
    """(heading, text) of each section; a heading within a fenced block is none."""
    title, fence = INTRODUCTION, ""
    lines: list[str] = []
    for line in body.splitlines(keepends=True):
        if opening := re.match(r"`{3,}", line):
            if not fence:
                fence = opening[0]
            elif line.strip() == fence:
                fence = ""
        if line.startswith("## ") and not fence:
            yield title, "".join(lines)
            title, lines = line[3:].strip(), []
        lines.append(line)
    yield title, "".join(lines)


def _marked(body: str) -> Iterator[Piece]:
    """Parts and people's text in turn. A part that is begun and not ended goes on to the next part's
    begin, so that nothing inside it passes for a person's own."""
    name: str | None = None
    lines: list[str] = []
    for line in body.splitlines(keepends=True):
        found = _MARK.fullmatch(line.rstrip("\r\n"))
        if found and found[1] == "begin":
            yield from _piece(name, lines)
            name, lines = found[2], [line]
        elif found and found[2] == name:
            yield from _piece(name, [*lines, line])
            name, lines = None, []
        else:
            lines.append(line)
    yield from _piece(name, lines)


def _keys(front: str) -> Iterator[Piece]:
    """A piece for each top-level key. Comments above a key are a person's; those in a list, the list's."""
    name: str | None = None
    lines: list[str] = []
    comments: list[str] = []
    for line in front.splitlines(keepends=True):
        key = _KEY.match(line)
        if key:
            yield from _piece(name, lines)
            yield from _piece(None, comments)
            name, lines, comments = f"{FRONT_MATTER}.{next(filter(None, key.groups()))}", [line], []
        elif line.startswith("#") or not line.strip():
            comments.append(line)
        else:
            lines, comments = [*lines, *comments, line], []
    yield from _piece(name, lines)
    yield from _piece(None, comments)


def _piece(name: str | None, lines: list[str]) -> Iterator[Piece]:
    if lines:
        yield Piece(name, "".join(lines))

"""A card's Markdown as blocks, each with the place of every character.

CommonMark with tables, by markdown-it; front matter between `---` lines. Inline markup is blanked by
`masking`, so that offsets into the masked text are offsets into the card.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from types import SimpleNamespace

from markdown_it import MarkdownIt

from .masking import mask
from .statement import Place

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*(?:\r\n?|\n)(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
_LINE_END = re.compile(r"\r\n?|\n")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_QUOTE_OR_BULLET = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]+\|?|[ \t>]+")
_LINE_MARKS = re.compile(
    r"^[ \t>]*(?:[-+*] +|\d{1,9}[.)] +)?(?:\[[ xX]\] +)?(?:#{1,6} +)?|^[ \t]*[=-]{2,}[ \t]*$", re.MULTILINE
)
_LONGEST_PARSED = 600_000  # characters; what a card holds beyond them is data
_LONGEST_LINE = 20_000  # characters; a longer line (embedded data) is no prose


@dataclass(frozen=True)
class Span:
    """A stretch of the masked text: `start` is an offset into the card."""

    text: str
    start: int


@dataclass(frozen=True)
class Table:
    """Cells row by row; the first row is the head, which may be empty."""

    rows: tuple[tuple[Span, ...], ...]


def columns(rows: Sequence[tuple[Span, ...]]) -> list[tuple[Span, ...]]:
    """The columns of a table's rows; a row that is too short has no cell in the last ones."""
    return [tuple(row[i] for row in rows if i < len(row)) for i in range(max(map(len, rows)))]


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item, table or code block, and where in the card it stands."""

    kind: str  # "heading", "paragraph", "item", "table", "code"
    span: Span
    line: int  # of its first character, from 1
    headings: tuple[str, ...]  # above it, outermost first
    parents: tuple[str, ...] = ()  # the list items that it stands in, outermost first
    table: Table | None = None
    language: str = ""  # of code
    level: int = 0  # of headings


@dataclass(frozen=True)
class Document:
    """A card: `text` as it is, `masked` without markup, both of one length."""

    file: str
    text: str
    masked: str
    front_matter: str  # the YAML, empty when there is none
    front_matter_line: int  # of its first line, from 1
    blocks: tuple[Block, ...]
    lines: tuple[int, ...]  # offset of each line

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        line = bisect_right(self.lines, offset)
        return Place(self.file, line, offset - self.lines[line - 1] + 1)


def parse(text: str, file: str) -> Document:
    """The blocks of a card; never fails, whatever the text."""
    lines = (0, *(match.end() for match in _LINE_END.finditer(text)))
    front = _FRONT_MATTER.match(text)
    body = _emptied(text, front.end()) if front else text
    masked = mask(body)
    cut = lines[bisect_right(lines, _LONGEST_PARSED) - 1] if len(body) > _LONGEST_PARSED else len(body)
    blocks = _Blocks(body[:cut], masked, lines).read()
    return Document(file, text, masked, front[1] if front else "", 2, tuple(blocks), lines)


def _emptied(text: str, end: int) -> str:
    """The text with blanks before `end`, so that its lines and offsets stay."""
    return "".join(c if c in "\r\n" else " " for c in text[:end]) + text[end:]


class _Blocks:
    """One walk over markdown-it's tokens."""

    def __init__(self, body: str, masked: str, lines: tuple[int, ...]):
        self.body, self.masked, self.lines = body, masked, lines
        self.headings: list[tuple[int, str]] = []
        self.items: list[str] = []
        self.html_until = 0  # the line up to which an HTML table was read
        self.blocks: list[Block] = []

    def read(self) -> list[Block]:
        parser = MarkdownIt("commonmark").enable("table")
        parser.core.ruler.disable(["inline"])
        tokens = parser.parse(self.body)
        for number, token in enumerate(tokens):
            if token.map and token.map[0] < self.html_until:
                continue
            match token.type:
                case "heading_open":
                    self._heading(token, int(token.tag[1]))
                case "paragraph_open":
                    self._paragraph(token)
                case "list_item_open":
                    self.items.append("")
                case "list_item_close":
                    self.items and self.items.pop()
                case "table_open":
                    self._table(token, tokens[number + 1 :])
                case "fence" | "code_block":
                    self._add("code", self._span(*token.map, self.body), token, language=token.info.strip())
                case "html_block":
                    self._html(token)
        return self.blocks

    def _span(self, first: int, last: int, text: str | None = None) -> Span:
        start = self.lines[first]
        end = self.lines[last] if last < len(self.lines) else len(self.body)
        return Span((self.masked if text is None else text)[start:end], start)

    def _add(self, kind: str, span: Span, token, **fields) -> None:
        headings = tuple(text for _, text in self.headings)
        parents = tuple(text for text in self.items[:-1] if text)
        self.blocks.append(Block(kind, span, token.map[0] + 1, headings, parents, **fields))

    def _heading(self, token, level: int) -> None:
        span = self._prose(*token.map)
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self._add("heading", span, token, level=level)
        self.headings.append((level, " ".join(span.text.split())))

    def _paragraph(self, token) -> None:
        span = self._prose(*token.map)
        if self.items and not self.items[-1]:
            self.items[-1] = " ".join(span.text.split())
        self._add("item" if self.items else "paragraph", span, token)

    def _prose(self, first: int, last: int) -> Span:
        """Lines without bullets, quote and heading marks; too long a line (embedded data) is empty."""
        span = self._span(first, last)
        text = _LINE_MARKS.sub(lambda match: " " * len(match[0]), span.text)
        if len(text) > _LONGEST_LINE:
            text = "\n".join(x if len(x) <= _LONGEST_LINE else " " * len(x) for x in text.split("\n"))
        return Span(text, span.start)

    def _table(self, token, following) -> None:
        rows = []
        for inner in following:
            if inner.type == "table_close":
                break
            if inner.type == "tr_open":
                rows.append(self._cells(self._span(*inner.map)))
        width = len(rows[0]) if rows else 0
        cut = tuple((row + (Span("", row[-1].start),) * width)[:width] for row in rows if row)
        self._add("table", self._span(*token.map), token, table=Table(cut))

    def _cells(self, line: Span) -> tuple[Span, ...]:
        """The cells of one row, cut at each `|` that is not escaped, as GFM does."""
        # Escapes are blanked in the masked text: the borders are those of the source.
        source = self.body[line.start : line.start + len(line.text)]
        lead = _QUOTE_OR_BULLET.match(source)
        begin = lead.end() if lead and not lead[0].endswith("|") else 0
        end = len(source.rstrip())
        borders = [match.start() for match in _CELL_BORDER.finditer(source, 0, end)]
        if borders and not source[begin : borders[0]].strip(" \t>-*+"):
            begin = borders.pop(0) + 1
        if borders and borders[-1] == end - 1:
            end = borders.pop()
        edges = [begin - 1, *borders, end]
        return tuple(Span(line.text[a + 1 : b], line.start + a + 1) for a, b in pairwise(edges))

    def _html(self, token) -> None:
        start = self.lines[token.map[0]]
        end = self.lines[token.map[1]] if token.map[1] < len(self.lines) else len(self.body)
        if title := re.match(r"\s*<h([1-6])\b.*?(?:</h\1\s*>|$)", self.body[start:end], re.I | re.DOTALL):
            below = bisect_right(self.lines, start + title.end() - 1)
            self._heading(SimpleNamespace(map=(token.map[0], below)), int(title[1]))
            if below < token.map[1]:
                self._html(SimpleNamespace(map=(below, token.map[1])))
            return
        opened = re.compile(r"<table\b", re.IGNORECASE).search(self.body, start, end)
        if not opened:
            self._paragraph(token)
            return
        if (above := bisect_right(self.lines, opened.start()) - 1) > token.map[0]:
            self._paragraph(SimpleNamespace(map=(token.map[0], above)))
        closed = re.compile(r"</table\s*>", re.IGNORECASE).search(self.body, opened.start())
        end = closed.end() if closed else end
        self.html_until = bisect_right(self.lines, end - 1)
        rows = _HtmlRows(self.body[opened.start() : end], self.masked, opened.start()).rows
        if rows:
            self._add("table", Span(self.masked[start:end], start), token, table=Table(tuple(rows)))
        if closed and self.html_until < token.map[1]:
            self._html(SimpleNamespace(map=(self.html_until, token.map[1])))


class _HtmlRows(HTMLParser):
    """The rows of an HTML table; cells that span columns or rows are repeated, two rows of heads made one."""

    def __init__(self, source: str, masked: str, offset: int):
        super().__init__(convert_charrefs=False)
        self.masked, self.base = masked, offset  # `offset` is HTMLParser's own
        self.starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self.rows: list[tuple[Span, ...]] = []
        self.row: list[Span] = []
        self.open: tuple[int, int, int] | None = None  # where a cell's text begins, its columns and rows
        self.below: dict[int, list[Span]] = {}  # by column, what cells above hold for the rows to come
        self.feed(source)
        self.close()
        self._end_row()
        self._one_head()

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()
            spans = [dict(attrs).get(name) or "1" for name in ("colspan", "rowspan")]
            width, height = (min(int(span), 50) if span.isdecimal() else 1 for span in spans)
            self.open = (self._here() + len(self.get_starttag_text()), width, height)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table", "thead", "tbody"):
            self._end_row()

    def _here(self) -> int:
        line, column = self.getpos()
        return self.base + self.starts[line - 1] + column

    def _end_cell(self) -> None:
        if self.open:
            start, width, height = self.open
            cell = Span(self.masked[start : self._here()], start)
            for _ in range(width):
                self._continue()
                self.below[len(self.row)] = [cell] * (height - 1)
                self.row.append(cell)
            self.open = None

    def _continue(self) -> None:
        """Add the cells of rows above that reach down to this place."""
        while cells := self.below.get(len(self.row)):
            self.row.append(cells.pop())

    def _end_row(self) -> None:
        self._end_cell()
        if self.row:
            self._continue()
            self.rows.append(tuple(self.row))
            self.row = []

    def _one_head(self) -> None:
        """Below a head that spans columns stand the heads of each: "Accuracy" over "INT8" and "FP32"."""
        if len(self.rows) < 3 or len(self.rows[0]) != len(self.rows[1]):
            return
        above, below = self.rows[:2]
        spanned = any(one == other for one, other in pairwise(above))
        if spanned and not any(re.fullmatch(r"\W*\d[\d.,]*\W*", cell.text) for cell in below):
            said = zip(("" if above[0] == above[-1] else a.text for a in above), below, above, strict=True)
            self.rows[:2] = [tuple(b if a == b else Span(f"{text} {b.text}", b.start) for text, b, a in said)]

"""A card's Markdown as blocks, each with its lines: CommonMark with tables, by markdown-it."""

import re
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "item", "table", "code", "html"]

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)
_LONGEST = 600_000  # characters that are parsed; what a card holds beyond them is data
_KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "html_block": "html",
}


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item's paragraph, table, code or HTML block.

    Attributes:
        line: Number of its first line in the card, from 1.
        lines: Its lines as they stand there, with all markup.
        text: What markdown-it calls its content: without marks of headings, lists, quotes and fences.
        headings: The headings above it, outermost first.
        info: What stands behind the opening fence of code.
        tokens: markdown-it's tokens, for tables; their own lines count from the card's first line as 0.
    """

    kind: Kind
    line: int
    lines: tuple[str, ...]
    text: str
    headings: tuple[str, ...]
    info: str = ""
    tokens: tuple[Token, ...] = ()

    @property
    def last_line(self) -> int:
        return self.line + len(self.lines) - 1


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a card, in order; never fails. The front matter is none of them."""
    front = FRONT_MATTER.match(text)
    body = "\n" * text.count("\n", 0, front.end()) + text[front.end() :] if front else text
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable("inline")  # marks inside of lines stay; the few readers of cells take them off
    tokens = parser.parse(body[:_LONGEST])
    lines = text.split("\n")
    found: list[Block] = []
    above: list[tuple[int, str]] = []
    items = 0
    for number, token in enumerate(tokens):
        items += (token.type == "list_item_open") - (token.type == "list_item_close")
        if token.type not in _KINDS or token.map is None:
            continue
        first, end = token.map
        kind = _KINDS[token.type]
        inside: tuple[Token, ...] = ()
        content = token.content
        if kind == "heading":
            content = tokens[number + 1].content
            level = int(token.tag[1])
            above = [(other, said) for other, said in above if other < level]
        elif kind == "paragraph":
            content = tokens[number + 1].content
            kind = "item" if items else "paragraph"
        elif kind == "table":
            close = next(n for n in range(number, len(tokens)) if tokens[n].type == "table_close")
            inside = tuple(tokens[number : close + 1])
        while end - 1 > first and not lines[end - 1].strip():
            end -= 1  # markdown-it counts the blank lines below some blocks
        headings = tuple(said for _, said in above)
        found.append(
            Block(kind, first + 1, tuple(lines[first:end]), content, headings, token.info.strip(), inside)
        )
        if kind == "heading":
            above.append((int(token.tag[1]), " ".join(content.split())))
    return tuple(found)

"""A card's Markdown as blocks, each with its lines: CommonMark with tables, by markdown-it."""

import re
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "item", "table", "code", "html"]

# Blank lines before it are let through, as huggingface_hub lets them.
FRONT_MATTER = re.compile(r"\A\ufeff?\s*---[ \t]*\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)
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
    """One heading, paragraph, list item's paragraph, table, code or HTML block."""

    kind: Kind
    line: int  # of its first line in the card, from 1
    lines: tuple[str, ...]  # as they stand there, with all markup
    text: str  # without marks of headings, lists, quotes and fences
    headings: tuple[str, ...]  # above it, outermost first
    info: str = ""  # behind the opening fence of code
    tokens: tuple[Token, ...] = ()  # markdown-it's, for tables; their lines count from the card's first as 0

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
    above: list[tuple[str, str]] = []  # h1 to h6, and what it says
    items = 0
    for number, token in enumerate(tokens):
        items += (token.type == "list_item_open") - (token.type == "list_item_close")
        if token.type not in _KINDS or token.map is None:
            continue
        first, end = token.map
        kind, content, inside = _KINDS[token.type], token.content, tokens[:0]
        if kind in ("heading", "paragraph"):
            content = tokens[number + 1].content
        if kind == "heading":
            above = [(level, said) for level, said in above if level < token.tag]
        elif kind == "paragraph" and items:
            kind = "item"
        elif kind == "table":
            close = next(n for n in range(number, len(tokens)) if tokens[n].type == "table_close")
            inside = tokens[number : close + 1]
        while end - 1 > first and not lines[end - 1].strip():
            end -= 1  # markdown-it counts the blank lines below some blocks
        headings, shown = tuple(said for _, said in above), tuple(lines[first:end])
        found.append(Block(kind, first + 1, shown, content, headings, token.info.strip(), tuple(inside)))
        if kind == "heading":
            above.append((token.tag, " ".join(content.split())))
    return tuple(found)

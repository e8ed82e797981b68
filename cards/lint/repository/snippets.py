"""Code on a card: blocks by language, and whether they can be parsed."""

import ast
import json
import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...reading import Place
from ..finding import Finding, error, rule, warning
from ..subject import Subject

_PYTHON = ("python", "py", "python3", "pycon")
SHELL = ("shell", "bash", "sh", "console", "zsh")
_LEFT_OUT = re.compile(r"^\s*(?:\.\.\.|…|# \.\.\.)|<[A-Za-z][^<>\n]*>|…|\{\{", re.MULTILINE)
_COMMAND = re.compile(
    r"\$ |(?:sudo )?(?:pip3?|uv|conda|mamba|git|cd|python3?|source|export|wget|curl|docker|npm|apt(?:-get)?"
    r"|brew) \S"
)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language in lower case, its code, and the line on which the code begins."""

    language: str
    code: str
    line: int

    @property
    def is_python(self) -> bool:
        return self.language in _PYTHON

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code as Python; None where it cannot be parsed."""
        parsed = (_parsed(code) for code in self.readings)
        return next((tree for tree in parsed if isinstance(tree, ast.Module)), None)

    @property
    def readings(self) -> list[str]:
        """The code without prompts, notebook commands and common indentation; lines stay where they are.

        With prompts there are several ways to read it: behind ">>>" may stand code or what it prints, and
        a call may go on for lines without "...".
        """
        lines = [
            "" if re.match(r"\s*[!%]", line) else line for line in textwrap.dedent(self.code).split("\n")
        ]
        prompted = [line.startswith((">>> ", "... ")) for line in lines]
        if not any(line.startswith(">>>") for line in lines):
            return ["\n".join(lines)]
        bare = [line[4:] if is_prompt else line for line, is_prompt in zip(lines, prompted, strict=True)]
        return [
            "\n".join(line if is_prompt else "" for line, is_prompt in zip(bare, prompted, strict=True)),
            "\n".join(bare),
            "\n".join("" if line.startswith(">>>") else line for line in lines),
        ]


def _parsed(code: str) -> ast.Module | Exception:
    """The tree of Python code, or what is wrong with it."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return problem


def snippets(subject: Subject) -> Iterator[Snippet]:
    """The fenced blocks of a card."""
    for block in subject.reading.document.blocks:
        if block.kind == "code":
            text = subject.text[block.span.start : block.span.start + len(block.span.text)]
            first, _, rest = text.partition("\n")
            if first.strip().startswith(("```", "~~~")):
                code = re.sub(r"\n?[ \t>]*(?:`{3,}|~{3,})[ \t]*\n?\Z", "\n", rest)
                language = re.match(r"\w*", block.language.lower())[0]
                yield Snippet(language, code, block.line + 1)


@rule("code.python")
def parses(subject: Subject) -> Iterator[Finding]:
    """Python on a card can be parsed."""
    for snippet in snippets(subject):
        if not snippet.is_python or snippet.tree:
            continue
        problem = _parsed(snippet.readings[0])
        line = snippet.line + (getattr(problem, "lineno", None) or 1) - 1
        said = getattr(problem, "msg", None) or str(problem)
        shown = snippet.code.split("\n")[line - snippet.line].strip()
        shown = shown if isinstance(problem, SyntaxError) else ""
        # What a card leaves out or shows as a session is no code to copy; a command is in the wrong block.
        loose = len(snippet.readings) > 1 or _LEFT_OUT.search(snippet.code) or _COMMAND.match(shown)
        report = warning if loose else error
        right = "code that can be copied and run"
        yield report("code.python", Place(subject.card, line, 1), f"{said}: {shown[:80]!r}", right)


@rule("code.data", severity="warning")
def data(subject: Subject) -> Iterator[Finding]:
    """JSON and shell commands on a card can be parsed."""
    for snippet in snippets(subject):
        place = Place(subject.card, snippet.line, 1)
        if snippet.language == "json" and not _LEFT_OUT.search(snippet.code) and "//" not in snippet.code:
            try:
                [json.loads(part) for part in _documents(snippet.code)]
            except ValueError as problem:
                yield warning("code.data", place, f"JSON with {problem}", "JSON that can be parsed")
        if snippet.language in SHELL and "<<" not in snippet.code:
            try:
                shlex.split(snippet.code, comments=True)
            except ValueError as problem:
                yield warning("code.data", place, f"a command with {problem}", "quotes that close")


def _documents(code: str) -> list[str]:
    """One JSON text, or one for each line."""
    lines = [line for line in code.split("\n") if line.strip()]
    each = len(lines) > 1 and all(line.startswith("{") and line.rstrip().endswith("}") for line in lines)
    return lines if each else [code]

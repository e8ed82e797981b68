"""The code on a card: blocks by language, Python as a tree, and the calls that load something."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .blocks import Block

PYTHON = ("python", "py", "python3", "pycon")
_LEFT_OUT = re.compile(
    r"^\s*(?:# )?\.\.\.|\.\.\.\s*$|<[A-Za-z][^<>\n]*>|…|\{\{|^diff --git |^@@ ", re.MULTILINE
)
_CODE = re.compile(
    r"^\s*(?:import \w|from [\w.]+ import |def \w|class \w|\w[\w, ]*=\s*\w[\w.]*\(|\w+(?:\.\w+)*\(.*\)\s*$)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language in lower case, its code, and the line on which the code begins."""

    language: str
    code: str
    line: int

    @cached_property
    def python(self) -> str:
        """The code without common indentation, notebook commands, prompts and what a session printed."""
        lines = textwrap.dedent(self.code).split("\n")
        if self.is_session:
            lines = [line[4:] if line.startswith((">>> ", "... ")) else "" for line in lines]
        return "\n".join("" if re.match(r"\s*[!%]", line) else line for line in lines)

    @cached_property
    def tree(self) -> ast.Module | Exception:
        """The code as Python, or why it is none."""
        return parse(self.python)

    @property
    def is_session(self) -> bool:
        return bool(re.search(r"^\s*>>>", self.code, re.MULTILINE))

    @property
    def is_meant_to_run(self) -> bool:
        """Whether it is code to copy: no session, no dump of settings, and nothing left out."""
        return bool(_CODE.search(self.code)) and not self.is_session and not _LEFT_OUT.search(self.code)


@dataclass(frozen=True)
class Call:
    """A call: its function, the class before a method, its plain arguments, and its line in the card."""

    function: str
    owner: str
    given: list[object]
    named: dict[str, object]
    line: int

    @property
    def target(self) -> str | None:
        """The model or repository that it loads."""
        at = 1 if self.function == "pipeline" else 0
        said = [self.named.get(name) for name in ("model", "repo_id", "pretrained_model_name_or_path")]
        said += self.given[at : at + 1]
        return next((each for each in said if isinstance(each, str)), None)


def parse(code: str) -> ast.Module | Exception:
    """The tree of Python code, or what is wrong with it."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return problem


def read_snippets(blocks: tuple[Block, ...]) -> tuple[Snippet, ...]:
    """The fenced blocks of a card that are closed: what an open fence swallows may be anything."""
    marks = ("```", "~~~")
    fenced = [b for b in blocks if b.kind == "code" and b.lines[0].lstrip(" >").startswith(marks)]
    fenced = [b for b in fenced if len(b.lines) > 1 and b.lines[-1].lstrip(" >").startswith(marks)]
    return tuple(Snippet(re.split(r"\W", b.info.lower())[0], b.text, b.line + 1) for b in fenced)


def calls(snippet: Snippet) -> Iterator[Call]:
    """The calls in Python code; a name that stands for a constant is read as that."""
    nodes = list(ast.walk(snippet.tree)) if isinstance(snippet.tree, ast.Module) else []
    names: dict[str, object] = {
        target.id: node.value.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def value(node: ast.expr) -> object:
        return node.value if isinstance(node, ast.Constant) else names.get(getattr(node, "id", ""))

    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            named = {each.arg: value(each.value) for each in node.keywords if each.arg}
            given = [value(each) for each in node.args]
            yield Call(function, owner.rpartition(".")[2], given, named, snippet.line + node.lineno - 1)

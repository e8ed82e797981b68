"""The code on a card: blocks by language, Python as a tree, and the calls that load something."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .blocks import Block

PYTHON = ("python", "py", "python3", "pycon")
SHELL = ("shell", "bash", "sh", "console", "zsh")
LEFT_OUT = re.compile(r"^\s*(?:# )?\.\.\.|\.\.\.\s*$|<[A-Za-z][^<>\n]*>|…|\{\{", re.MULTILINE)
_CODE = re.compile(
    r"^\s*(?:import \w|from [\w.]+ import |def \w|class \w|\w[\w, ]*=\s*\w[\w.]*\(|\w+(?:\.\w+)*\(.*\)\s*$)",
    re.MULTILINE,
)
_LOADERS = (
    *("from_pretrained", "pipeline", "hf_hub_download", "snapshot_download", "load"),
    "SentenceTransformer",
)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language in lower case, its code, and the line on which the code begins."""

    language: str
    code: str
    line: int

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code as Python; None where it is none or cannot be parsed."""
        parsed = (parse(code) for code in self.readings if self.language in PYTHON)
        return next((tree for tree in parsed if isinstance(tree, ast.Module)), None)

    @property
    def readings(self) -> list[str]:
        """The code without prompts, notebook commands and common indentation; lines stay where they are.

        With prompts there are several ways to read it: behind ">>>" may stand code or what it prints, and
        a call may go on for lines without "...".
        """
        code = textwrap.dedent(self.code).split("\n")
        lines = ["" if re.match(r"\s*[!%]", line) else line for line in code]
        if not any(line.startswith(">>>") for line in lines):
            return ["\n".join(lines)]
        prompted = [line.startswith((">>> ", "... ")) for line in lines]
        bare = [line[4:] if is_prompt else line for line, is_prompt in zip(lines, prompted, strict=True)]
        return [
            "\n".join(line if is_prompt else "" for line, is_prompt in zip(bare, prompted, strict=True)),
            "\n".join(bare),
            "\n".join("" if line.startswith(">>>") else line for line in lines),
        ]

    @property
    def is_meant_to_run(self) -> bool:
        """Whether it is code to copy: no session, no dump of settings, and nothing left out."""
        is_session = len(self.readings) > 1
        return bool(_CODE.search(self.code)) and not is_session and not LEFT_OUT.search(self.code)

    def nodes(self) -> Iterator[ast.AST]:
        """Every node of the Python in it."""
        yield from ast.walk(self.tree) if self.tree else ()

    def line_of(self, node: ast.expr) -> int:
        """The line of a node in the card."""
        return self.line + node.lineno - 1


@dataclass(frozen=True)
class Call:
    """A call that loads something: the function, the class before it, what it loads, its plain arguments."""

    function: str
    owner: str  # the class before `.from_pretrained`
    target: str | None
    named: dict[str, object]
    line: int


def parse(code: str) -> ast.Module | Exception:
    """The tree of Python code, or what is wrong with it."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return problem


def read_snippets(blocks: tuple[Block, ...]) -> tuple[Snippet, ...]:
    """The fenced blocks of a card."""
    found = []
    for block in blocks:
        if block.kind == "code" and block.lines[0].lstrip(" >").startswith(("```", "~~~")):
            language = re.match(r"\w*", block.info.lower())
            found.append(Snippet(language[0] if language else "", block.text, block.line + 1))
    return tuple(found)


def calls(snippet: Snippet) -> Iterator[Call]:
    """The calls of a snippet that load a model, a file or a repository."""
    names: dict[str, object] = {
        target.id: node.value.value
        for node in snippet.nodes()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in snippet.nodes():
        if isinstance(node, ast.Call) and (call := _call(snippet, node, names)):
            yield call


def _call(snippet: Snippet, node: ast.Call, names: dict[str, object]) -> Call | None:
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if function not in _LOADERS or (function == "load" and owner not in ("", "clinstill", "spacy")):
        return None  # json.load, np.load and the like
    said = {keyword.arg: _value(keyword.value, names) for keyword in node.keywords if keyword.arg}
    given = [_value(argument, names) for argument in node.args]
    at = 1 if function == "pipeline" else 0
    target = said.get("model") or said.get("repo_id") or said.get("pretrained_model_name_or_path")
    target = target or (given[at] if len(given) > at else None)
    if function == "hf_hub_download" and len(given) > 1:
        said.setdefault("filename", given[1])
    named = target if isinstance(target, str) else None
    return Call(function, owner.rpartition(".")[2], named, said, snippet.line_of(node))


def _value(node: ast.expr, names: dict[str, object]) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    return names.get(node.id) if isinstance(node, ast.Name) else None

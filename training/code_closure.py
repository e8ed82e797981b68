"""Code that a step runs: the closure of its imports, compared without comments and docstrings.

A name that a package only passes on leads to the module that the name comes from, so that a step does not
depend on all that the package holds. What is imported for types alone does not count, and the recipe's types
and the records of tasks do not either: their values are the step's settings.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("training", "space.engine")  # whose code counts; libraries are recorded by their versions
LEFT_OUT = ("training.recipe", "training.tasks")


def code_of(module: str) -> dict[str, str]:
    """Hash the code that a module runs.

    Args:
        module: its full name.

    Returns:
        By its name, a hash of each of our modules that it imports, directly or not, and of itself.
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name], imported = _read(name)
            waiting += imported
    return dict(sorted(found.items()))


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Hash of a module's code, and the modules of ours that it imports."""
    tree = _tree(module)
    imported = tuple(dict.fromkeys(_imported(tree, module)))
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                node.body = [each for each in node.body if not _is_text(each)] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imported


def _is_text(statement: ast.stmt) -> bool:
    """Whether it is a docstring, of a module, class or function, or of the field above it."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@cache
def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _tree(module: str) -> ast.Module:
    file = _file(module)
    if file is None:
        raise ModuleNotFoundError(f"no module {module}", name=module)
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def _imported(tree: ast.AST, module: str) -> Iterator[str]:
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _counts(alias.name))
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            for alias in node.names if _counts(source) else ():
                yield from filter(_counts, _origin(source, alias.name))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of `if TYPE_CHECKING:`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _absolute(node: ast.ImportFrom, module: str) -> str:
    """The full name of what an import takes names from."""
    if not node.level:
        return node.module or ""
    file = _file(module)
    is_package = file is not None and file.name == "__init__.py"
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _origin(source: str, name: str) -> Iterator[str]:
    """The module that a name of `source` comes from: a module of a package, or one that it passes on."""
    if _file(f"{source}.{name}"):
        yield f"{source}.{name}"
        return
    # For types alone, too: so a package says what it imports on first use.
    file = _file(source)
    is_package = file is not None and file.name == "__init__.py"
    passed_on = [node for node in ast.walk(_tree(source)) if isinstance(node, ast.ImportFrom)]
    for node in passed_on if is_package else ():
        for alias in node.names:
            if name == (alias.asname or alias.name) and _counts(_absolute(node, source)):
                yield from _origin(_absolute(node, source), alias.name)
                return
    yield source


def _counts(module: str) -> bool:
    ours = any(module == room or module.startswith(f"{room}.") for room in ROOMS)
    return ours and not module.startswith(LEFT_OUT) and _file(module) is not None

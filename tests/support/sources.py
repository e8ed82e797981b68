"""The repository's own Python sources, read with `ast` and never imported."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("space", "training", "cards", "publish")


@dataclass(frozen=True)
class Import:
    """One import: the full dotted name, with a relative one resolved ("space.engine.tokens")."""

    module: str
    line: int
    relative: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def sources(*folders: str) -> list[Path]:
    """Python files under these folders of the repository, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(source: str, place: Path, *, types: bool = False) -> list[Import]:
    """List every import that runs, wherever in the file it stands.

    Args:
        source: Text of the file.
        place: The file, relative to the repository's root.
        types: Whether those for type checkers alone are listed too.
    """
    package = place.with_suffix("").parts[:-1]
    found = []
    tree = ast.parse(source, str(place))
    for node in ast.walk(tree) if types else _running(tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno, False) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            found += [Import(f"{module}.{alias.name}", node.lineno, node.level > 0) for alias in node.names]
    return found


def third_party(path: Path) -> set[str]:
    """Top-level names that a file imports from neither the standard library nor this repository."""
    known = {*PACKAGES} | sys.stdlib_module_names
    found = imports(path.read_text(encoding="utf-8"), path.relative_to(ROOT))
    return {i.top for i in found if not i.relative and i.top not in known}


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _running(child)

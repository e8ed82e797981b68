"""A recipe's graph as text, and as a Mermaid diagram."""

from collections.abc import Iterator

from .graph import Node, graph
from .recipe import Recipe
from .recipe.references import Use, uses

KINDS = {
    "corpora": "reads the corpora",
    "rehearsal": "untrained models to their files",
    "export": "ONNX, FP32",
    "int8": "INT8 within its F1 budget",
    "calibrate": "rules and temperature",
    "pipelines": "F1 through transformers",
    "scores": "F1 of every file that ships",
    "latency": "times of all files, by turns",
    "comparison": "files against one another",
    "ledger": "ledger, golden outputs, figures",
}


def as_text(recipe: Recipe) -> str:
    """A line for each node: its name, what it does, and what it takes."""
    nodes = graph(recipe)
    name, kind = (max(len(text) for text in column) for column in zip(*map(_titles, nodes), strict=True))
    return "\n".join(
        f"{title:{name}}  {what:{kind}}  {', '.join(_takes(recipe, node))}".rstrip()
        for node in nodes
        for title, what in [_titles(node)]
    )


def as_mermaid(recipe: Recipe) -> str:
    """Corpora, steps and models as a flow chart (mermaid.js.org), which GitHub and the Hub draw."""
    lines = ["flowchart LR"]
    lines += [f"  corpus_{name}[({name})]" for name in recipe.corpora]
    for name, step in recipe.steps.items():
        lines.append(f'  step_{name}["{name}<br/>{step.do}"]')
        for use in uses(step):
            source = f"step_{use.name}" if use.is_step else f"corpus_{use.name}"
            label = f"|{_label(use)}|" if _label(use) else ""
            lines.append(f"  {source} -->{label} step_{name}")
    for name, model in recipe.models.items():
        files = "FP32, INT8" if model.int8 else "FP32"
        lines += [f'  model_{name}(["{name}<br/>{files}"])', f"  step_{model.step} --> model_{name}"]
    return "\n".join(lines)


FORMATS = {"text": as_text, "mermaid": as_mermaid}


def _titles(node: Node) -> tuple[str, str]:
    return node.name, KINDS.get(node.name.rpartition(".")[2]) or f"do: {node.part.do}"  # type: ignore[attr-defined]


def _label(use: Use) -> str:
    return ", ".join(use.splits) if use.to == "splits" else "" if use.to in ("corpus", "encoder") else use.to


def _takes(recipe: Recipe, node: Node) -> Iterator[str]:
    """What a node reads, by the recipe's names."""
    if node.name not in recipe.steps:
        yield from (name for name in node.needs if name != "corpora" and node.name != "ledger")
        return
    for use in uses(recipe.steps[node.name]):
        label = _label(use)
        yield f"{use.name} ({label})" if label else use.name

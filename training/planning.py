"""Plan of a run: what would run, why, and about how long it would take."""

from .estimate import Estimates
from .graph import Node, graph
from .record import RECORD, Record
from .run_context import Context
from .running import read_inputs, reason, versions


def plan(context: Context) -> str:
    """Say of each node whether it would run, why, and about how long. Nothing is written.

    Raises:
        CorpusError: a corpus is not here.
    """
    nodes = graph(context.recipe, context.run.unbundled)
    width = max(len(node.name) for node in nodes)
    estimates = Estimates(context)
    waiting: set[str] = set()
    lines, seconds = [], 0.0
    for node in nodes:
        before = [name for name in node.needs if name in waiting]
        if before:
            others = "any of them leaves" if len(before) > 3 else f"{_listed(before)} leaves"
            why: str | None = f"runs if {others} something new"
        else:
            why = reason(context, node)
            if why and _is_stored(context, node):
                why = "will be taken from the store"
        if why:
            waiting.add(node.name)
        told, took = _time(context, node, estimates) if why else ("", 0.0)
        seconds += took
        lines.append(f"{node.name:{width}}  {why or 'done'}{told}{_other_libraries(context, node)}")
    if seconds:
        lines.append(f"about {seconds / 60:.0f} min in all, {estimates.threads}")
    return "\n".join(lines)


def _is_stored(context: Context, node: Node) -> bool:
    return bool(node.is_stored and context.store and context.store.has(read_inputs(context, node)))


def _time(context: Context, node: Node, estimates: Estimates) -> tuple[str, float]:
    """How long a node took last time, or may take, in words and in seconds."""
    record = _record(context, node)
    if record:
        return f" (took {record.cost.seconds:.0f} s last time)", record.cost.seconds
    seconds = estimates.seconds(node)
    return (f" (about {seconds / 60:.0f} min)", seconds) if seconds else ("", 0.0)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _record(context: Context, node: Node) -> Record | None:
    path = context.run.step(node.name) / RECORD
    return Record.model_validate_json(path.read_bytes()) if path.is_file() else None


def _other_libraries(context: Context, node: Node) -> str:
    """Which libraries a node was made with that have another version now."""
    record, here = _record(context, node), versions()
    made_with = record.versions.items() if record else ()
    other = [f"{name} {old}, now {here[name]}" for name, old in made_with if here.get(name, old) != old]
    return f" [made with {'; '.join(other)}]" if other else ""

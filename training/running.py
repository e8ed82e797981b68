"""Running of a graph: which nodes still have to run, and why; what each has left.

A node runs again when its settings, the files that it reads or the code that it runs have changed. What it
leaves is named with hashes in steps/NODE/record.json, written last: a node that was killed has no record and
runs again (a training from its last checkpoint).
"""

import importlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cards.ledger import Claim

from . import library_logs
from .code_closure import code_of
from .corpora.location import fingerprint
from .graph import FOLDS, Node, graph
from .measuring.cost import Cost
from .recipe import RecipeError, load_recipe
from .recipe.fitting import Fitting
from .record import RECORD, Attempt, Inputs, Record
from .run_context import Context
from .run_folder import sha256

ATTEMPT, CHECKPOINTS = "attempt.json", "checkpoints"
TOLD = 3  # changes, and edited modules, that are told of a node
LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "onnxruntime", "optimum-onnx")


def run(context: Context, first: str | None = None, last: str | None = None) -> None:
    """Run every node whose inputs changed.

    Args:
        context: of the run.
        first: from this node on all run, changed or not.
        last: no node behind this one runs.

    Raises:
        RecipeError: the run has no such node.
    """
    nodes = graph(context.recipe, context.run.unbundled)
    for name in (first, last):
        if name:
            find(context, name)
    resolve(context)
    forced = False
    for node in nodes:
        forced = forced or node.name == first
        if forced:
            run_node(context, node, f"from {first} on")
        else:
            run_changed(context, node)
        if node.name == last:
            break


def run_changed(context: Context, node: Node) -> None:
    """Run one node if its inputs changed, or it has not run."""
    if why := reason(context, node):
        run_node(context, node, why)
    else:
        print(f"{node.name}: done, nothing changed", flush=True)


def find(context: Context, name: str) -> Node:
    """Find the run's node of that name.

    Raises:
        RecipeError: it has none.
    """
    nodes = {node.name: node for node in graph(context.recipe, context.run.unbundled)}
    if name not in nodes:
        unbundled = " (it was made by `unbundle`, so nothing is trained)" if context.run.unbundled else ""
        raise RecipeError(f"{context.run.path}{unbundled} has no step {name!r} but {', '.join(nodes)}")
    return nodes[name]


def resolve(context: Context) -> None:
    """Write the resolved recipe into the run folder.

    Raises:
        RecipeError: a bundled pair would be measured as what it is not: trained on other corpora.
    """
    if context.run.unbundled:
        made = load_recipe(str(context.run.recipe))
        if made.guard.corpus not in context.recipe.corpora:
            raise RecipeError(
                f"the pair in {context.run.path} was trained on {made.guard.corpus}, and the recipe "
                f"{context.recipe.name} reads {', '.join(context.recipe.corpora)}; name the recipe "
                f"{made.name}"
            )
    context.run.path.mkdir(parents=True, exist_ok=True)
    context.run.recipe.write_text(context.recipe.written(), encoding="utf-8")


def run_node(context: Context, node: Node, why: str) -> None:
    """Run one node and write its record; checkpoints of other inputs are thrown away first.

    Args:
        context: of the run.
        node: one of its nodes.
        why: it runs, in words.

    Raises:
        RecipeError: an earlier node has not been run.
    """
    inputs = read_inputs(context, node)
    folder = context.run.step(node.name)
    if node.is_stored and context.store and context.store.take(context.run, node, inputs):
        print(f"{node.name}: taken from the store", flush=True)
        return
    attempt = _attempt(folder, inputs)
    print(f"{node.name}: starts ({why})", flush=True)
    module = importlib.import_module(f".{node.module}", __package__)
    library_logs.divert()
    with Cost(attempt, folder / ATTEMPT):
        if isinstance(node.part, Fitting):
            _use_hardware(context, node, attempt)
        claims = module.run(context.of(node.name, inputs.key), node.part)
    write_record(context, node, inputs, attempt, claims)
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    if node.is_stored and context.store:
        context.store.keep(context.run, node, inputs)
    print(f"{node.name}: done in {attempt.seconds:.0f} s", flush=True)


def write_record(
    context: Context, node: Node, inputs: Inputs, cost: Attempt, claims: Iterable[Claim]
) -> None:
    """Say that a node is finished, and what it left."""
    made = Record(
        node=node.name,
        inputs=inputs,
        versions=versions(),
        cost=cost,
        outputs=_outputs(context, node),
        claims=tuple(claims),
    )
    path = context.run.step(node.name) / RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")


def versions() -> dict[str, str]:
    """The versions of the libraries that trainings and exports rest on, those that are installed."""
    found = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _use_hardware(context: Context, node: Node, attempt: Attempt) -> None:
    """Decide what the recipe leaves to the machine before a step trains, and keep it with the cost."""
    import torch

    from .fitting import hardware

    assert isinstance(node.part, Fitting)
    threads, sitting = hardware.use_threads(context.recipe.threads), attempt.sittings[-1]
    sitting.threads, sitting.arithmetic = torch.get_num_threads(), hardware.arithmetic(node.part.bf16)
    print(f"{node.name}: {threads}, {sitting.arithmetic}", flush=True)


def _attempt(folder: Path, inputs: Inputs) -> Attempt:
    """The attempt that was cut short, or a new one in an empty folder when its inputs were others
    or it had been finished."""
    unfinished = (folder / ATTEMPT).is_file() and not (folder / RECORD).is_file()
    if unfinished:
        attempt = Attempt.model_validate_json((folder / ATTEMPT).read_bytes())
        if attempt.inputs == inputs.key:
            return attempt
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Attempt(inputs=inputs.key)


def reason(context: Context, node: Node) -> str | None:
    """Why a node has to run; None where it has not.

    Everything that it needs must have been run.
    """
    folder = context.run.step(node.name)
    if not (folder / RECORD).is_file():
        return "was cut short" if (folder / ATTEMPT).is_file() else "has not run yet"
    record = read_record(context, node.name)
    if changes := list(_changes(record.inputs, read_inputs(context, node))):
        more = [f"{len(changes) - TOLD} more"] if len(changes) > TOLD else []
        return "; ".join([*changes[:TOLD], *more])
    if record.outputs != _outputs(context, node):
        return "what it left was changed or is missing"
    return None


def _changes(before: Inputs, now: Inputs) -> Iterator[str]:
    """What is new between two readings of a node's inputs, in words."""
    for key in sorted(before.settings.keys() | now.settings.keys()):
        old, new = before.settings.get(key), now.settings.get(key)
        if old != new:
            yield f"setting {key}: {json.dumps(old)} -> {json.dumps(new)}"[:200]
    read = sorted(before.files.keys() | now.files.keys())
    if changed := [key for key in read if before.files.get(key) != now.files.get(key)]:
        yield f"what it reads: {', '.join(changed)}"
    modules = sorted(before.code.keys() | now.code.keys())
    if edited := [name for name in modules if before.code.get(name) != now.code.get(name)]:
        more = f" and {len(edited) - TOLD} more" if len(edited) > TOLD else ""
        yield f"code: {', '.join(edited[:TOLD])}{more}"


def read_record(context: Context, node: str) -> Record:
    """Read what a finished node says of itself.

    Raises:
        RecipeError: it has not been run.
    """
    path = context.run.step(node) / RECORD
    if not path.is_file():
        raise RecipeError(
            f"step {node!r} has not been run in {context.run.path}; `run` does all that is missing"
        )
    return Record.model_validate_json(path.read_bytes())


def read_inputs(context: Context, node: Node) -> Inputs:
    """Read what decides a node's output, as it is now.

    Claims carry dates, so they count only for the node that reads them: a corpus counted again on
    another day must not train a teacher anew.

    Raises:
        RecipeError: something that it needs has not been run.
    """
    for name in node.needs:
        read_record(context, name)
    files = {key: _hashes(context, pattern) for key, pattern in node.reads.items()}
    if node.reads_claims:
        files |= {f"record of {name}": [sha256(context.run.step(name) / RECORD)] for name in node.needs}
    settings = json.loads(json.dumps(node.settings))  # as they are read back: a tuple is a list then
    if node.name in ("corpora", FOLDS):
        settings["sources"] = {
            name: fingerprint(corpus, context.data) for name, corpus in context.corpora.items()
        }
    modules = (node.module, *node.runs)
    code = {name: of for module in modules for name, of in code_of(f"{__package__}.{module}").items()}
    return Inputs(settings=settings, files=files, code=dict(sorted(code.items())))


def _hashes(context: Context, pattern: str) -> list[str]:
    """Of the files that have this pattern, in the order of their names: a model by any name is the same."""
    return [sha256(file) for file in sorted(context.run.path.glob(pattern)) if file.is_file()]


def _outputs(context: Context, node: Node) -> dict[str, str]:
    files = sorted(path for pattern in node.leaves for path in context.run.path.glob(pattern))
    return {file.relative_to(context.run.path).as_posix(): sha256(file) for file in files if file.is_file()}

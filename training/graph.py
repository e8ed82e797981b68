"""Graph of a run: its nodes in order, what each reads and leaves.

The steps of a recipe are nodes; before them stands the reading of the corpora, after them follows for every
model its export, INT8, calibration and measurement, and the ledger at the end. What a step reads follows from
the types of its settings (`recipe.references.Reference`).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel

from .recipe.distil import Distilling
from .recipe.fitting import Fitting
from .recipe.models import Model
from .recipe.origin import origin
from .recipe.references import uses
from .recipe.schema import Recipe
from .tasks.lookup import TASKS

TASK = ("task", "labels", "window", "overlap", "rules")  # settings of the recipe that every training reads
MADE = ("corpora.", "steps.", "onnx.export", "onnx.int8")  # modules that make a model's files
OF_LEDGER = ("ledger.json", "golden.json", "recipe.yaml")  # in the folder of each model
GUARD = "corpora/guard.jsonl"
FOLDS = "folds"


@dataclass(frozen=True)
class Node:
    """One arrow of the data's way: `MODULE.run(context, part) -> claims`.

    Attributes:
        name: of the step; MODEL.export and so on for what follows from a model.
        module: in `training`.
        part: of the recipe, that it is about.
        settings: everything of the recipe that decides what it leaves, as JSON.
        needs: nodes whose output it reads.
        reads: files that it reads, as patterns relative to the run folder, by what they are to it.
        leaves: files that it writes, as patterns.
        reads_claims: whether it reads the claims and cost of the nodes that it needs, too.
        is_stored: whether runs may share what it leaves.
        runs: further modules that it runs, which the imports of its own do not tell.
    """

    name: str
    module: str
    part: BaseModel
    settings: dict[str, Any]
    needs: tuple[str, ...]
    reads: dict[str, str]
    leaves: tuple[str, ...]
    reads_claims: bool = False
    is_stored: bool = False
    runs: tuple[str, ...] = ()


def graph(recipe: Recipe, unbundled: bool = False) -> list[Node]:
    """List the nodes of a recipe's run, each behind those that it needs.

    Args:
        recipe: the recipe.
        unbundled: whether the models came out of a bundled pair (`unbundle`): then no step made them.
    """
    data = recipe.model_dump(mode="json", by_alias=True)
    nodes = [_corpora(recipe, data)]
    if not unbundled:
        nodes.append(_rehearsal(recipe, data))
        steps = [_step(recipe, data, name) for name in _ordered(recipe)]
        nodes += [_folds(recipe, data, steps), *steps] if recipe.guard.is_crossed else steps
    for name, model in recipe.models.items():
        nodes += _model(recipe, data, name, model, unbundled)
    made = "unbundle" if unbundled else "export"
    tagged = tuple(node.name for node in nodes if node.name.endswith((".int8", ".calibrate", f".{made}")))
    files = {
        "files": "models/*/onnx/*",
        "tokenizers": "models/*/tokenizer.json",
        "how": "models/*/config.json",
    }
    scored = tuple(node.name for node in nodes if node.name.endswith(".scores"))
    test, split = recipe.own_test
    nodes.append(
        Node(
            "latency",
            "measuring.speed",
            recipe,
            {"evaluation": data["evaluation"]},
            ("corpora", *tagged),
            files | {"texts": f"corpora/{test}/{split}.jsonl"},
            ("measured/latency.json",),
        )
    )
    compared = {name: list(model.compare_with) for name, model in recipe.models.items()}
    nodes.append(
        Node(
            "comparison",
            TASKS[recipe.task].comparison,
            recipe,
            {"compare_with": compared, "evaluation": data["evaluation"], "labels": data["labels"]},
            (*scored, "latency"),
            {"found": "measured/*/*.jsonl", "latency": "measured/latency.json"},
            (),
        )
    )
    nodes.append(
        Node(
            "ledger",
            "unbundling" if unbundled else "ledger",
            recipe,
            data,  # it names the recipe by its hash
            tuple(node.name for node in nodes),
            {},
            ("ledger.json", *(f"models/*/{file}" for file in OF_LEDGER), "figures/*"),
            reads_claims=True,
        )
    )
    return nodes


def _ordered(recipe: Recipe) -> Iterator[str]:
    """The steps, each behind those that it refers to, else as the recipe has them."""
    waiting = {name: {use.name for use in uses(step) if use.is_step} for name, step in recipe.steps.items()}
    while waiting:  # the recipe was checked for cycles
        name = next(name for name, needs in waiting.items() if not needs & waiting.keys())
        del waiting[name]
        yield name


def _corpora(recipe: Recipe, data: dict[str, Any]) -> Node:
    settings = {key: data[key] for key in ("corpora", "guard", "measure", "labels")}
    return Node("corpora", "corpora.preparing", recipe, settings, (), {}, ("corpora/*/*.jsonl", GUARD))


def _rehearsal(recipe: Recipe, data: dict[str, Any]) -> Node:
    """What a model is built like and how it is exported, but not how it is trained."""
    settings = _of_task(recipe, data)
    for name, model in recipe.models.items():
        made = origin(recipe, model.step)
        how = {key: data["models"][name][key] for key in ("storage", "int8")}
        settings[f"models.{name}"] = how | {
            "base": made.base.model_dump(),
            "parts": [asdict(part) for part in made.parts],
        }
    reads = {"guard": GUARD}
    return Node("rehearsal", "onnx.rehearsal", recipe, settings, ("corpora",), reads, ())


def _of_task(recipe: Recipe, data: dict[str, Any]) -> dict[str, Any]:
    """Settings that every training reads, and what its task's record says to it."""
    task = TASKS[recipe.task]
    return {key: data[key] for key in TASK} | {"head": task.head, "outputs": task.outputs(recipe.labels)}


def _folds(recipe: Recipe, data: dict[str, Any], steps: list[Node]) -> Node:
    whole = ("corpora", "guard", "measure", "steps", "models")
    leaves = ("models/*/*", "models/*/onnx/*", "log/*", "corpora/guard.jsonl", "steps/*.int8/report.json")
    return Node(
        FOLDS,
        "folds",
        recipe,
        _of_task(recipe, data) | {key: data[key] for key in whole},
        ("corpora", "rehearsal"),
        {"texts": "corpora/*/*.jsonl"},
        tuple(f"folds/*/{file}" for file in leaves),
        runs=(
            "onnx.export",
            "onnx.int8",
            TASKS[recipe.task].metric,
            *dict.fromkeys(module for node in steps for module in (node.module, *node.runs)),
        ),
    )


def _crossed(recipe: Recipe, **files: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """What a node needs and reads of the folds, if there are: files of each, by what they are to it."""
    if not recipe.guard.is_crossed:
        return (), {}
    return (FOLDS,), {what: f"folds/*/{pattern}" for what, pattern in files.items()}


def _step(recipe: Recipe, data: dict[str, Any], name: str) -> Node:
    step = recipe.steps[name]
    runs: tuple[str, ...] = ()
    reads, needs, settings = {}, ["corpora"], _without_names(step, data["steps"][name])
    for number, use in enumerate(uses(step)):
        place = f"{use.place}.{number}"  # in the recipe's order, by what they are to the step and not by name
        if use.is_step:
            needs.append(use.name)
            reads[place] = f"steps/{use.name}/model/*"
        else:
            for split in use.splits or ("*",):
                reads[f"{place}.{split}"] = f"corpora/{use.name}/{split}.jsonl"
            settings[f"types.{place}"] = recipe.corpora[use.name].annotates
    if isinstance(step, Fitting):
        settings |= _of_task(recipe, data)
        task = TASKS[recipe.task]
        runs = (task.distillation if isinstance(step, Distilling) else task.finetuning,)
        folds, curves = _crossed(recipe, curves=f"log/{name}.jsonl")
        needs += folds
        reads |= {"guard": GUARD} | curves
    return Node(
        name,
        f"steps.{step.do}",
        step,
        settings,
        tuple(dict.fromkeys(needs)),
        reads,
        (f"steps/{name}/model/*",),
        is_stored=True,
        runs=runs,
    )


def _without_names(part: BaseModel, data: dict[str, Any]) -> dict[str, Any]:
    """The settings of a part but the names in it: what two recipes call otherwise is still the same."""
    left = dict(data)
    for place in {use.place for use in uses(part)}:
        *parents, last = place.split(".")
        holder = left
        for parent in parents:
            holder[parent] = holder = dict(holder[parent])
        holder.pop(last, None)
    return left


def _model(recipe: Recipe, data: dict[str, Any], name: str, model: Model, unbundled: bool) -> Iterator[Node]:
    """What follows from a model of the recipe."""
    settings, folder, task = data["models"][name], f"models/{name}", TASKS[recipe.task]
    made = "unbundle" if unbundled else f"{name}.export"
    tokenizer = {"tokenizer": f"{folder}/tokenizer.json", "guard": GUARD}
    if not unbundled:
        yield Node(
            made,
            "onnx.export",
            model,
            {"storage": settings["storage"]},
            ("corpora", model.step),
            {"checkpoint": f"steps/{model.step}/model/*", "guard": GUARD},
            tuple(
                f"{folder}/{file}"
                for file in ("model.safetensors", "tokenizer.json", "onnx/model.onnx", "onnx/model_fp16.onnx")
            ),
        )
    files = [made]
    if model.int8:
        files.append(f"{name}.int8")
        folds, reports = _crossed(recipe, reports=f"steps/{name}.int8/report.json")
        yield Node(
            f"{name}.int8",
            "onnx.int8",
            model,
            {key: data[key] for key in ("labels", "rules")} | {"int8": settings["int8"]},
            ("corpora", made, *folds),
            tokenizer | {"fp32": f"{folder}/onnx/model.onnx"} | reports,
            (f"{folder}/onnx/model_quantized.onnx",),
            runs=(task.metric,),
        )
    folds, guarded = _crossed(recipe, guards="corpora/guard.jsonl", theirs=f"{folder}/onnx/*")
    yield Node(
        f"{name}.calibrate",
        task.calibration,
        model,
        {"rules": data["rules"]},
        ("corpora", *files, *folds),
        tokenizer | {"files": f"{folder}/onnx/*"} | guarded,
        (f"{folder}/config.json",),
    )
    test = recipe.own_test
    yield Node(
        f"{name}.pipelines",
        task.pipelines,
        model,
        {key: data[key] for key in ("labels", "measure", "window", "overlap")},
        ("corpora", made),
        {"weights": f"{folder}/model.safetensors", "tokenizer": f"{folder}/tokenizer.json"}
        | {"texts": f"corpora/{test[0]}/{test[1]}.jsonl"},
        (),
    )
    measured = {
        f"{corpus} {split}": f"corpora/{corpus}/{split}.jsonl" for corpus, split in recipe.measure.items()
    }
    yield Node(
        f"{name}.scores",
        task.scores,
        model,
        {key: data[key] for key in ("labels", "measure")} | {"resamples": data["evaluation"]["resamples"]},
        ("corpora", *files, f"{name}.calibrate", *folds),
        tokenizer | measured | guarded | {"files": f"{folder}/onnx/*", "how": f"{folder}/config.json"},
        (f"measured/{name}/*.jsonl",),
    )

"""Node `ledger`: gathers the claims of all nodes, describes each model, and runs its usage snippets."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from pydantic import BaseModel

from cards.ledger import Base, Claim, ClaimId, Example, Ledger, Model, Task, Variant, project, write_ledger
from cards.ledger.quoted import quote
from cards.ledger.records import Aggregation
from cards.render import snippets
from space.engine import RULES

from .corpora.definition import Corpus
from .fitting.learning_curves import draw
from .graph import graph
from .measuring import energy, evaluation_log, known_answer
from .measuring.provenance import environment
from .recipe import Recipe
from .recipe.distil import Distilling
from .recipe.fitting import Fitting
from .recipe.origin import lineage, origin
from .recipe.prune import Prune
from .run_context import Context
from .run_folder import RECIPE, RunFolder, variants_of
from .running import read_record
from .sources import sources
from .tasks.lookup import TASKS

NAMES = {
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "weight_decay": "Weight decay",
    "warmup": "Share of warm-up steps",
    "clip": "Gradient norm limit",
    "kl": "Weight of the divergence from the teachers",
    "ce": "Weight of the annotations",
    "logits": "Weight of the difference of logits",
    "hidden": "Weight of hidden states",
    "attention": "Weight of attention maps",
    "patient": "Weight of scaled hidden states",
    "noise": "Share of documents with noise",
    "replace_mentions": "Share of documents with other names",
    "amount": "Share of linear weights pruned",
    "min_count": "Least count of a kept word piece",
    "window": "Window (tokens)",
    "overlap": "Least overlap of windows (tokens)",
    "draw": "Unlabelled texts",
    "r_drop": "Weight of R-Drop",
    "moving_average": "Decay of the weights' moving average",
    "quantization_aware": "Epochs that round as INT8 does",
}


def run(context: Context, recipe: Recipe) -> list[Claim]:
    """Write RUN/ledger.json, with what others published on its data, and what follows from it.

    That is each model folder's projection of the ledger, its golden output, and the learning curves.
    """
    earlier = [node.name for node in graph(recipe) if node.name not in {"ledger", *recipe.steps}]
    claims = [claim for name in earlier for claim in claimed(context, name)]
    published = recipe.published().written()
    models = {}
    ran = examples([context.run.models / name for name in recipe.models], TASKS[recipe.task].tag)
    for name, printed in zip(recipe.models, ran, strict=True):
        claims += [*_of_steps(context, name), *_cost(context, name), *_settings(context, name)]
        models[name] = _model(context, name, printed)
    ledger = Ledger(
        recipe=recipe.name,
        recipe_sha256=hashlib.sha256(published.encode()).hexdigest(),
        author=recipe.author,
        citation=recipe.citation,
        guard_split=recipe.guard.split,
        guard_folds=recipe.guard.folds if recipe.guard.is_crossed else None,
        test_evaluations=looks_at(*recipe.measured[0]),
        sources=sources(recipe),
        models=models,
        claims=tuple(claims),
    )
    write(quote(ledger), context.run)
    for name in models:
        known_answer.write(context.run.models / name)
        (context.run.models / name / RECIPE).write_text(published, encoding="utf-8")
    draw(context.run)
    return []


def write(ledger: Ledger, run: RunFolder) -> None:
    """Write RUN/ledger.json, and each model's part of it into the model's folder."""
    write_ledger(ledger, run.ledger)
    for name in ledger.models:
        write_ledger(project(ledger, name), run.models / name / "ledger.json")


def examples(model_folders: Sequence[Path], task: Task) -> list[tuple[Example, ...]]:
    """Run the usage snippets of a task on models, each program once for all of them, two programs at a time.

    Returns:
        The examples of each model.

    Raises:
        CardError: one fails.
    """
    tools = snippets.TOOLS[task]
    with ThreadPoolExecutor(2) as pool:  # each is a process that mostly imports
        by_tool = list(pool.map(partial(snippets.run, model_folders=model_folders, task=task), tools))
    return [
        tuple(
            Example(tool=tool, text=snippets.SAMPLE, output=output)
            for tool, output in zip(tools, outputs, strict=True)
        )
        for outputs in zip(*by_tool, strict=True)
    ]


def sentences(rules: Iterable[str]) -> dict[str, str]:
    """What each of these rules of the engine holds to, by its name."""
    return {rule: RULES[rule] for rule in rules}


def claimed(context: Context, node: str) -> list[Claim]:
    """What a node claimed, with the command of this run: another, whose step it took, may have called it
    otherwise."""
    command = context.of(node).command
    return [claim.model_copy(update={"command": command}) for claim in read_record(context, node).claims]


def _of_steps(context: Context, name: str) -> Iterator[Claim]:
    """What the steps claimed that made a model, as the model's own."""
    for step in lineage(context.recipe, context.recipe.models[name].step):
        for claim in claimed(context, step):
            yield claim.model_copy(update={"id": claim.id.replace(model=name)})


def _cost(context: Context, name: str) -> list[Claim]:
    """Claim wall-clock, memory and energy of the steps that trained a model, on their machine."""
    recipe = context.recipe
    last = recipe.models[name].step
    steps = [step for step in lineage(recipe, last) if isinstance(recipe.steps[step], Fitting)]
    costs = [read_record(context, step).cost for step in reversed(steps)]
    seconds, peak = sum(cost.seconds for cost in costs), max(cost.peak_memory for cost in costs)
    busy = sum(cost.processor_seconds for cost in costs)
    sittings = [sitting for cost in costs for sitting in cost.sittings]
    threads = [sitting.threads for sitting in sittings if sitting.threads]
    here = environment(threads[-1] if threads else torch.get_num_threads(), ("torch", "transformers"))
    computed = ", then ".join(dict.fromkeys(s.arithmetic for s in sittings if s.arithmetic)) or None
    values: list[tuple[str, str, float, str, Aggregation, str | None]] = [
        ("seconds", "Training time", seconds, "s", "total", computed),
        ("processor_seconds", "Processor time of training", busy, "s", "total", None),
        ("peak_memory", "Peak memory while training", peak, "bytes", "peak", None),
    ]
    if used := energy.total_kwh(sittings):
        values.append(("energy", "Energy of training", used.value, "kWh", "total", used.method))
    if emitted := energy.total_grams(sittings):
        values.append(("co2", "CO2 equivalent of training", emitted.value, "g", "total", emitted.method))
    return [
        context.of(last).claim(
            ClaimId(name, topic="training", metric=metric),
            title,
            value,
            unit,
            aggregation,
            environment=here,
            method=method,
        )
        for metric, title, value, unit, aggregation, method in values
    ]


def _settings(context: Context, name: str) -> Iterator[Claim]:
    """Claim every number of the recipe that shaped a model; of two steps the later one's counts."""
    recipe = context.recipe
    values: dict[str, object] = {}
    for step in reversed(lineage(recipe, recipe.models[name].step)):
        values |= dict(_numbers(recipe.steps[step]))
        if isinstance(part := recipe.steps[step], Distilling):
            values["teachers"] = len(part.teachers)
    values |= {"window": recipe.window, "overlap": recipe.overlap}
    for key, value in values.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            title = NAMES.get(key, key.replace("_", " ").capitalize())
            setting = ClaimId(name, topic="setting", metric=key)
            yield context.claim(setting, title, value, "setting", "setting")


def _numbers(part: BaseModel) -> Iterator[tuple[str, object]]:
    """The settings of a part and of its parts, but what is 0 as by default: such a thing takes no part."""
    for key, value in part:
        if value == 0 == type(part).model_fields[key].default:
            continue
        if isinstance(value, BaseModel):
            yield from ((key if name == "share" else name, number) for name, number in _numbers(value))
        else:
            yield key, value


def _model(context: Context, name: str, printed: tuple[Example, ...]) -> Model:
    recipe, model, folder = context.recipe, context.recipe.models[name], context.run.models / name
    base, step = origin(recipe, model.step).base, recipe.steps[model.step]
    teachers = _published(recipe, step.teachers) if isinstance(step, Distilling) else ()
    return Model(
        task=TASKS[recipe.task].tag,
        title=model.title or f"{recipe.title}, {name}",
        summary=model.summary or recipe.summary,
        labels=recipe.labels,
        license=model.license or recipe.license,
        languages=recipe.language,
        base=Base(id=base.id, revision=base.revision, license=base.license),
        teacher=next(iter(teachers), None),
        teachers=teachers,
        parent=next(iter(_published(recipe, [step.of])), None) if isinstance(step, Prune) else None,
        rules=sentences(recipe.rules),
        variants=tuple(Variant(name=name, file=file) for name, file in variants_of(folder).items()),
        examples=printed,
    )


def _published(recipe: Recipe, steps: Iterable[str]) -> tuple[str, ...]:
    """The models that are published of these steps, in their order."""
    return tuple(name for step in steps for name, model in recipe.models.items() if model.step == step)


def looks_at(corpus: Corpus, split: str) -> int | None:
    """How often a file was evaluated on this split; None for corpora of our own writing: nobody counts."""
    return evaluation_log.count(evaluation_log.place(), corpus.repo or corpus.id, split) or None

"""Stage `ledger`: gathers the claims of all stages, describes each model, and runs its usage snippets."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from pydantic import BaseModel

from cards.ledger import Base, Claim, ClaimId, Example, Ledger, Model, Source, Variant, project, write_ledger
from cards.ledger.quoted import quote
from cards.ledger.records import Aggregation
from cards.render import snippets
from space.engine import RULES

from . import energy, evaluation_log, known_answer
from .corpora import Corpus
from .learning_curves import draw
from .pipeline import read_record
from .provenance import environment
from .run_context import Context
from .run_folder import VARIANTS, RunFolder, sha256
from .stages import STAGES

NAMES = {
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "weight_decay": "Weight decay",
    "warmup": "Share of warm-up steps",
    "clip": "Gradient norm limit",
    "alpha": "Weight of the soft labels",
    "temperature": "Temperature",
    "amount": "Share of linear weights pruned",
    "min_count": "Least count of a kept word piece",
    "window": "Window (tokens)",
    "overlap": "Least overlap of windows (tokens)",
}


def run(context: Context) -> list[Claim]:
    """Write RUN/ledger.json, with what others published on its data, and what follows from it.

    That is each model folder's projection of the ledger, its golden output, and the learning curves.
    """
    recipe = context.recipe
    earlier = [stage.name for stage in STAGES if stage.name != "ledger"]
    claims = [claim for name in earlier for claim in read_record(context, name).claims]
    models = {}
    for name in ("teacher", "student"):
        claims += [*_cost(context, name), *_settings(context, name)]
        models[name] = _model(context, name)
    ledger = Ledger(
        recipe=recipe.name,
        recipe_sha256=sha256(context.run.recipe),
        test_evaluations=looks_at(recipe.corpus, recipe.evaluation.split),
        sources=tuple(_sources(context)),
        models=models,
        claims=tuple(claims),
    )
    write(quote(ledger), context.run)
    for name in models:
        known_answer.write(context.run.models / name)
    draw(context.run)
    return []


def write(ledger: Ledger, run: RunFolder) -> None:
    """Write RUN/ledger.json, and each model's part of it into the model's folder."""
    write_ledger(ledger, run.ledger)
    for name in ledger.models:
        write_ledger(project(ledger, name), run.models / name / "ledger.json")


def examples(model_folder: Path) -> tuple[Example, ...]:
    """Run the usage snippets on a model, two at a time.

    Raises:
        CardError: one fails.
    """
    tools = tuple(snippets.TOOLS["token-classification"])
    with ThreadPoolExecutor(2) as pool:  # each is a process that mostly imports
        outputs = pool.map(partial(snippets.run, model_folder=model_folder), tools)
    pairs = zip(tools, outputs, strict=True)
    return tuple(Example(tool=tool, text=snippets.SAMPLE, output=output) for tool, output in pairs)


def sentences(rules: Iterable[str]) -> dict[str, str]:
    """What each of these rules of the engine holds to, by its name."""
    return {rule: RULES[rule] for rule in rules}


def _cost(context: Context, name: str) -> list[Claim]:
    """Claim wall-clock, memory and energy of the stages that trained a model, on their machine."""
    stages = [name, "prune"] if name == "student" and context.recipe.pruning else [name]
    costs = [read_record(context, stage).cost for stage in stages]
    seconds, peak = sum(cost.seconds for cost in costs), max(cost.peak_memory for cost in costs)
    sittings = [sitting for cost in costs for sitting in cost.sittings]
    threads = [sitting.threads for sitting in sittings if sitting.threads]  # older runs recorded none
    here = environment(threads[-1] if threads else torch.get_num_threads(), ("torch", "transformers"))
    computed = ", then ".join(dict.fromkeys(s.arithmetic for s in sittings if s.arithmetic)) or None
    values: list[tuple[str, str, float, str, Aggregation, str | None]] = [
        ("seconds", "Training time", seconds, "s", "total", computed),
        ("peak_memory", "Peak memory while training", peak, "bytes", "peak", None),
    ]
    if used := energy.total_kwh(sittings):
        values.append(("energy", "Energy of training", used.value, "kWh", "total", used.method))
    if emitted := energy.total_grams(sittings):
        values.append(("co2", "CO2 equivalent of training", emitted.value, "g", "total", emitted.method))
    return [
        context.claim(
            name,
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
    """Claim every number of the recipe that shaped a model."""
    recipe = context.recipe
    parts: list[BaseModel] = [getattr(recipe, name).fitting]
    if name == "student":
        parts += [recipe.student.distillation, *([recipe.pruning] if recipe.pruning else [])]
    if recipe.vocabulary:
        parts.append(recipe.vocabulary)
    values = {key: value for part in parts for key, value in part} | {
        "window": recipe.window,
        "overlap": recipe.overlap,
    }
    for key, value in values.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            title = NAMES.get(key, key.replace("_", " ").capitalize())
            setting = ClaimId(name, topic="setting", metric=key)
            yield context.claim(name, setting, title, value, "setting", "setting")


def _model(context: Context, name: str) -> Model:
    recipe, folder = context.recipe, context.run.models / name
    base = recipe.student.base if name == "student" and recipe.student.base else recipe.teacher.base
    return Model(
        task="token-classification",
        title=f"{recipe.title}, {name}",
        summary=recipe.summary,
        labels=recipe.labels,
        license=recipe.license,
        base=Base(id=base.id, revision=base.revision, license=base.license),
        teacher="teacher" if name == "student" else None,
        rules=sentences(recipe.rules),
        variants=tuple(Variant(name=v, file=f) for v, f in VARIANTS.items() if (folder / f).is_file()),
        examples=examples(folder),
    )


def _sources(context: Context) -> Iterator[Source]:
    yield _source(context.recipe.corpus, "training, selection on guard documents, test")
    for corpus in context.recipe.unlabelled:
        yield _source(corpus, "soft labels and vocabulary")


def _source(corpus: Corpus, use: str) -> Source:
    return Source(
        id=corpus.repo or corpus.id,
        license=corpus.license,
        use=use,
        url=corpus.url,
        description=corpus.description,
        citation=corpus.citation,
    )


def looks_at(corpus: Corpus, split: str) -> int | None:
    """How often a file was evaluated on this split; None for corpora of our own writing: nobody counts."""
    return evaluation_log.count(evaluation_log.LOG, corpus.repo or corpus.id, split) or None

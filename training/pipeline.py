"""Running of stages: which still have to run, and what each has left.

A stage runs again when its part of the recipe, the source corpora or anything that an earlier stage left
for it has changed. What it leaves is named with hashes in work/STAGE/record.json, written last: a
stage that was killed has no record and runs again (a fine-tuning from its last checkpoint).
"""

import hashlib
import importlib
import json
import shutil
from collections.abc import Iterable

import torch
import yaml
from pydantic import BaseModel, ConfigDict

from cards.ledger import Claim

from . import corpora, hardware, library_logs
from .cost import Attempt, Cost
from .energy import Sitting
from .recipe import RecipeError, load_recipe
from .run_context import Context
from .run_folder import sha256
from .stages import STAGES, UNTRAINED, Stage

RECORD, ATTEMPT = "record.json", "attempt.json"


class Record(BaseModel):
    """What a finished stage says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: str
    cost: Attempt
    outputs: dict[str, str]  # file relative to the run folder -> sha256
    claims: tuple[Claim, ...]


def run(context: Context, first: str | None = None) -> None:
    """Run every stage whose inputs changed, and every stage from `first` on when it is given.

    Raises:
        RecipeError: the run has no such stage.
    """
    todo = stages(context)
    first_stage = find(context, first) if first else None
    resolve(context)
    forced = False
    for stage in todo:
        forced = forced or stage == first_stage
        if forced or not is_done(context, stage):
            run_stage(context, stage)
        else:
            print(f"{stage.name}: done, nothing changed", flush=True)


def stages(context: Context) -> tuple[Stage, ...]:
    """List the stages of a run, in their order."""
    return UNTRAINED if context.run.unbundled else STAGES


def find(context: Context, name: str) -> Stage:
    """Find the run's stage of that name.

    Raises:
        RecipeError: it has none.
    """
    for stage in stages(context):
        if stage.name == name:
            return stage
    has = ", ".join(stage.name for stage in stages(context))
    raise RecipeError(
        f"{context.run.path} was made by `unbundle`, so it has no stage {name!r} but {has}; to train, name a "
        "new folder"
    )


def resolve(context: Context) -> None:
    """Write the resolved recipe into the run folder.

    Raises:
        RecipeError: a bundled pair would be measured as what it is not: trained on another corpus.
    """
    if context.run.unbundled:
        made = load_recipe(str(context.run.recipe))
        if made.corpus.id != context.recipe.corpus.id:
            raise RecipeError(
                f"the pair in {context.run.path} was trained on {made.corpus.id}, and the recipe "
                f"{context.recipe.name} reads {context.recipe.corpus.id}; name the recipe {made.name}"
            )
    context.run.path.mkdir(parents=True, exist_ok=True)
    data = context.recipe.model_dump(mode="json")
    context.run.recipe.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def run_stage(context: Context, stage: Stage) -> None:
    """Run one stage and write its record; checkpoints of other inputs are thrown away first.

    Raises:
        RecipeError: an earlier stage has not been run.
    """
    attempt = _attempt(context, stage)
    record = context.run.work(stage.name) / RECORD
    record.unlink(missing_ok=True)
    print(f"{stage.name}: starts", flush=True)
    module = importlib.import_module(f".{stage.module}", __package__)
    library_logs.divert()
    with Cost(attempt, context.run.work(stage.name) / ATTEMPT):
        _use_hardware(context, stage, attempt.sittings[-1])
        claims = module.run(context)
    write_record(context, stage, attempt, claims)
    print(f"{stage.name}: done in {attempt.seconds:.0f} s", flush=True)


def write_record(context: Context, stage: Stage, cost: Attempt, claims: Iterable[Claim]) -> None:
    """Say that a stage is finished, and what it left."""
    made = Record(stage=stage.name, cost=cost, outputs=_outputs(context, stage), claims=tuple(claims))
    path = context.run.work(stage.name) / RECORD
    path.write_text(made.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")


def _use_hardware(context: Context, stage: Stage, sitting: Sitting) -> None:
    """Decide what the recipe leaves to the machine before a stage trains, and keep it with the cost."""
    fitting = stage.fitting(context.recipe)
    if fitting is None:
        return
    threads = hardware.use_threads(context.recipe.threads)
    sitting.threads, sitting.arithmetic = torch.get_num_threads(), hardware.arithmetic(fitting.bf16)
    print(f"{stage.name}: {threads}, {sitting.arithmetic}", flush=True)


def _attempt(context: Context, stage: Stage) -> Attempt:
    """The attempt that was cut short, or a new one in an empty folder when its inputs were others
    or it had been finished."""
    inputs = digest(context, stage)
    folder = context.run.work(stage.name)
    unfinished = (folder / ATTEMPT).is_file() and not (folder / RECORD).is_file()
    if unfinished:
        attempt = Attempt.model_validate_json((folder / ATTEMPT).read_bytes())
        if attempt.inputs == inputs:
            return attempt
    shutil.rmtree(folder)
    return Attempt(inputs=inputs)


def is_done(context: Context, stage: Stage) -> bool:
    """Whether the stage's record fits its inputs of now and the files that it left."""
    try:
        record = read_record(context, stage.name)
    except RecipeError:
        return False
    return record.cost.inputs == digest(context, stage) and record.outputs == _outputs(context, stage)


def read_record(context: Context, stage: str) -> Record:
    """Read what a finished stage says of itself.

    Raises:
        RecipeError: the stage has not been run.
    """
    path = context.run.work(stage) / RECORD
    if not path.is_file():
        raise RecipeError(
            f"stage {stage!r} has not been run in {context.run.path}; `run` does all that is missing"
        )
    return Record.model_validate_json(path.read_bytes())


def digest(context: Context, stage: Stage) -> str:
    """Hash the recipe's part that the stage reads and what the stages before it left.

    Claims carry dates, so they count only for the stage that reads them: a corpus counted again on
    another day must not train the teacher anew.
    """
    recipe = context.recipe.model_dump(mode="json")
    settings = {key: _lookup(recipe, key) for key in stage.settings}
    records = {name: read_record(context, name) for name in stage.needs}
    earlier = {
        name: record.model_dump(mode="json") if stage.reads_claims else record.outputs
        for name, record in records.items()
    }
    sources = _sources(context) if stage.name == "corpus" else None
    text = json.dumps([settings, earlier, sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _lookup(recipe: object, key: str) -> object:
    for part in key.split("."):
        assert isinstance(recipe, dict)  # stages name keys of the schema
        recipe = recipe[part]
    return recipe


def _sources(context: Context) -> list[dict[str, str]]:
    corpora_read = (context.recipe.corpus, *context.unlabelled)
    return [corpora.fingerprint(corpus, context.data) for corpus in corpora_read]


def _outputs(context: Context, stage: Stage) -> dict[str, str]:
    files = sorted(path for pattern in stage.leaves for path in context.run.path.glob(pattern))
    return {file.relative_to(context.run.path).as_posix(): sha256(file) for file in files}

"""What is at RUN: a finished run folder, or what it is instead and what to give."""

import re
from pathlib import Path

from cards.ledger import Ledger, read_ledger

from ..errors import PublishError
from ..terminal import NOTHING, listed

LEDGER, RECIPE = "ledger.json", "recipe.yaml"
PAIR = ("student", "teacher")  # the folders of a bundle
MAKE = "`python -m training run RECIPE --out FOLDER` makes one"


def read_run(run: Path) -> Ledger:
    """The ledger of a run folder. Raises PublishError when it is none or holds nothing to push,
    CardError when the ledger cannot be read."""
    if not run.is_dir():
        raise PublishError(_no_folder(run))
    if (run / "config.json").is_file() or not (run / LEDGER).is_file():
        raise PublishError(_no_run(run))
    ledger = read_ledger(run / LEDGER)
    models = ledger.models and any((run / "models").glob("*/config.json"))
    if not models and not ledger.datasets:
        raise PublishError(
            f"{run}: a run without models. Finish it with "
            f"`python -m training run {_recipe(run)} --out {run}`, then push."
        )
    return ledger


def _no_folder(run: Path) -> str:
    if not run.exists():
        near = _runs(run.parent)
        return f"{run}: no such run folder. " + (
            f"Runs beside it: {near}." if near != NOTHING else f"{MAKE}."
        )
    if _is_run(run.parent):
        return f"{run}: a file of a run. Give the folder: {run.parent}"
    if run.suffix in (".yaml", ".yml"):
        return (
            f"{run}: a recipe. Make a run of it with `python -m training run {run} --out FOLDER`, "
            "then push FOLDER."
        )
    return f"{run}: a file, and RUN is a folder: {MAKE}."


def _no_run(run: Path) -> str:
    """What a folder is that is no finished run."""
    here = run.absolute()
    for above in here.parents[:2]:
        if _is_run(above):
            one = (
                f"; `--model {here.name}=ID` pushes this model alone" if here.parent.name == "models" else ""
            )
            return f"{run}: a part of a run. Give the run, {_as_given(run, above)}{one}."
    for pair in (here, here.parent):
        if all((pair / name / LEDGER).is_file() for name in PAIR):
            what, given = ("", run) if pair == here else ("a model of ", _as_given(run, pair))
            return (
                f"{run}: {what}a bundled pair, without its run. `python -m training unbundle {given} "
                "--out FOLDER` makes a run of it; then push FOLDER."
            )
    if (run / "config.json").is_file():
        return (
            f"{run}: the folder of one model, without its run, whose {LEDGER} a push needs. Give the run "
            f"folder that it was made in; {MAKE}."
        )
    if (run / RECIPE).is_file() or (run / "work").is_dir():
        return (
            f"{run}: an unfinished run: {LEDGER}, which the last stage writes, is not there. Finish it with "
            f"`python -m training run {_recipe(run)} --out {run}`, which goes on where it stopped; then push."
        )
    inside = _runs(run)
    holds = listed(path.name for path in run.iterdir())
    there = f"Runs in it: {inside}." if inside != NOTHING else f"It holds {holds}; {MAKE}."
    return f"{run}: no run folder: it has no {LEDGER}. {there}"


def _is_run(folder: Path) -> bool:
    return (folder / LEDGER).is_file() and (folder / "models").is_dir()


def _as_given(run: Path, above: Path) -> Path:
    """The folder `above` it, written as the user wrote `run` where that can be done."""
    steps = len(run.absolute().parts) - len(above.parts)
    return run.parents[steps - 1] if len(run.parts) > steps else above


def _runs(folder: Path) -> str:
    return listed(str(path) for path in folder.glob("*/") if _is_run(path)) if folder.is_dir() else NOTHING


def _recipe(run: Path) -> str:
    """The name of the recipe that a run was begun with."""
    path = run / RECIPE
    found = (
        re.search(r"^name: *(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if path.is_file()
        else None
    )
    return found[1] if found else "RECIPE"

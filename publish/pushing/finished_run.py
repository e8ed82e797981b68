"""Reads the run folder to push; what else lies at RUN is told, with what to give instead."""

import re
from pathlib import Path

from cards.ledger import Ledger, read_ledger

from ..errors import PublishError
from ..terminal import listed

LEDGER, RECIPE = "ledger.json", "recipe.yaml"
PAIR = ("student", "teacher")  # the folders of a bundle
MAKE = "`python -m training run RECIPE --out FOLDER` makes one"


def read_run(run: Path) -> Ledger:
    """The ledger of a run folder.

    Raises:
        PublishError: It is no run folder, or holds nothing to push.
        CardError: The ledger cannot be read.
    """
    if not run.is_dir():
        raise PublishError(f"{run}: {_what_else(run)}")
    if (run / "config.json").is_file() or not (run / LEDGER).is_file():
        raise PublishError(f"{run}: {_what_folder(run)}")
    ledger = read_ledger(run / LEDGER)
    models = ledger.models and any((run / "models").glob("*/config.json"))
    if not models and not ledger.datasets:
        raise PublishError(
            f"{run}: a run without models. Finish it with "
            f"`python -m training run {_recipe(run)} --out {run}`, then push."
        )
    return ledger


def _what_else(path: Path) -> str:
    """What is at a path that is no folder."""
    if not path.exists():
        near = _runs(path.parent)
        return "no such run folder. " + (f"Runs beside it: {listed(near)}." if near else f"{MAKE}.")
    if _is_run(path.parent):
        return f"a file of a run. Give the folder: {path.parent}"
    if path.suffix in (".yaml", ".yml"):
        return (
            f"a recipe. Make a run of it with `python -m training run {path} --out FOLDER`, then push FOLDER."
        )
    return f"a file, and RUN is a folder: {MAKE}."


def _what_folder(folder: Path) -> str:
    """What a folder is that is no finished run."""
    here = folder.absolute()
    for above in here.parents[:2]:
        if _is_run(above):
            alone = f"; `--model {here.name}=ID` pushes this model alone" * (here.parent.name == "models")
            return f"a part of a run. Give the run, {_as_given(folder, above)}{alone}."
    for pair in (here, here.parent):
        if all((pair / name / LEDGER).is_file() for name in PAIR):
            what, given = ("", folder) if pair == here else ("a model of ", _as_given(folder, pair))
            return (
                f"{what}a bundled pair, without its run. `python -m training unbundle {given} "
                "--out FOLDER` makes a run of it; then push FOLDER."
            )
    if (folder / "config.json").is_file():
        return (
            f"the folder of one model, without its run, whose {LEDGER} a push needs. Give the run "
            f"folder that it was made in; {MAKE}."
        )
    if (folder / RECIPE).is_file() or (folder / "work").is_dir():
        return (
            f"an unfinished run: {LEDGER}, which the last stage writes, is not there. Finish it with "
            f"`python -m training run {_recipe(folder)} --out {folder}`, which goes on where it stopped; "
            "then push."
        )
    inside = _runs(folder)
    holds = listed(path.name for path in folder.iterdir())
    there = f"Runs in it: {listed(inside)}." if inside else f"It holds {holds}; {MAKE}."
    return f"no run folder: it has no {LEDGER}. {there}"


def _is_run(folder: Path) -> bool:
    return (folder / LEDGER).is_file() and (folder / "models").is_dir()


def _as_given(folder: Path, above: Path) -> Path:
    """The folder `above` it, written as the user wrote `folder` where that can be done."""
    steps = len(folder.absolute().parts) - len(above.parts)
    return folder.parents[steps - 1] if len(folder.parts) > steps else above


def _runs(folder: Path) -> list[str]:
    return [str(path) for path in folder.glob("*/") if _is_run(path)] if folder.is_dir() else []


def _recipe(run: Path) -> str:
    """The name of the recipe that a run was begun with."""
    text = (run / RECIPE).read_text(encoding="utf-8") if (run / RECIPE).is_file() else ""
    found = re.search(r"^name: *(\S+)", text, re.MULTILINE)
    return found[1] if found else "RECIPE"

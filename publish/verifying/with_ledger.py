"""Checks the files and the card of a model that has a ledger.

Are the files those that the ledger measured, does the card pass the lint, and does the model still find what
the card says it found?
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from cards.errors import CardError
from cards.ledger import Example, FolderLedger, Model, Task
from cards.lint import examine
from cards.render import CARD_FILE, snippets
from cards.render.card_map import MAP_FILE

from ..hub.remote import MANIFEST, sha256
from ..pushing.staging import REQUIRED
from .download import Downloaded
from .evaluation_data import RECIPE
from .loading import MODULES, REMEDY, find
from .report import Check

SCORE_TOLERANCE = 0.05  # INT8 kernels of other CPUs round differently; labels and offsets must be equal


def check_folder(model: Downloaded, ledger: FolderLedger, *, loaders: bool) -> list[Check]:
    """All checks of a model of ours that need no data.

    Args:
        model: README.md and ledger.json included.
        ledger: The model's.
        loaders: Whether to run the card's snippets for other programs than the engine.
    """
    folder = model.folder
    local = examine(folder).findings  # which has the bytes to hash
    files = [finding for finding in local if finding.rule.startswith("file.")]
    whole = model.findings() if model.rest else local
    card = [finding for finding in whole if not finding.rule.startswith("file.")]
    return [
        _layout(folder, ledger),
        _manifest(folder),
        *_recipe(folder, ledger),
        model.linted("files", "bytes, SHA-256 and parameters as measured", files),
        model.linted("card", "every number is the ledger's, no error found", card),
        *_examples(folder, ledger.models[ledger.subject], loaders=loaders),
    ]


def _layout(folder: Path, ledger: FolderLedger) -> Check:
    variants = ledger.models[ledger.subject].variants
    wanted = [*REQUIRED, CARD_FILE, MAP_FILE, *(variant.file for variant in variants)]
    missing = ", ".join(path for path in wanted if not (folder / path).is_file())
    holding = f"{len(wanted)} files where loaders look for them"
    return Check.judged("layout", not missing, f"missing: {missing}" if missing else holding)


def _manifest(folder: Path) -> Check:
    try:
        pushed = dict(json.loads((folder / MANIFEST).read_bytes())["files"])
    except FileNotFoundError:
        return Check.judged("manifest", False, f"{MANIFEST} is missing; push the run again")
    except (ValueError, KeyError, TypeError) as error:
        return Check.judged("manifest", False, f"{MANIFEST} is broken ({error!r}); push the run again")
    changed = ", ".join(
        file for file, sha in pushed.items() if not (folder / file).is_file() or sha256(folder / file) != sha
    )
    holding = f"{len(pushed)} files as pushed"
    return Check.judged("manifest", not changed, f"not as pushed: {changed}" if changed else holding)


def _recipe(folder: Path, ledger: FolderLedger) -> Iterator[Check]:
    """Models of earlier versions have none."""
    if (folder / RECIPE).is_file():
        same = sha256(folder / RECIPE) == ledger.recipe_sha256
        found = "the one" if same else "not the one"
        yield Check.judged("recipe", same, f"{RECIPE} is {found} that ledger.json names by its SHA-256")


def _examples(folder: Path, model: Model, *, loaders: bool) -> Iterator[Check]:
    """The engine finds entities; of a model for anything else, other programs' examples are all there are."""
    by_engine = [example for example in model.examples if example.tool == "clinstill"]
    if model.task == "token-classification" and not by_engine:
        yield Check.judged("example", False, "the ledger holds no output of the engine to compare with")
    for example in model.examples if loaders else by_engine:
        yield _example(folder, example, model.task)
    if not (loaders or by_engine) and model.examples:
        found = "they need the programs that they are for: leave out --no-loaders"
        yield Check.skipped("examples", found)


def _example(folder: Path, example: Example, task: Task) -> Check:
    """Run the card's own snippet on its text and compare with what the card shows."""
    what = "example" if example.tool == "clinstill" else f"example {example.tool}"
    card = folder / CARD_FILE
    if not card.is_file() or example.output.strip() not in card.read_text(encoding="utf-8"):
        return Check.judged(what, False, "the output in the ledger is not the one that the card shows")
    program = find(example.tool) if example.tool in MODULES else None
    if example.tool in MODULES and program is None:
        return Check.skipped(what, f"no environment here has it: {REMEDY}")
    python = {"python": program.command[0]} if program else {}
    try:
        [printed] = snippets.run(example.tool, [folder], example.text, task=task, **python)
    except CardError as error:
        return Check.judged(what, False, str(error))
    digest = hashlib.sha256(example.text.encode()).hexdigest()[:12]
    if _agree(example.output, printed):
        found = f"{len(printed.splitlines())} lines as on the card (text {digest})"
        return Check.judged(what, True, found)
    return Check.judged(what, False, f"the card shows\n{example.output}\nthe model gives\n{printed}")


def _agree(expected: str, printed: str) -> bool:
    """Whether two outputs name the same entities, line by line, with scores that differ by rounding."""
    lines = [[line.rsplit(" ", 1) for line in output.splitlines()] for output in (expected, printed)]
    if [entity for entity, _ in lines[0]] != [entity for entity, _ in lines[1]]:
        return False
    return all(abs(float(a) - float(b)) <= SCORE_TOLERANCE for (_, a), (_, b) in zip(*lines, strict=True))

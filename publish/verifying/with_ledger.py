"""Files and card of a published model: are the files those that its ledger measured, does its card pass
the lint, and does the model still find what the card says it found?
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from cards.errors import CardError
from cards.ledger import Example, Ledger, Model, Task
from cards.lint import Finding, lint
from cards.render import CARD_FILE, snippets
from cards.render.card_map import MAP_FILE

from ..hub.remote import MANIFEST, sha256
from ..pushing.staging import REQUIRED
from .download import Fetched
from .loading import MODULES, REMEDY, find
from .report import Check

SCORE_TOLERANCE = 0.05  # INT8 kernels of other CPUs round differently; labels and offsets must be equal


def check_folder(fetched: Fetched, ledger: Ledger, *, loaders: bool) -> list[Check]:
    """All checks of a model of ours, README.md and ledger.json included; with `loaders` off, of the card's
    snippets only that of the engine is run."""
    folder, name = fetched.folder, ledger.subject
    local = lint(folder)  # which has the bytes to hash
    files = [finding for finding in local if finding.rule.startswith("file.")]
    whole = fetched.findings() if fetched.rest else local
    card = [finding for finding in whole if not finding.rule.startswith("file.")]
    return [
        _layout(folder, ledger, name),
        _manifest(folder),
        linted("files", "bytes, SHA-256 and parameters as measured", files, fetched),
        linted("card", "every number is the ledger's, no error found", card, fetched),
        *_examples(folder, ledger.models[name], loaders=loaders),
    ]


def linted(what: str, holding: str, findings: list[Finding], fetched: Fetched) -> Check:
    """One check of what the lint found: it fails by errors alone."""
    errors = [fetched.here(finding) for finding in findings if finding.severity == "error"]
    return _check(what, not errors, "\n".join(errors) or holding)


def left_out(fetched: Fetched) -> list[Check]:
    """One line for the files that nothing was checked of but the headers."""
    found = f"left on the Hub, since no check needs more than their headers: {fetched.left_out}"
    return [Check(what="other files", verdict="not run", found=found)] if fetched.rest else []


def _check(what: str, holds: bool, found: str) -> Check:
    return Check(what=what, verdict="ok" if holds else "FAIL", found=found)


def _layout(folder: Path, ledger: Ledger, name: str) -> Check:
    wanted = [*REQUIRED, CARD_FILE, MAP_FILE, *(variant.file for variant in ledger.models[name].variants)]
    missing = [path for path in wanted if not (folder / path).is_file()]
    holding = f"{len(wanted)} files where loaders look for them"
    return _check("layout", not missing, f"missing: {', '.join(missing)}" if missing else holding)


def _manifest(folder: Path) -> Check:
    path = folder / MANIFEST
    if not path.is_file():
        return _check("manifest", False, f"{MANIFEST} is missing; push the run again")
    try:
        listed = dict(json.loads(path.read_bytes())["files"])
    except (ValueError, KeyError, TypeError) as error:
        return _check("manifest", False, f"{MANIFEST} is broken ({error!r}); push the run again")
    there = {file for file in listed if (folder / file).is_file()}
    changed = [file for file in listed if file not in there or sha256(folder / file) != listed[file]]
    holding = f"{len(listed)} files as pushed"
    return _check("manifest", not changed, f"not as pushed: {', '.join(changed)}" if changed else holding)


def _examples(folder: Path, model: Model, *, loaders: bool) -> Iterator[Check]:
    """The engine finds entities; of a model for anything else, other programs' examples are all there are."""
    by_engine = [example for example in model.examples if example.tool == "clinstill"]
    if model.task == "token-classification" and not by_engine:
        yield _check("example", False, "the ledger holds no output of the engine to compare with")
    for example in model.examples if loaders else by_engine:
        yield _example(folder, example, model.task)
    if not (loaders or by_engine) and model.examples:
        found = "they need the programs that they are for: leave out --no-loaders"
        yield Check(what="examples", verdict="not run", found=found)


def _example(folder: Path, example: Example, task: Task) -> Check:
    """Run the card's own snippet on its text and compare with what the card shows."""
    what = "example" if example.tool == "clinstill" else f"example {example.tool}"
    card = folder / CARD_FILE
    if not card.is_file() or example.output.strip() not in card.read_text(encoding="utf-8"):
        return _check(what, False, "the output in the ledger is not the one that the card shows")
    program = find(example.tool) if example.tool in MODULES else None
    if example.tool in MODULES and program is None:
        return Check(what=what, verdict="not run", found=f"no environment here has it: {REMEDY}")
    python = {"python": program.command[0]} if program else {}
    try:
        printed = snippets.run(example.tool, folder, example.text, task=task, **python)
    except CardError as error:
        return _check(what, False, str(error))
    digest = hashlib.sha256(example.text.encode()).hexdigest()[:12]
    if _agree(example.output, printed):
        return _check(what, True, f"{len(printed.splitlines())} lines as on the card (text {digest})")
    return _check(what, False, f"the card shows\n{example.output}\nthe model gives\n{printed}")


def _agree(expected: str, printed: str) -> bool:
    """Whether two outputs name the same entities, line by line, with scores that differ by rounding."""
    lines = [[line.rsplit(" ", 1) for line in output.splitlines()] for output in (expected, printed)]
    if [entity for entity, _ in lines[0]] != [entity for entity, _ in lines[1]]:
        return False
    return all(abs(float(a) - float(b)) <= SCORE_TOLERANCE for (_, a), (_, b) in zip(*lines, strict=True))

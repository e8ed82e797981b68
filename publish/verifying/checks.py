"""Check a published model against itself: are the files those that its ledger measured, does its card
pass the lint, and does the model still find what the card says it found?
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from cards import snippets
from cards.errors import CardError
from cards.ledger import Example, Ledger, read_ledger
from cards.lint import Finding, lint
from cards.numbers import MAP_FILE
from cards.render import CARD_FILE, subject

from ..errors import PublishError
from ..hub import Hub, check_repo_id
from ..staging import MANIFEST, REQUIRED, sha256

SCORE_TOLERANCE = 0.05  # INT8 kernels of other CPUs round differently; labels and offsets must be equal


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    what: str
    holds: bool
    found: str  # what was found; for a failed check also what was expected


def verify(repo_id: str, revision: str | None, hub: Hub) -> list[Check]:
    """Download a model at a revision and check it.

    Raises PublishError when it cannot be downloaded or has no ledger to be checked against.
    """
    folder, commit = hub.download(check_repo_id(repo_id), revision)
    if not (folder / "ledger.json").is_file():
        raise PublishError(
            f"{repo_id}: has no ledger.json at {commit}, so there is nothing to check it against. "
            "Only models pushed with publish/push.py can be verified."
        )
    return [Check("revision", True, commit), *check_folder(folder)]


def check_folder(folder: Path) -> list[Check]:
    """All checks of a model folder in the Hub layout, README.md and ledger.json included."""
    ledger = read_ledger(folder / "ledger.json")
    name = subject(ledger)
    findings = lint(folder)
    files = [finding for finding in findings if finding.rule.startswith("file.")]
    card = [finding for finding in findings if finding not in files]
    checks = [
        _layout(folder, ledger, name),
        _manifest(folder),
        _linted("files", "bytes, SHA-256 and parameters as measured", files),
        _linted("card", "every number is the ledger's, no error found", card),
    ]
    examples = [example for example in ledger.models[name].examples if example.tool == "clinstill"]
    if not examples:
        checks.append(Check("example", False, "the ledger holds no output of the engine to compare with"))
    return checks + [_example(folder, example) for example in examples]


def show(checks: list[Check]) -> str:
    """The report as a table for a terminal."""
    lines = [f"{'ok' if check.holds else 'FAIL':<5}{check.what:<12}{check.found}" for check in checks]
    failed = sum(not check.holds for check in checks)
    total = f"{failed} of {len(checks)} checks failed" if failed else f"all {len(checks)} checks hold"
    return "\n".join([*lines, "", total])


def _layout(folder: Path, ledger: Ledger, name: str) -> Check:
    wanted = [*REQUIRED, CARD_FILE, MAP_FILE, *(variant.file for variant in ledger.models[name].variants)]
    missing = [path for path in wanted if not (folder / path).is_file()]
    holding = f"{len(wanted)} files where loaders look for them"
    return Check("layout", not missing, f"missing: {', '.join(missing)}" if missing else holding)


def _manifest(folder: Path) -> Check:
    path = folder / MANIFEST
    if not path.is_file():
        return Check("manifest", False, f"{MANIFEST} is missing; push the run again")
    listed = json.loads(path.read_bytes())["files"]
    there = {file for file in listed if (folder / file).is_file()}
    changed = [file for file in listed if file not in there or sha256(folder / file) != listed[file]]
    holding = f"{len(listed)} files as pushed"
    return Check("manifest", not changed, f"not as pushed: {', '.join(changed)}" if changed else holding)


def _linted(what: str, holding: str, findings: list[Finding]) -> Check:
    errors = [str(finding) for finding in findings if finding.severity == "error"]
    return Check(what, not errors, "\n".join(errors) or holding)


def _example(folder: Path, example: Example) -> Check:
    """Run the card's own snippet on its text, through the engine, and compare with what the card shows."""
    card = folder / CARD_FILE
    if not card.is_file() or example.output.strip() not in card.read_text(encoding="utf-8"):
        return Check("example", False, "the output in the ledger is not the one that the card shows")
    try:
        printed = snippets.run("clinstill", folder, example.text)
    except CardError as error:
        return Check("example", False, str(error))
    digest = hashlib.sha256(example.text.encode()).hexdigest()[:12]
    if _agree(example.output, printed):
        return Check("example", True, f"{len(printed.splitlines())} entities as on the card (text {digest})")
    return Check("example", False, f"the card shows\n{example.output}\nthe model gives\n{printed}")


def _agree(expected: str, printed: str) -> bool:
    """Whether two outputs name the same entities, line by line, with scores that differ by rounding."""
    lines = [[line.rsplit(" ", 1) for line in output.splitlines()] for output in (expected, printed)]
    if [entity for entity, _ in lines[0]] != [entity for entity, _ in lines[1]]:
        return False
    return all(abs(float(a) - float(b)) <= SCORE_TOLERANCE for (_, a), (_, b) in zip(*lines, strict=True))

"""The lint: whether a card, its ledger and the files that it speaks of agree.

A rule is a generator of findings over a `Subject`, or over what a card states, that names its id with
`@rule`. To add one, write it into the module of its group (or a new module) and list it in the tuple of
its group.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .claims import claims_agree, intervals, means, ordered_times, recomputed_differences, score_ranges
from .code import fenced_code
from .figures import figures
from .files import artifacts, data_files, labels, parameters
from .finding import Finding, RuleInfo
from .front_matter import fields, names, recommended, values, yaml_block
from .lineage import licences
from .model_index import model_index
from .numbers import derived_numbers, mapped_numbers, regions, unmapped_numbers
from .repository import REPOSITORY_RULES
from .run import projections
from .statements import STATEMENT_RULES
from .subject import Subject, open_subjects
from .trust import calibration, error_kinds

Rule = Callable[[Subject], Iterator[Finding]]

FRONT_MATTER_RULES: tuple[Rule, ...] = (yaml_block, fields, recommended, values, names, model_index)
CARD_RULES: tuple[Rule, ...] = (mapped_numbers, derived_numbers, unmapped_numbers, regions, fenced_code)
LEDGER_RULES: tuple[Rule, ...] = (
    means,
    score_ranges,
    intervals,
    ordered_times,
    recomputed_differences,
    claims_agree,
    error_kinds,
    calibration,
    licences,
)
FILE_RULES: tuple[Rule, ...] = (artifacts, parameters, labels, figures)
CORPUS_RULES: tuple[Rule, ...] = (data_files,)
RUN_RULES: tuple[Rule, ...] = (projections,)

__all__ = ["Finding", "Report", "catalogue", "examine", "lint"]


@dataclass(frozen=True)
class Report:
    """What was found at a path or in a repository."""

    target: str  # as it was asked for
    base: str  # the folder or repository; the files of findings begin with it
    commit: str | None  # of a repository on the Hub: what was read
    findings: tuple[Finding, ...]  # by place

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for finding in self.findings)


def lint(target: str | Path) -> list[Finding]:
    """What `examine` finds; no finding means that nothing was found wrong."""
    return list(examine(target).findings)


def examine(target: str | Path, revision: str | None = None) -> Report:
    """Check a card, a folder with its files, a run, or a repository on the Hub at a revision.

    A card of ours is checked with the ledger and the map beside it, any other for what it says.
    Raises CardError when `target` is none of them or cannot be reached.
    """
    subjects = list(open_subjects(target, revision))
    findings: set[Finding] = set()
    for subject in subjects:
        findings.update(subject.problems)
        for rule in _rules(subject):
            findings.update(rule(subject))
        if subject.text is not None:
            for statement_rule in STATEMENT_RULES:
                findings.update(statement_rule(subject.reading))
    first = subjects[0]
    return Report(str(target), str(first.folder), first.commit, tuple(sorted(findings, key=_order)))


def catalogue() -> list[RuleInfo]:
    """Every rule that can be reported, by id."""
    groups = (
        FRONT_MATTER_RULES,
        REPOSITORY_RULES,
        STATEMENT_RULES,
        CARD_RULES,
        LEDGER_RULES,
        FILE_RULES,
        CORPUS_RULES,
        RUN_RULES,
    )
    found = {info for group in groups for check in group for info in check.rules}
    found.add(RuleInfo("parts", "error", "Card, ledger and map are there and can be read."))
    return sorted(found, key=lambda info: info.id)


def _order(finding: Finding) -> tuple:
    return (
        finding.file,
        finding.line or 0,
        finding.column or 0,
        finding.rule,
        finding.item,
        finding.found,
        finding.right,
    )


def _rules(subject: Subject) -> tuple[Rule, ...]:
    """The rules that a subject has the parts for; what it should have and lacks is a finding already."""
    rules: tuple[Rule, ...] = ()
    if subject.text is not None:
        rules += FRONT_MATTER_RULES + REPOSITORY_RULES
        if subject.ledger and subject.map:  # without them, numbers cannot be traced
            rules += CARD_RULES
    if subject.ledger:
        rules += LEDGER_RULES
        if subject.kind == "model":
            rules += CORPUS_RULES if subject.holds_corpus else FILE_RULES
        if subject.kind == "run":
            rules += RUN_RULES
    return rules

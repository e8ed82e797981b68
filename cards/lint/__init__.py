"""The lint: whether a card, its ledger and the files that it speaks of agree.

A rule is a generator of findings over a `Subject`. To add one, write it into the module of its
group (or a new module) and list it below.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from .claims import claims_agree, intervals, means, ordered_times, recomputed_differences, score_ranges
from .code import fenced_code
from .files import artifacts, labels, parameters
from .finding import Finding
from .front_matter import front_matter
from .numbers import derived_numbers, mapped_numbers, regions, unmapped_numbers
from .run import projections
from .subject import Subject, open_subjects

Rule = Callable[[Subject], Iterator[Finding]]

CARD_RULES: tuple[Rule, ...] = (
    front_matter,
    mapped_numbers,
    derived_numbers,
    unmapped_numbers,
    regions,
    fenced_code,
)
LEDGER_RULES: tuple[Rule, ...] = (
    means,
    score_ranges,
    intervals,
    ordered_times,
    recomputed_differences,
    claims_agree,
)
FILE_RULES: tuple[Rule, ...] = (artifacts, parameters, labels)
RUN_RULES: tuple[Rule, ...] = (projections,)

__all__ = ["Finding", "lint"]


def lint(path: str | Path) -> list[Finding]:
    """Check a card, a model folder or a run; no finding means that nothing was found wrong.

    A card is checked with the ledger and the map beside it, a folder with its files too, a run
    with all its models. Raises CardError when `path` is none of them.
    """
    findings = []
    for subject in open_subjects(Path(path)):
        findings += subject.problems
        for rule in _rules(subject):
            findings += rule(subject)
    return findings


def _rules(subject: Subject) -> tuple[Rule, ...]:
    """The rules that a subject has the parts for; what it should have and lacks is a finding already."""
    rules: tuple[Rule, ...] = ()
    if subject.text is not None:
        # Without ledger and map, numbers cannot be traced, but the front matter can be read.
        rules += CARD_RULES if subject.ledger and subject.map else (front_matter,)
    if subject.ledger:
        rules += LEDGER_RULES
        if subject.kind == "model":
            rules += FILE_RULES
        if subject.kind == "run":
            rules += RUN_RULES
    return rules

"""What the lint reports, and what its rules say of themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from ..reading.statement import Place

Severity = Literal["error", "warning", "note"]
Check = TypeVar("Check", bound=Callable)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `str` of it is the line that the command prints."""

    severity: Severity
    rule: str  # e.g. "number.mapped"
    file: str
    line: int | None  # from 1; None where the finding is about a whole file
    column: int | None
    found: str
    right: str  # what would be right
    item: str = ""  # the claim or field that it is about

    @property
    def place(self) -> str:
        """file:line:column, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def message(self) -> str:
        """The finding without severity, rule and place, on one line."""
        about = f"{self.item}: " if self.item else ""
        return " ".join(f"{about}found {self.found}; right would be {self.right}".split())

    def __str__(self) -> str:
        return f"{self.severity}  {self.rule}  {self.place}  {self.message}"


@dataclass(frozen=True)
class RuleInfo:
    """What `python -m cards rules` says of a rule."""

    id: str  # group.name; never renamed, since reports refer to it
    severity: Severity  # the gravest that it reports
    holds: str  # what must hold, one sentence


def rule(rule_id: str, holds: str | None = None, severity: Severity = "error") -> Callable[[Check], Check]:
    """Name a rule that a generator of findings reports; one that reports several is decorated for each.

    holds: what must hold; without it, the first line of the generator's docstring.
    """

    def mark(check: Check) -> Check:
        said = holds or (check.__doc__ or "").partition("\n")[0].strip()
        check.rules = (RuleInfo(rule_id, severity, said), *getattr(check, "rules", ()))
        return check

    return mark


def error(rule: str, place: Place | str, found: str, right: str, item: str = "") -> Finding:
    """place: a place in a file, or a file's name where the finding is about all of it."""
    return _finding("error", rule, place, found, right, item)


def warning(rule: str, place: Place | str, found: str, right: str, item: str = "") -> Finding:
    return _finding("warning", rule, place, found, right, item)


def note(rule: str, place: Place | str, found: str, right: str, item: str = "") -> Finding:
    return _finding("note", rule, place, found, right, item)


def _finding(severity: Severity, rule: str, place: Place | str, found: str, right: str, item: str) -> Finding:
    if isinstance(place, str):
        return Finding(severity, rule, place, None, None, found, right, item)
    return Finding(severity, rule, place.file, place.line, place.column, found, right, item)

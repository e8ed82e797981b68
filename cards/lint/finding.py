"""What the lint reports."""

from dataclasses import dataclass
from typing import Literal

from ..reading.statement import Place

Severity = Literal["error", "warning", "note"]


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

"""Findings of the lint, where they stand, and the report that holds them."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Place:
    """A place in a file; line and column count from 1 and are None where all of the file is meant."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Finding:
    """One fault; `str` of it is the line that the command prints."""

    severity: Severity
    rule: str
    place: Place
    message: str  # on one line

    def __str__(self) -> str:
        return f"{self.severity}  {self.rule}  {self.place}  {self.message}"


@dataclass(frozen=True)
class Report:
    """What was found at a path or in a repository."""

    target: str  # as it was asked for
    base: str  # the folder or repository; the files of findings begin with it
    commit: str | None  # of a repository on the Hub: what was read
    findings: tuple[Finding, ...]  # by place

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

"""What the lint reports."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `str` of it is the line that the command prints."""

    severity: Literal["error", "warning"]
    rule: str  # e.g. "number.mapped"
    place: str  # file:line:column, or file and claim id
    found: str
    right: str  # what would be right

    def __str__(self) -> str:
        line = f"{self.severity}  {self.rule}  {self.place}  found {self.found}; right would be {self.right}"
        return " ".join(line.split("\n"))


def error(rule: str, place: str, found: str, right: str) -> Finding:
    return Finding("error", rule, place, found, right)


def warning(rule: str, place: str, found: str, right: str) -> Finding:
    return Finding("warning", rule, place, found, right)

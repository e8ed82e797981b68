"""A rule: what must hold, under a stable id, and how serious it is when it does not."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .finding import Finding

Read = TypeVar("Read")  # what the rule reads: a card's statements, or a subject with its files


@dataclass(frozen=True)
class Rule(Generic[Read]):
    """A check with its id; call it with what it reads to get its findings."""

    id: str  # group.name, e.g. "ratio.retention": never renamed, since reports refer to it
    severity: str  # the gravest that it reports
    check: Callable[[Read], Iterator[Finding]]

    @property
    def holds(self) -> str:
        """What must hold: the first line of the check's docstring."""
        return inspect.getdoc(self.check).split("\n")[0]

    def __call__(self, read: Read) -> Iterator[Finding]:
        return self.check(read)


def rule(name: str, severity: str = "error") -> Callable[[Callable[[Read], Iterator[Finding]]], Rule[Read]]:
    """Make a rule of a generator of findings, whose docstring begins with what must hold."""
    return lambda check: Rule(name, severity, check)

"""The rules of the lint: each is one function, known by its id.

    @rule("table.f1", severity="error", preview=True)
    def f1(card: Card) -> Faults:
        '''F1 lies between precision and recall.

        Why: It is their harmonic mean, so that another value was measured on something else or mistyped.
        Fix: Copy the three values of one evaluation.
        '''
        yield card.at_line(12), "F1 .84 lies outside precision .86 and recall .91"

The parameter's type says what a rule reads; it runs wherever a target has such a part. A rule stands in
the module of `rules/` that the first part of its id names; `tests/cards/lint/cases/ID.yaml` holds cards that
break it and cards that do not. A table draws one finding a rule at most, whatever the rule yields.
"""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TypeVar, get_type_hints

from .report import Finding, Place, Severity

Faults = Iterator[tuple[Place, str]]  # where, and what is wrong there
Part = TypeVar("Part")  # of a target: a card, a folder, a run ...

LONGEST_MESSAGE = 300  # characters: one may quote a whole page
_SECTION = re.compile(r"^(Why|Fix):\s+(.*?)(?=^\w+:\s|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """A rule and what it says of itself."""

    id: str  # group and name; never renamed once released, since reports and comments refer to it
    severity: Severity  # an error is practically never wrong; a warning makes a reader look
    preview: bool  # off unless asked for: it has not yet been right on enough real cards
    hub_decides: bool  # off where the Hub's own check of the front matter answers
    reads: type  # the part that it checks
    module: str
    run: Callable[[object], Iterator[Finding]]  # what it finds in a part; nothing in one of another type
    what: str  # what must hold, one sentence
    why: str  # whom a fault harms
    fix: str


_RULES: dict[str, Rule] = {}


def rule(
    rule_id: str, severity: Severity = "error", *, preview: bool = False, hub_decides: bool = False
) -> Callable[[Callable[[Part], Faults]], Callable[[Part], Faults]]:
    """Register a function as a rule; see `Rule` for the parameters."""

    def register(check: Callable[[Part], Faults]) -> Callable[[Part], Faults]:
        reads: type[Part] = next(iter(get_type_hints(check).values()))

        def run(part: object) -> Iterator[Finding]:
            if isinstance(part, reads):
                for place, message in check(part):
                    yield Finding(severity, rule_id, place, " ".join(message.split())[:LONGEST_MESSAGE])

        text = inspect.getdoc(check) or ""
        sections = {name: " ".join(body.split()) for name, body in _SECTION.findall(text)}
        what, why, fix = text.partition("\n")[0], sections.get("Why", ""), sections.get("Fix", "")
        assert rule_id not in _RULES, f"two rules {rule_id}"
        _RULES[rule_id] = Rule(
            rule_id, severity, preview, hub_decides, reads, check.__module__, run, what, why, fix
        )
        return check

    return register


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the modules in `rules/`, by id."""
    from . import rules

    for module in pkgutil.iter_modules(rules.__path__):
        import_module(f"{rules.__name__}.{module.name}")
    return tuple(_RULES[rule_id] for rule_id in sorted(_RULES))

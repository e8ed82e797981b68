"""What a measurement program promises, held against what it found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that is promised: what was found, and whether that is enough."""

    name: str
    found: float | None
    promised: str
    met: bool


def at_least(name: str, found: float | None, bound: float) -> Check:
    return Check(name, found, f"at least {bound:g}", met=found is not None and found >= bound)


def at_most(name: str, found: float | None, bound: float) -> Check:
    return Check(name, found, f"at most {bound:g}", met=found is not None and found <= bound)

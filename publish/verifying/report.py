"""`verification.json`: what was verified, where, when, and what came of it."""

from datetime import date
from pathlib import Path
from typing import Literal

from cards.ledger import DataSet, Environment, Strict

FILE = "verification.json"
NOTE = "This holds for the commit named in `revision`. Commits after it were not verified here."

Verdict = Literal["holds", "differs", "not measured"]


class Check(Strict):
    """One check of files, card or loaders. `found`: what was found; for a failed check also what was
    expected; for one that was not run, how to run it."""

    what: str
    verdict: Literal["ok", "FAIL", "not run"]
    found: str


class Compared(Strict):
    """One number of the card beside the same number measured here.

    claim: id of the ledger's claim, or what computes the number from two; stated: as published
    tolerance: how far apart the two may be (a factor for ratios of latencies); None where only the
    interval counts
    in_interval: whether `here` lies within the published interval; None when there is none
    """

    claim: str
    unit: str
    stated: float
    here: float | None = None
    verdict: Verdict
    tolerance: float | None = None
    in_interval: bool | None = None
    remark: str = ""


class Verification(Strict):
    """The whole of one verification of one commit."""

    schema_version: Literal[1] = 1
    repo_id: str
    revision: str  # full commit
    note: Literal[NOTE] = NOTE
    date: date
    environment: Environment
    data: dict[str, DataSet]  # split -> documents that were measured on here, as read
    checks: tuple[Check, ...]
    claims: tuple[Compared, ...]

    @property
    def content(self) -> bytes:
        """As the file has it."""
        return self.model_dump_json(indent=1, exclude_none=True).encode() + b"\n"

    @property
    def failures(self) -> int:
        """Checks that failed and numbers that differ."""
        return sum(check.verdict == "FAIL" for check in self.checks) + sum(
            claim.verdict == "differs" for claim in self.claims
        )

    def repeats(self, other: "Verification") -> bool:
        """Whether both found the same, on one day and one machine. Set aside is what no two runs have alike:
        how fast it was, unless that differs; and which of several commits with the same files they name."""
        return self._lasting() == other._lasting()

    def _lasting(self) -> "Verification":
        claims = tuple(_untimed(claim) if claim.unit == "times" else claim for claim in self.claims)
        return self.model_copy(update={"claims": claims, "revision": ""})

    def write(self, path: Path) -> None:
        path.write_bytes(self.content)


def _untimed(claim: Compared) -> Compared:
    """A ratio of latencies, of which only that it differs is worth a commit: a busy machine tells nothing."""
    verdict = "differs" if claim.verdict == "differs" else "not measured"
    return claim.model_copy(update={"here": None, "remark": "", "tolerance": None, "verdict": verdict})

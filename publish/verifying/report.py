"""The result of a verification: as `verification.json`, and as text for a terminal."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal, Self

from cards.ledger import DataSet, Environment, Strict

FILE = "verification.json"
NOTE = "This holds for the commit named in `revision`. Commits after it were not verified here."

HEADS = ("claim", "card", "here", "verdict")
SHARES = ("F1", "precision", "recall", "error", "score", "share", "f1")

Verdict = Literal["holds", "differs", "not measured"]


class Check(Strict):
    """One check of files, card or loaders. `found`: what was found; for a failed check also what was
    expected; for one that was not run, how to run it."""

    what: str
    verdict: Literal["ok", "FAIL", "not run"]
    found: str

    @classmethod
    def judged(cls, what: str, holds: bool, found: str) -> Self:
        return cls(what=what, verdict="ok" if holds else "FAIL", found=found)

    @classmethod
    def skipped(cls, what: str, found: str) -> Self:
        return cls(what=what, verdict="not run", found=found)


class Compared(Strict):
    """One number of the card beside the same number measured here."""

    claim: str  # id of the ledger's claim, or what computes the number from two
    unit: str
    stated: float  # as published
    here: float | None = None
    verdict: Verdict
    tolerance: float | None = None  # a factor for ratios of latencies; None where only the interval counts
    in_interval: bool | None = None  # whether `here` lies within the published interval, where there is one
    remark: str = ""


class Verification(Strict):
    """The whole of one verification of one commit."""

    schema_version: Literal[1] = 1
    repo_id: str
    revision: str  # full commit
    note: str = NOTE
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
        """Whether both found the same, on one day and one machine.

        Set aside is what no two runs have alike: how fast it was, unless that differs; and which of several
        commits with the same files they name.
        """
        return self._lasting() == other._lasting()

    def _lasting(self) -> "Verification":
        claims = tuple(_untimed(claim) if claim.unit == "times" else claim for claim in self.claims)
        return self.model_copy(update={"claims": claims, "revision": ""})


def _untimed(claim: Compared) -> Compared:
    """A ratio of latencies, of which only that it differs is worth a commit: a busy machine tells nothing."""
    verdict = "differs" if claim.verdict == "differs" else "not measured"
    return claim.model_copy(update={"here": None, "remark": "", "tolerance": None, "verdict": verdict})


def show(verified: Verification) -> str:
    """The checks, then every number that was measured again, then what was not, by reason."""
    lines = [f"{verified.repo_id} at {verified.revision}", ""]
    for check in verified.checks:
        start = f"{check.verdict:<9}{check.what:<26}"
        lines.append(start + check.found.replace("\n", f"\n{' ' * len(start)}"))
    for split, data in verified.data.items():
        lines.append(f"{'data':<9}{split:<26}{data.documents} documents of {data.id}, sha256 {data.sha256}")
    if any(claim.here is not None for claim in verified.claims):
        lines += ["", *_table(verified.claims)]
    left = Counter(claim.remark for claim in verified.claims if claim.here is None and claim.remark)
    lines += [""] * bool(left)
    lines += [f"not measured: {count} number{'s' * (count > 1)} {why}" for why, count in left.items()]
    return "\n".join([*lines, "", _total(verified)])


def _table(claims: Iterable[Compared]) -> list[str]:
    rows = [HEADS] + [
        (c.claim, _value(c.stated, c.unit), _value(c.here, c.unit), _verdict(c))
        for c in claims
        if c.here is not None
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{claim:<{widths[0]}}  {card:>{widths[1]}}  {here:>{widths[2]}}  {verdict}"
        for claim, card, here, verdict in rows
    ]


def _value(value: float, unit: str) -> str:
    if unit == "times":
        return f"{value:.2f}"
    return f"{value:.4f}" if unit in SHARES else f"{value:,.0f}"


def _verdict(claim: Compared) -> str:
    notes = [claim.remark] if claim.remark else []
    if claim.in_interval is False:
        notes.append("outside the published interval")
    if claim.verdict == "differs" and claim.tolerance is not None:
        notes.append(f"tolerance {claim.tolerance:g}")
    return f"{claim.verdict} ({'; '.join(notes)})" if notes else claim.verdict


def _total(verified: Verification) -> str:
    checked = [check for check in verified.checks if check.verdict != "not run"]
    measured = sum(claim.verdict != "not measured" for claim in verified.claims)
    whole = f"{len(checked)} checks and {measured} measured numbers"
    result = f"{verified.failures} of {whole} failed" if verified.failures else f"all {whole} hold"
    skipped = [check.what for check in verified.checks if check.verdict == "not run"]
    return result + (f"; not run: {', '.join(skipped)}" if skipped else "")

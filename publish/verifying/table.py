"""A verification as a table for a terminal."""

from collections import Counter
from collections.abc import Sequence

from .report import Compared, Verification

HEADS = ("claim", "card", "here", "verdict")
SHARES = ("F1", "precision", "recall", "error", "score", "share", "f1")


def show(verified: Verification) -> str:
    """The checks, then every number that was measured again, then what was not, by reason."""
    lines = [f"{verified.repo_id} at {verified.revision}", ""]
    lines += [_indented(f"{check.verdict:<9}{check.what:<26}", check.found) for check in verified.checks]
    for split, data in verified.data.items():
        lines.append(f"{'data':<9}{split:<26}{data.documents} documents of {data.id}, sha256 {data.sha256}")
    measured = [claim for claim in verified.claims if claim.here is not None]
    lines += ["", *_table(measured)] if measured else []
    left = Counter(claim.remark for claim in verified.claims if claim.here is None and claim.remark)
    lines += [""] * bool(left)
    lines += [f"not measured: {count} {_numbers(count)} {why}" for why, count in left.items()]
    return "\n".join([*lines, "", _total(verified)])


def _table(measured: Sequence[Compared]) -> list[str]:
    rows = [
        HEADS,
        *((c.claim, _value(c.stated, c.unit), _value(c.here, c.unit), _verdict(c)) for c in measured),
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


def _indented(start: str, text: str) -> str:
    return start + text.replace("\n", f"\n{' ' * len(start)}")


def _numbers(count: int) -> str:
    return "number" if count == 1 else "numbers"

"""Judges each number of the ledger by the same number measured here.

On the same data, an F1 is the same to four digits where instruction set and ONNX Runtime are those of
the claim, and within 0.003 elsewhere; precision and recall move against each other, so twice that. On
other data only the claim's interval says anything. What depends on no machine is equal or wrong.
"""

from collections.abc import Iterator, Mapping

from cards.errors import CardError
from cards.ledger import Claim, Environment, FolderLedger, Task
from cards.ledger.derived import speed_up
from training.measuring.latency import QUIET

from .evaluation_data import Split
from .remeasure import Measured, lengths, median_latency
from .report import Compared, Verdict

FOUR_DIGITS = 0.5e-4
ELSEWHERE = {"F1": 0.003, "precision": 0.006, "recall": 0.006, "error": 0.01, "score": 0.01}
COUNTED = 0.02  # share by which a count of errors may differ on another machine
SPEED_FACTOR = 2.0  # by which a ratio of latencies may differ between runs on one kind of processor
SPARSITY = 0.5e-4
COUNTED_AGAIN = ("documents", "mentions")  # of what is counted in corpora
NOT_GIVEN = "that the published files do not give"


def compare(
    ledger: FolderLedger, here: Measured, splits: Mapping[str, Split], machine: Environment
) -> list[Compared]:
    """Every measurement of the ledger, with a verdict; what cannot be measured again says why."""
    known = {_place(claim): claim.data.sha256 for claim in ledger.claims if claim.data}
    other = {place for place, given in splits.items() if known.get(place, "") not in ("", given.data.sha256)}
    compared = []
    for claim in ledger.claims:
        if claim.aggregation == "setting":
            continue  # a hyper-parameter, no measurement
        if claim.id.metric == "latency" or claim.id not in here.values:
            compared.append(_unmeasured(claim, ledger, splits))
        else:
            compared.append(_judged(claim, here.values[claim.id], _place(claim) in other, machine))
    return [*compared, *_speed(ledger, here, machine)]


def unmeasured_task(task: Task) -> str:
    """Why the scores of a model for `task` are not measured again, and what to do; "" where they are."""
    if task == "token-classification":
        return ""
    return f"of a model for {task}, not measured here: run the `command` that each claim has in ledger.json"


def same_machine(claimed: Environment | None, machine: Environment) -> bool:
    """Whether digits can be expected to agree: same instruction set, same ONNX Runtime."""
    runtime = "onnxruntime"
    return claimed is not None and (claimed.isa, claimed.versions.get(runtime)) == (
        machine.isa,
        machine.versions[runtime],
    )


def _judged(claim: Claim, value: float, other_data: bool, machine: Environment) -> Compared:
    inside = claim.interval.low <= value <= claim.interval.high if claim.interval else None
    tolerance, remark = None, ""
    verdict: Verdict
    if not other_data:
        tolerance = _tolerance(claim, machine)
        verdict = "holds" if abs(value - claim.value) <= tolerance else "differs"
    elif inside is None:
        verdict, remark = "not measured", "on other data, without an interval to lie in"
    else:
        verdict, remark = "holds" if inside else "differs", "on other data, so only the interval counts"
    return Compared(
        claim=str(claim.id),
        unit=claim.unit,
        stated=claim.value,
        here=value,
        verdict=verdict,
        tolerance=tolerance,
        in_interval=inside,
        remark=remark,
    )


def _place(claim: Claim) -> str | None:
    """What a claim was measured on, as `read_data` names it; comparisons have it beside their id."""
    return claim.id.place or claim.split


def _tolerance(claim: Claim, machine: Environment) -> float:
    if claim.unit == "share":
        return SPARSITY
    if claim.unit == "bytes" or (claim.artifact is None and claim.aggregation != "difference"):
        return 0.0  # counted, not computed by a model
    if same_machine(claim.environment, machine):
        return FOUR_DIGITS
    if claim.unit == "count":
        return max(3.0, COUNTED * claim.value)
    return ELSEWHERE.get(claim.unit, ELSEWHERE["F1"])


def _unmeasured(claim: Claim, ledger: FolderLedger, splits: Mapping[str, Split]) -> Compared:
    name, place = ledger.subject, _place(claim)
    task = unmeasured_task(ledger.models[name].task)
    if claim.id.model not in (name, "corpus"):
        why = f"of the model {claim.id.model}, which has a repository of its own"
    elif claim.id.vs_model not in (None, name):
        why = "comparing with a model of another repository"
    elif claim.disturbed is not None:
        why = "disturbed by other programs when they were claimed, so compared with nothing"
    elif claim.id.metric == "latency":
        why = task or "in milliseconds, which belong to a machine: their ratios are compared"
    elif task and (claim.artifact or place):
        why = task
    elif place and place not in splits and (claim.id.model == name or claim.id.metric in COUNTED_AGAIN):
        why = f"that need the {place} documents (--data)"
    else:
        why = NOT_GIVEN
    return Compared(
        claim=str(claim.id), unit=claim.unit, stated=claim.value, verdict="not measured", remark=why
    )


def _speed(ledger: FolderLedger, here: Measured, machine: Environment) -> Iterator[Compared]:
    """How many times faster each file is than the first, at each length.

    On one kind of processor only, since another may have no instructions for 8-bit sums, and on a quiet
    machine only: where other programs ran too, a true claim and a false one look alike.
    """
    name = ledger.subject
    first, *others = ledger.models[name].variants
    for length in lengths(ledger):
        slow = median_latency(name, first.name, length)
        for other in others:
            fast = slow.replace(variant=other.name)
            try:
                claims = ledger.claim(slow), ledger.claim(fast)
                stated = speed_up(*claims)
            except CardError:
                continue  # the ledger does not compare the two
            both = slow in here.values and fast in here.values
            value = here.values[slow] / here.values[fast] if both else None
            why = _incomparable(claims[0].environment, machine, here.waited.get(length, 0.0))
            verdict: Verdict = "not measured"
            if value is not None and not why:
                agrees = 1 / SPEED_FACTOR <= value / stated <= SPEED_FACTOR
                verdict = "holds" if agrees else "differs"
            yield Compared(
                claim=f"speed_up({slow}, {fast})",
                unit="times",
                stated=stated,
                here=value,
                verdict=verdict,
                tolerance=None if why else SPEED_FACTOR,
                remark=why or ("" if value else unmeasured_task(ledger.models[name].task) or NOT_GIVEN),
            )


def _incomparable(claimed: Environment | None, machine: Environment, waited: float) -> str:
    """Why a ratio of latencies says nothing here; "" where it does. waited: see `latency.Timing`."""
    if not same_machine(claimed, machine):
        return "on another kind of processor, or another ONNX Runtime"
    if waited > QUIET:
        return (
            f"not comparable here: it waited {waited:.1f} s in each second for a processor that other "
            "programs had; ask a quiet machine"
        )
    return ""

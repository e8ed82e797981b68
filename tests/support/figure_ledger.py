"""The ledger of `tiny_ledger` with the claims that only some runs have: kinds of error, and calibration,
without the student's temperature too."""

from pathlib import Path

import tiny_ledger

from cards.ledger import Claim, ClaimId, Interval, Ledger, project, read_ledger


def student_ledger(folder: Path) -> Ledger:
    """The student's ledger in a run that is made in `folder`."""
    return project(full_ledger(tiny_ledger.make_run(folder)), "student")


def full_ledger(run: Path) -> Ledger:
    """The ledger of a run of `tiny_ledger`, completed. Its counts fit those that the scores rest on."""
    ledger = read_ledger(run / "ledger.json")
    claims = list(ledger.claims)
    for which in tiny_ledger.COUNTS:
        like = ledger.claim(f"{which}.test.micro.f1")
        claims += [*_errors(like), *_calibration(like, f"{which}.test", 0.0)]
        if which.startswith("student."):
            claims += _calibration(like, f"{which}.uncalibrated.test", 0.02)
    fitted = _like(like, "student.calibration.temperature", 2.5, "setting")
    claims.append(fitted.model_copy(update={"aggregation": "setting", "n": 10, "split": "guard"}))
    claims.append(_like(fitted, "student.calibration.entities", 131, "count"))
    return ledger.model_copy(update={"claims": tuple(claims)})


def _errors(like: Claim) -> list[Claim]:
    prefix = like.id.text.removesuffix(".micro.f1")
    right, found, gold = map(sum, zip(*tiny_ledger.COUNTS[prefix.removesuffix(".test")], strict=True))
    boundary, kind = 40, 9
    counts = {
        "correct": right,
        "missed": gold - right - boundary - kind,
        "spurious": found - right - boundary - kind,
        "boundary": boundary,
        "type": kind,
    }
    return [_like(like, f"{prefix}.errors.{name}", value, "count") for name, value in counts.items()]


def _calibration(like: Claim, prefix: str, surer: float) -> list[Claim]:
    """surer: by how much the scores are higher."""
    model, variant, *_ = prefix.split(".")
    right, found, _ = map(sum, zip(*tiny_ledger.COUNTS[f"{model}.{variant}"], strict=True))
    claims, error = [], 0.0
    for index, entities, score, correct in ((6, 100, 0.66, 55), (9, found - 100, 0.97, right - 55)):
        score += surer
        precision, place = correct / entities, f"{prefix}.calibration.bins.{index}"
        error += entities / found * abs(score - precision)
        near = Interval(low=precision - 0.02, high=precision + 0.02, method="Wilson score")
        claims.append(_like(like, f"{place}.entities", entities, "count"))
        claims.append(_like(like, f"{place}.score", score, "score"))
        claims.append(_like(like, f"{place}.precision", precision, "precision", near))
    return [*claims, _like(like, f"{prefix}.calibration.ece", error, "error")]


def _like(claim: Claim, claim_id: str, value: float, unit: str, interval: Interval | None = None) -> Claim:
    fields = {
        "id": ClaimId.parse(claim_id),
        "name": claim_id,
        "value": float(value),
        "unit": unit,
        "interval": interval,
    }
    return claim.model_copy(update=fields | {"aggregation": "value"})

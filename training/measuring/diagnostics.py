"""Diagnostics of found entities, as claims: calibration of their scores, and kinds of error.

Part of the node `MODEL.scores`, on the same found entities as its scores.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from cards.ledger import Claim, ClaimId
from space.engine import Entity

from ..corpora.document import Span
from . import statistics
from .metrics import calibration, error_kinds

KIND_NAMES = {
    "correct": "Right entities",
    "missed": "Missed mentions",
    "spurious": "Spurious entities",
    "boundary": "Entities with another start or end",
    "type": "Entities of another type",
}
METHOD = f"over {calibration.BINS} bins of equal width (Naeini et al. 2015)"


def claims(
    base: ClaimId,
    gold: Sequence[Sequence[Span]],
    found: Sequence[Sequence[Entity]],
    draws: np.ndarray,
    make: Callable[..., Claim],
) -> Iterator[Claim]:
    """Claim what the found entities tell besides their strict scores.

    Args:
        base: of any claim on this file and these documents.
        gold: mentions by document.
        found: entities by document.
        draws: (resamples, documents), see `statistics.resample`.
        make: makes a claim on these documents.
    """
    yield from calibration_claims(base, gold, found, draws, make)
    base = base.replace(group=None, topic="errors")
    for kind, count in zip(error_kinds.KINDS, error_kinds.kinds(gold, found).sum(axis=0), strict=True):
        yield make(base.replace(metric=kind), KIND_NAMES[kind], int(count), "count", "value")


def calibration_claims(
    base: ClaimId,
    gold: Sequence[Sequence[Span]],
    found: Sequence[Sequence[Entity]],
    draws: np.ndarray,
    make: Callable[..., Claim],
) -> Iterator[Claim]:
    """Claim the calibration error and each bin that has entities; nothing where nothing was found.

    The arguments are those of `claims`.
    """
    ece = base.replace(group=None, topic="calibration", metric="ece")
    counts = calibration.bins(gold, found)
    documents, bins, columns = counts.shape
    total = counts.sum(axis=0)
    if not total.any():
        return
    value = float(calibration.error(total))
    resampled = (draws @ counts.reshape(documents, bins * columns)).reshape(len(draws), bins, columns)
    yield make(
        ece,
        "Expected calibration error",
        value,
        "error",
        "value",
        interval=statistics.corrected_interval(calibration.error(resampled), value),
        method=METHOD,
    )
    score, precision = calibration.means(total)
    for index in np.flatnonzero(total[:, 0]).tolist():
        entities, _, right = total[index]
        in_bin = ece.replace(bin=index, metric="entities")
        share = statistics.wilson(int(right), int(entities))
        yield make(in_bin, "Entities in the bin", int(entities), "count", "value")
        mean = float(score[index])
        yield make(in_bin.replace(metric="score"), "Mean score in the bin", mean, "score", "value")
        yield make(
            in_bin.replace(metric="precision"),
            "Share of right entities in the bin",
            float(precision[index]),
            "precision",
            "value",
            interval=share,
        )

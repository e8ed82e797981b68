"""Rules over what a card states, whoever wrote it: its numbers and words against each other."""

from collections.abc import Callable, Iterator

from ...reading import Card
from ..finding import Finding
from .against import against
from .aggregates import harmonic, macro, micro, weighted
from .averages import averages
from .context import dataset, machine, revision, split
from .counts import splits, types
from .fractions import fraction
from .moves import agreement, error_rate, moved, points
from .order import (
    intervals,
    mean_in_range,
    median_in_range,
    percentiles,
    positive,
    shares,
    top_k,
    value_in_range,
)
from .parts import whole
from .portions import parts, percent
from .ratios import change, reduction, retention, speed_up
from .sizes import bytes_alike, bytes_per_parameter, quantized_larger
from .slashes import slashes
from .steps import step
from .totals import totals
from .twice import twice
from .values import count, latency, parameters, ratio, score, size, sparsity, twins
from .words import best, better, extreme, faster, no_loss, smaller

STATEMENT_RULES: tuple[Callable[[Card], Iterator[Finding]], ...] = (
    macro,
    micro,
    averages,
    weighted,
    harmonic,
    retention,
    speed_up,
    reduction,
    change,
    step,
    parameters,
    size,
    latency,
    score,
    ratio,
    sparsity,
    twins,
    twice,
    count,
    median_in_range,
    percentiles,
    mean_in_range,
    value_in_range,
    shares,
    top_k,
    positive,
    intervals,
    splits,
    types,
    slashes,
    whole,
    totals,
    parts,
    percent,
    fraction,
    moved,
    points,
    agreement,
    error_rate,
    bytes_per_parameter,
    bytes_alike,
    quantized_larger,
    no_loss,
    faster,
    smaller,
    extreme,
    better,
    best,
    against,
    dataset,
    split,
    revision,
    machine,
)

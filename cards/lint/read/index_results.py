"""The results of model-index as numbers, to be held against those that a card shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from .front_matter import FrontMatter, as_list
from .numbers import Number, read_number


@dataclass(frozen=True)
class IndexedMetric:
    """A metric of one result: its name, or its type where it has none."""

    name: str
    number: Number


def indexed_results(matter: FrontMatter) -> list[list[IndexedMetric]]:
    """For each result its metrics that are one number, without those that the Hub measured itself."""
    entries = [entry for entry in as_list(matter.data.get("model-index")) if isinstance(entry, dict)]
    results = [each for entry in entries for each in as_list(entry.get("results")) if isinstance(each, dict)]
    found = []
    for result in results:
        read = [_metric(metric) for metric in as_list(result.get("metrics")) if isinstance(metric, dict)]
        found.append([metric for metric in read if metric])
    return [metrics for metrics in found if metrics]


def _metric(metric: dict[str, object]) -> IndexedMetric | None:
    number = read_number(str(metric.get("value")))
    name = str(metric.get("name") or metric.get("type"))
    return IndexedMetric(name, number) if number and not metric.get("verified") else None


def apart(pairs: Sequence[tuple[str, Number, Number]]) -> list[tuple[str, Number, Number]]:
    """Of (metric, number, number) those whose numbers differ beyond rounding, also where one is in percent.

    Where a metric has several numbers on the other side, one must agree.
    """
    agreed = {
        name
        for name, one, other in pairs
        for scale in (1, 100, 0.01)
        if abs(one.value * scale - other.value) <= max(one.step * scale, other.step) * 1.001
    }
    return [pair for pair in pairs if pair[0] not in agreed]

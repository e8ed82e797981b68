"""Statistics of one measurement that rise: minimum, median, p95, maximum."""

from itertools import pairwise

from ..input.card import Card
from ..read.numbers import in_base
from ..registry import Faults, rule

_RISING = ("min", "p50", "p90", "p95", "p99", "max")


@rule("order.percentiles", preview=True)
def percentiles(card: Card) -> Faults:
    """Minimum, median, p90, p95, p99 and maximum of a measurement rise in this order.

    Why: Two of them were swapped, or are of different measurements.
    Fix: Copy them from one measurement.
    """
    for results in card.results:
        groups: dict[tuple[str, ...], dict[str, int]] = {}
        for at, head in enumerate(results.heads):
            groups.setdefault((head.metric, head.average, head.split, head.part), {})[head.statistic] = at
        for by_name in groups.values():
            rising = [by_name[name] for name in _RISING if name in by_name]
            for record in results.records:
                known = [(at, number) for at in rising if (number := record.numbers[at])]
                for (low, lower), (high, higher) in pairwise(known):
                    heads = results.heads[low], results.heads[high]
                    if in_base(lower, heads[0].unit) > in_base(higher, heads[1].unit):
                        said = f"{heads[0].text} is {lower.text}, above {heads[1].text}, {higher.text}"
                        yield card.at_line(results.line_of(record, high)), said

"""Counts of a table against their total."""

import re

from ..input.card import Card
from ..read.numbers import Number, in_base
from ..read.tables import AGGREGATE
from ..registry import Faults, rule

_TOTAL = re.compile(r"(?:grand )?total|sum|all|overall|in total", re.I)


@rule("count.total", preview=True)
def total(card: Card) -> Faults:
    """A total is the sum of its parts, and the support of an average that of its classes.

    Why: A part is left out, or one of the counts is wrong.
    Fix: Copy all counts from one place.
    """
    for results in card.results:
        for at, head in enumerate(results.heads):
            if head.metric == "support" and results.of_classes:
                whole = AGGREGATE
            elif head.kind == "count" and head.metric != "parameters" and not results.lines:
                whole = _TOTAL
            else:
                continue
            totals = [record for record in results.records if whole.fullmatch(record.name)]
            parts = [
                number for each in results.records if each not in totals and (number := each.numbers[at])
            ]
            if len(parts) < 2 or len(parts) + len(totals) < len(results.records):
                continue
            for record in totals if whole is AGGREGATE or totals == [results.records[-1]] else ():
                number = record.numbers[at]
                if number and _is_off(number, parts, head.unit):
                    added = sum(part.value for part in parts)
                    said = (
                        f"{head.text} of {record.name} is {number.text}, and its parts add up to {added:,g}"
                    )
                    yield card.at_line(record.line), said


def _is_off(number: Number, parts: list[Number], unit: str) -> bool:
    """Whether a total is not the sum of its parts, rounded ones such as "5.2k" allowed for."""
    rounded = [each for each in (number, *parts) if each.unit or unit or each.step < 1]
    slack = sum(each.step * in_base(each, unit) / each.value for each in rounded if each.value)
    return abs(in_base(number, unit) - sum(in_base(part, unit) for part in parts)) > slack

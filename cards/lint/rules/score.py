"""Scores of a table or list: their range, and F1 beside its precision and recall."""

import re

from ..input.card import Card
from ..read.numbers import Number, harmonic
from ..read.tables import Record, Results
from ..registry import Faults, rule

_AVERAGED = re.compile(r"\b(?:macro|weighted|samples|avg|average|mean|overall|total|all)\b", re.I)
_THREE = ("precision", "recall", "f1")


@rule("score.range", preview=True)
def score_range(card: Card) -> Faults:
    """A score lies between 0 and 1, or 0 and 100%, whichever its table uses; a correlation not below -1.

    Why: No measurement gives another value, so a digit or the point is wrong.
    Fix: Copy the value from the evaluation again.
    """
    for results in card.results:
        for at, head in enumerate(results.heads):
            for record in results.records if head.kind in ("share", "correlation") else ():
                number = record.numbers[at]
                whole = 100 if number and "%" in (number.unit, head.unit) else results.whole
                lowest = 0 if head.kind == "share" else -(whole or 0)
                if number and whole and not lowest <= number.value <= whole:
                    said = f"{head.text} is {number.text}, and {whole:g} is perfect in this table"
                    yield card.at_line(results.line_of(record, at)), said


@rule("score.f1", preview=True)
def f1(card: Card) -> Faults:
    """The F1 of a class is the harmonic mean of precision and recall; an averaged F1 is at most their mean.

    Why: The three were measured on different data, or one is mistyped.
    Fix: Copy precision, recall and F1 of one evaluation.
    """
    for results in card.results:
        groups: dict[tuple[str, ...], dict[str, int]] = {}
        for at, head in enumerate(results.heads):
            groups.setdefault(head.same, {})[head.metric] = at
        for (average, _, statistic, _), metrics in groups.items():
            if statistic or not results.whole or not {*_THREE} <= {*metrics}:
                continue
            for record in results.records:
                precision, recall, score = (record.numbers[metrics[name]] for name in _THREE)
                if precision and recall and score and not (precision.spread or recall.spread or score.spread):
                    said = _wrong_f1(precision, recall, score, _of_one_class(results, record, average))
                    if said:
                        yield card.at_line(results.line_of(record, metrics["f1"])), said


def _of_one_class(results: Results, record: Record, average: str) -> bool:
    """Whether F1 comes from one count of hits; of macro and weighted averages it does not."""
    if average or results.lines:
        return average == "micro"
    return results.of_classes and not _AVERAGED.search(record.name)


def _wrong_f1(precision: Number, recall: Number, score: Number, exact: bool) -> str | None:
    step = max(precision.step, recall.step)
    lowest = harmonic(precision.value - step, recall.value - step) - score.step
    highest = harmonic(precision.value + step, recall.value + step) + score.step
    said = f"F1 is {score.text} beside the precision {precision.text} and the recall {recall.text}"
    if exact and not lowest <= score.value <= highest:
        return f"{said}, whose harmonic mean is {harmonic(precision.value, recall.value):.4g}"
    # Of every kind of average: each class has a harmonic mean, which is no higher than the arithmetic one.
    mean = (precision.value + recall.value) / 2
    return f"{said}, whose mean is {mean:.4g}" if score.value > mean + step + score.step else None

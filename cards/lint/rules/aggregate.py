"""Averages of a table against the rows or columns that they average."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..input.card import Card
from ..read.numbers import Number, harmonic
from ..read.tables import AGGREGATE, Results
from ..registry import Faults, rule


@dataclass(frozen=True)
class _Average:
    """An average and what it averages, each with its weight."""

    name: str
    line: int
    number: Number
    parts: list[Number]
    weights: list[float]
    harmonic: float | None = None  # of the precision and recall beside an F1

    @property
    def mean(self) -> float:
        pairs = zip(self.parts, self.weights, strict=True)
        return sum(part.value * weight for part, weight in pairs) / sum(self.weights)

    @property
    def slack(self) -> float:
        return (self.number.step + max(part.step for part in self.parts)) * 1.001

    def is_off(self, value: float) -> bool:
        return abs(self.number.value - value) > self.slack


@rule("aggregate.mean", preview=True)
def mean(card: Card) -> Faults:
    """A macro score is the mean of the scores of its classes, a weighted one by the support of each.

    Why: The average is of another evaluation than the classes, or of another kind.
    Fix: Copy the average and the classes of one evaluation, and call the average what it is.
    """
    for average in _averages(card):
        # Some compute a macro F1 from the macro precision and recall.
        harmonic = average.harmonic is not None and not average.is_off(average.harmonic)
        if average.is_off(average.mean) and not harmonic:
            parts = ", ".join(part.text for part in average.parts[:6]) + " ..." * (len(average.parts) > 6)
            said = f"{average.name} is {average.number.text}, and the mean of {parts} is {average.mean:.4g}"
            yield card.at_line(average.line), said


def _averages(card: Card) -> Iterator[_Average]:
    for results in card.results:
        if results.whole and results.of_classes and not results.lines:
            yield from _of_rows(results)
        if results.whole:
            yield from _of_columns(results)


def _of_rows(results: Results) -> Iterator[_Average]:
    """Rows such as "macro avg" below the rows of all classes."""
    classes = [record for record in results.records if not AGGREGATE.fullmatch(record.name)]
    columns = [[n for each in classes if (n := each.numbers[at])] for at in range(len(results.heads))]
    support = next((at for at, head in enumerate(results.heads) if head.metric == "support"), None)
    counts = [number.value for number in columns[support]] if support is not None else []
    weights = {"macro": [1.0] * len(classes), "weighted": counts if sum(counts) else []}
    for record in results.records if len(classes) > 1 else ():
        found = AGGREGATE.fullmatch(record.name)
        kind = (found["average"] or "").lower() if found else ""
        whole = record.numbers[support] if support is not None else None
        if kind not in weights or (whole and whole.value != sum(counts)):
            continue  # without all of its classes nothing is known of an average
        scores = {head.metric: n for at, head in enumerate(results.heads) if (n := record.numbers[at])}
        for head, number, parts in zip(results.heads, record.numbers, columns, strict=True):
            if head.kind == "share" and number and len(parts) == len(classes) == len(weights[kind]):
                rates = [scores[rate].value for rate in ("precision", "recall") if rate in scores]
                is_f1 = (kind, head.metric) == ("macro", "f1")
                of_rates = harmonic(*rates) if is_f1 and len(rates) == 2 else None
                name = f"{head.text} ({record.name})"
                yield _Average(name, record.line, number, parts, weights[kind], of_rates)


def _of_columns(results: Results) -> Iterator[_Average]:
    """Columns such as "Macro F1" beside "Drug F1" and "Disease F1"."""
    parts: dict[tuple[str, str], list[int]] = {}
    for at, head in enumerate(results.heads):
        if head.part and not head.average:
            parts.setdefault((head.metric, head.split), []).append(at)
    for at, head in enumerate(results.heads):
        named = parts.get((head.metric, head.split), []) if head.average == "macro" and not head.part else []
        for record in results.records if len(named) > 1 else ():
            number, numbers = record.numbers[at], [n for part in named if (n := record.numbers[part])]
            if number and len(numbers) == len(named):
                line = results.line_of(record, at)
                yield _Average(head.text, line, number, numbers, [1.0] * len(numbers))

"""Results that a card shows, against those of its model-index."""

from ..input.card import Card
from ..read.heads import read_head
from ..read.index_results import apart, indexed_results
from ..registry import Faults, rule


@rule("results.model-index", preview=True)
def model_index(card: Card) -> Faults:
    """A table or list that shows a result of model-index shows all of its metrics with the same values.

    Why: The Hub shows model-index beside the card, so readers see two values for one evaluation.
    Fix: Copy both from one evaluation.
    """
    for metrics in indexed_results(card.front_matter):
        heads = [(read_head(metric.name), metric.number) for metric in metrics]
        indexed = {
            (head.metric, head.average): number for head, number in heads if head and head.kind == "share"
        }
        for results in card.results:
            if any(head.metric in ("epoch", "step") for head in results.heads):
                continue  # of many evaluations
            for record in results.records:
                pairs = [
                    (str(at), number, indexed[head.metric, head.average])
                    for at, head in enumerate(results.heads)
                    if not head.part
                    and (head.metric, head.average) in indexed
                    and (number := record.numbers[at])
                ]
                faults = apart(pairs)
                if 0 < len(faults) <= len(pairs) / 2:  # what agrees shows that it is this evaluation
                    at, number, other = faults[0]
                    said = (
                        f"{results.heads[int(at)].text} is {number.text} here and {other.text} in model-index"
                    )
                    yield card.at_line(results.line_of(record, int(at))), said

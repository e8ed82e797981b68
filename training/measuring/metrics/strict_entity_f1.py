"""`training.measuring.metrics` as an `evaluate.Metric`, for those who score with Hugging Face `evaluate`.

from training.measuring.metrics.strict_entity_f1 import StrictEntityF1

mention = {"start": 0, "end": 7, "label": "Chemical"}
StrictEntityF1().compute(references=[[mention]], predictions=[[mention]], labels=["Chemical"])
# {"Chemical_precision": 1.0, "Chemical_recall": 1.0, "Chemical_f1": 1.0, "micro_precision": 1.0, ...}
"""

import datasets
import evaluate

from training.corpora.document import Span
from training.measuring.metrics import RATES, count, table

_MENTIONS = datasets.List(
    {"start": datasets.Value("int64"), "end": datasets.Value("int64"), "label": datasets.Value("string")}
)


class StrictEntityF1(evaluate.Metric):
    """Strict entity precision, recall and F1, per type, micro and macro (mean over types).

    `compute(references, predictions, labels)` takes for each document a list of mentions
    `{"start", "end", "label"}` with character offsets; `labels` are the entity types to score.
    """

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Strict entity-level scores: document, start, end and type must all be equal.",
            citation="",
            inputs_description=type(self).__doc__,
            features=datasets.Features({"references": _MENTIONS, "predictions": _MENTIONS}),
        )

    def _compute(self, predictions: list, references: list, labels: list[str]) -> dict[str, float]:
        counts = count([_spans(r) for r in references], [_spans(p) for p in predictions], labels).sum(axis=0)
        return {
            f"{name}_{rate}": value
            for name, row in zip([*labels, "micro", "macro"], table(counts).tolist(), strict=True)
            for rate, value in zip(RATES, row, strict=True)
        }


def _spans(mentions: list[dict]) -> list[Span]:
    return [Span(**mention) for mention in mentions]

"""The task `entities`: mentions of the labels in a text, found word by word."""

from collections.abc import Sequence

from .task import Task


def tags(labels: Sequence[str]) -> list[str]:
    """Tags of a word: O first, then B- and I- of each label (IOB2)."""
    return ["O"] + [f"{prefix}-{label}" for label in labels for prefix in ("B", "I")]


ENTITIES = Task(
    name="entities",
    tag="token-classification",
    head="AutoModelForTokenClassification",
    outputs=tags,
    finetuning="steps.training",
    distillation="steps.learning",
    metric="measuring.metrics",
    calibration="measuring.temperature",
    pipelines="pipelines",
    scores="measuring.scores",
    comparison="measuring.comparison",
)

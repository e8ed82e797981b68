"""What a task is to the rest of training, which reads its record and never asks which task it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cards.ledger import Task as Tag


@dataclass(frozen=True)
class Task:
    """One thing that models do with a text.

    It names modules of `training` and a class of transformers, and imports none of them: so a training
    depends on no module that measures, and what measures needs no torch. The modules count as code of the
    nodes that run them; `head` and `outputs` as settings of what has a head.

    Attributes:
        name: In recipes.
        tag: To pipelines of transformers and to the ledger, by which cards choose snippets, scores and words.
        head: Class of transformers that puts its head upon an encoder.
        outputs: Names what the head scores, in its order, by the labels of the recipe.
        finetuning: Module with `learn_from_labels(context, step, model, tokenizer)`, which trains a model in
            place.
        distillation: Module with `learn_from_teachers(context, step, model, tokenizer, made_of)`, the same.
        metric: Module with `document_counts(documents, found, labels)`: right, gold and found, (documents,
            labels, 3), of what the engine finds; from these follows the F1 that INT8 files are chosen by.
        calibration: Module of the node `MODEL.calibrate`.
        pipelines: Module of the node `MODEL.pipelines`.
        scores: Module of the node `MODEL.scores`.
        comparison: Module of the node `comparison`.
    """

    name: str
    tag: Tag
    head: str
    outputs: Callable[[Sequence[str]], list[str]]
    finetuning: str
    distillation: str
    metric: str
    calibration: str
    pipelines: str
    scores: str
    comparison: str

"""Node `MODEL.pipelines`: what users of transformers get, by how its pipeline joins pieces of words.

"first" gives a word the tag of its first piece, as training and the engine do. "simple", which most users
take, tags every piece by itself: it comes near only where the further pieces of words were trained, too.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import torch
from transformers import pipeline

from cards.ledger import Claim, ClaimId
from space.engine.entity import Entity

from .corpora.document import Document
from .encoders.checkpoints import load_tokenizer
from .measuring import scoring, statistics
from .measuring.metrics import count
from .measuring.provenance import Details, artifact, data_set, environment
from .measuring.scores import log_looks
from .tasks.entities import ENTITIES

if TYPE_CHECKING:
    from pathlib import Path

    from .recipe.models import Model
    from .run_context import Context

WAYS = ("simple", "first")
WEIGHTS = "model.safetensors"


def run(context: "Context", model: "Model") -> list[Claim]:
    """Score the FP32 weights through transformers, on the models' own test, in both ways."""
    recipe, (corpus, split) = context.recipe, context.recipe.own_test
    documents, folder = context.split(corpus, split), context.model_folder
    gold = [document.spans for document in documents]
    counts = {
        way: count(gold, list(_found(folder, documents, way, recipe.window, recipe.overlap)), recipe.labels)
        for way in WAYS
    }
    details: Details = {
        "split": split,
        "data": data_set(recipe.corpora[corpus], documents),
        "n": len(documents),
        "artifact": artifact(folder, WEIGHTS),
        "environment": environment(torch.get_num_threads(), ("torch", "transformers")),
    }
    draws = statistics.resample(len(documents), recipe.evaluation.resamples)
    claims = []
    for way in WAYS:
        score = ClaimId(context.name, variant="fp32", decoding=way, split=split, group="macro", metric="f1")
        value, title = scoring.macro_f1(counts[way]), f'Macro F1 through transformers, aggregation "{way}"'
        claims.append(context.claim(score, title, value, "F1", "macro", **details))
    log_looks(context, "fp32", corpus, split, {way: scoring.macro_f1(own) for way, own in counts.items()})
    difference = claims[0].id.replace(metric="f1_difference")
    make = partial(context.claim, **details)
    return [*claims, scoring.difference_claim(difference, counts["simple"], counts["first"], draws, make)]


def _found(
    folder: "Path", documents: list[Document], way: str, window: int, overlap: int
) -> Iterator[list[Entity]]:
    """What a pipeline finds in each document, cut into windows as transformers does."""
    tokenizer = load_tokenizer(folder)
    tokenizer.model_max_length = window
    tagger = pipeline(
        ENTITIES.tag,
        model=str(folder),
        tokenizer=tokenizer,
        aggregation_strategy=way,
        stride=overlap,
        device=0 if torch.cuda.is_available() else -1,
    )
    for document in documents:
        yield [
            _entity(document.text, int(each["start"]), int(each["end"]), each["entity_group"])
            for each in tagger(document.text)
        ]


def _entity(text: str, start: int, end: int, label: str) -> Entity:
    """Without the white space that byte-level tokenizers count to a word."""
    inside = text[start:end]
    start, end = end - len(inside.lstrip()), start + len(inside.rstrip())
    return Entity(start, end, label, 1.0, text[start:end])

"""What models found in one text, as the page's script reads it (scripts/result.js) and draws it."""

import json
from collections.abc import Sequence
from typing import Any

from .contract import Entity, Model, key
from .differences import Difference
from .markup import escape


def result(
    text: str,
    found: Sequence[tuple[Model, Sequence[Entity]]],
    summary: str,
    differences: Sequence[Difference] | None = None,
) -> str:
    """HTML of one result: `summary` (HTML of ours), and the data for the rest in an attribute.

    found: each model with its entities, teacher first; differences: None where one model ran.
    The data is JSON in ASCII, so that every text arrives exactly as it is: HTML would join CR LF and
    can hold neither NUL nor lone surrogates. It is the text once, and four numbers an entity.
    """
    # The student's labels first: they have the same colours on every tab.
    labels = list(dict.fromkeys(label for model, _ in reversed(found) for label in model.tagger.labels))
    data = {
        "text": text,
        "labels": labels,
        "models": [_model(model, entities, labels) for model, entities in found],
        "differences": None if differences is None else _differences(differences, *(e for _, e in found)),
    }
    packed = escape(json.dumps(data, separators=(",", ":")))
    return f'<div class="result" data-result="{packed}"><p class="tally" role="status">{summary}</p></div>'


def _model(model: Model, entities: Sequence[Entity], labels: Sequence[str]) -> dict[str, Any]:
    rows = [[entity.start, entity.end, labels.index(entity.label), entity.score] for entity in entities]
    return {"name": model.name, "id": model.id, "revision": model.revision, "entities": rows}


def _differences(
    differences: Sequence[Difference], by_teacher: Sequence[Entity], by_student: Sequence[Entity]
) -> list[list[Any]]:
    """Start, end, what differs, and the positions of its entities in each model's list."""
    of_teacher, of_student = (
        {key(entity): index for index, entity in enumerate(entities)} for entities in (by_teacher, by_student)
    )
    return [
        [
            difference.start,
            difference.end,
            difference.kind,
            [of_teacher[key(entity)] for entity in difference.teacher],
            [of_student[key(entity)] for entity in difference.student],
        ]
        for difference in differences
    ]

"""Result of one text, as data that the page's script reads (scripts/result.js) and draws."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..contract import Entity, Model
from .differences import Difference, key
from .markup import escape


@dataclass(frozen=True)
class Found:
    """What one model found; seconds: from when it was asked to its answer, its wait in the queue included."""

    model: Model
    entities: Sequence[Entity]
    seconds: float


def result(
    text: str,
    found: Sequence[Found],
    summary: str,
    notice: str | None = None,
    differences: Sequence[Difference] | None = None,
) -> str:
    """HTML of one result: `summary` (HTML of ours), and the data for the rest in an attribute.

    found: the teacher's first
    notice: what a reader should be told about the text
    differences: None where one model ran

    The data is JSON in ASCII, so that every text arrives exactly as it is: HTML would join CR LF and
    can hold neither NUL nor lone surrogates. It is the text once, and four numbers an entity.
    """
    # The student's labels first: they have the same colours on every tab.
    labels = list(dict.fromkeys(label for one in reversed(found) for label in one.model.tagger.labels))
    data = {
        "text": text,
        "labels": labels,
        "models": [_model(one, labels) for one in found],
        "differences": None
        if differences is None
        else _differences(differences, *(one.entities for one in found)),
    }
    packed = escape(json.dumps(data, separators=(",", ":")))
    tally = f'<p class="tally" role="status" data-said>{summary}</p>'
    told = f'<p class="note warning" data-said>{escape(notice)}</p>' if notice else ""
    return f'<div class="result" data-result="{packed}">{tally}{told}</div>'


def _model(found: Found, labels: Sequence[str]) -> dict[str, Any]:
    model = found.model
    return {
        "name": model.name,
        "id": model.id,
        "revision": model.revision,
        "ms": round(found.seconds * 1000, 3),
        "entities": [[one.start, one.end, labels.index(one.label), one.score] for one in found.entities],
    }


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

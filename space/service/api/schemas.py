"""The API's bodies: as OpenAPI describes them, and how a request's is read.

Requests are read by hand, since pydantic refuses lone surrogates, which a note may hold. Answers are
written in ASCII, where each character has a form.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from ...contract import Entity, Served
from .. import bounded_json
from ..errors import invalid
from ..settings import Settings

OFFSET_UNIT = "code_point"


class EntityAnswer(BaseModel):
    """One mention; `text` is the input from `start` to `end`, counted in Unicode code points."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    label: str
    score: float = Field(ge=0, le=1, description="Lowest probability of the label over the mention's words.")
    text: str


class Result(BaseModel):
    entities: list[EntityAnswer] = Field(description="Sorted by offset, not overlapping.")


class EntitiesAnswer(BaseModel):
    """Entities of each text, in the order of the texts."""

    model: str = Field(description="Hub id, or the name of a folder.")
    revision: str = Field(description='Hub commit, or "sha256:" and the hash of the ONNX file.')
    offset_unit: Literal["code_point"]
    results: list[Result]


class Times(BaseModel):
    """Milliseconds; of several texts the longest wait, and all work together."""

    queue: float = Field(ge=0, description="Waiting for a worker.")
    model: float = Field(ge=0, description="Tokenising, running the model, decoding.")


class ModelAnswer(BaseModel):
    role: Literal["teacher", "student"]
    model: str
    revision: str
    milliseconds: Times
    results: list[Result]


class DifferenceAnswer(BaseModel):
    """A place where the two part: entities there that the other does not have."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    kind: str = Field(description="What differs, in words.")
    teacher: list[EntityAnswer]
    student: list[EntityAnswer]


class ComparisonAnswer(BaseModel):
    """Agreement is not accuracy: both can be wrong in the same place."""

    shared: int = Field(ge=0, description="Entities that both have, with the same span and label.")
    agreement: float | None = Field(description="Shared over all distinct entities; null without any.")
    differences: list[DifferenceAnswer]


class CompareAnswer(BaseModel):
    offset_unit: Literal["code_point"]
    models: list[ModelAnswer] = Field(description="Teacher, then student.")
    comparisons: list[ComparisonAnswer] = Field(description="One a text, in the order of the texts.")


class ServedModel(BaseModel):
    role: Literal["teacher", "student"]
    model: str
    revision: str
    file: str
    sha256: str
    bytes: int
    labels: list[str]
    threads: int = Field(description="Of a text that is alone; others run side by side, one worker each.")


class LimitsAnswer(BaseModel):
    texts: int = Field(description="A request.")
    characters: int = Field(description="A request, all its texts together.")
    body_bytes: int
    file_bytes: int
    deadline_s: float
    queue_texts: int
    queue_s: float
    workers: int


class ModelsAnswer(BaseModel):
    offset_unit: Literal["code_point"]
    models: list[ServedModel]
    limits: LimitsAnswer


class LiveAnswer(BaseModel):
    status: Literal["alive"]


class CheckedModel(BaseModel):
    role: Literal["teacher", "student"]
    model: str
    check: str = Field(description="What was checked.")
    problem: str | None = Field(description="Why the model is not to be trusted; null when it is.")
    score_difference: float | None = Field(description="The largest from the golden scores.")


class ReadyAnswer(BaseModel):
    status: Literal["warming", "ready", "failed", "draining"]
    dead_workers: int = Field(ge=0, description="Threads that tag texts and have ended; start it again.")
    models: list[CheckedModel] = Field(description="Those checked so far.")


class ErrorDetail(BaseModel):
    code: str
    message: str
    request_id: str


class ErrorAnswer(BaseModel):
    error: ErrorDetail


# How a request for work may be refused (errors.py), as FastAPI takes it.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (401, 403, 408, 413, 421, 422, 429, 500, 503)
}


def ask_schema(settings: Settings) -> dict[str, Any]:
    """JSON schema of a request: one text, or several."""
    text = {"type": "string", "maxLength": settings.characters}
    texts = {"type": "array", "items": text, "maxItems": settings.batch}
    return {
        "oneOf": [
            {
                "type": "object",
                "required": [name],
                "properties": {name: schema},
                "additionalProperties": False,
            }
            for name, schema in (("text", text), ("texts", texts))
        ]
    }


def read_texts(body: bytes, settings: Settings) -> list[str]:
    """The texts that a request asks about. Raises Refusal without quoting any of it."""
    try:
        asked = bounded_json.loads(body, settings.batch + bounded_json.VALUES)
    except ValueError:
        raise invalid(
            'the body is not JSON in UTF-8, or holds far too many values; expected {"text": ...} or '
            '{"texts": [...]}'
        ) from None
    if not isinstance(asked, dict) or set(asked) not in ({"text"}, {"texts"}):
        raise invalid('expected an object with exactly "text" or "texts"')
    texts = [asked["text"]] if "text" in asked else asked["texts"]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise invalid('"text" should be a string, "texts" a list of strings')
    if len(texts) > settings.batch:
        raise invalid(f"found {len(texts):,} texts; a request may have {settings.batch:,}, send several")
    characters = sum(map(len, texts))
    if characters > settings.characters:
        raise invalid(
            f"found {characters:,} characters; a request may have {settings.characters:,} in all its texts, "
            "send several"
        )
    return texts


def written(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    """Entities as they are answered (engine.Entity.to_dict is several times as slow)."""
    return [
        {"start": e.start, "end": e.end, "label": e.label, "score": e.score, "text": e.text} for e in entities
    ]


def named(model: Served) -> dict[str, str]:
    return {"model": model.model, "revision": model.revision}

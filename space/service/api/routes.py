"""Routes of the HTTP API: entities, comparison, models, liveness, readiness and metrics."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from ...contract import Entity, Served
from .. import errors
from ..monitoring.health import Health
from ..monitoring.prometheus import Metrics
from ..scheduler import Busy, Done, Scheduler
from ..settings import Settings
from . import schemas
from .schemas import OFFSET_UNIT

MANY = 500  # entities; an answer with as many is made in a few milliseconds


@dataclass(frozen=True)
class Service:
    """What the routes work with.

    `compare` makes a Comparison (ui/differences.py) of teacher's and student's entities of one text.
    """

    settings: Settings
    scheduler: Scheduler
    workers: int
    student: Served
    teacher: Served
    compare: Callable[[Sequence[Entity], Sequence[Entity]], Any]
    health: Health
    metrics: Metrics


def add_work(app: FastAPI, service: Service) -> None:
    """Add the routes that run models on the texts of a request."""
    settings, student, teacher = service.settings, service.student, service.teacher
    body = {"content": {"application/json": {"schema": schemas.ask_schema(settings)}}, "required": True}
    documented: dict[str, Any] = {"openapi_extra": {"requestBody": body}, "responses": schemas.REFUSALS}

    @app.post("/v1/entities", response_model=schemas.EntitiesAnswer, **documented)
    async def entities(request: Request) -> Response:
        """Entities of one text or several."""
        texts = schemas.read_texts(await request.body(), settings)
        done = await run(service, request, [(student, text) for text in texts])

        def answer() -> Response:
            results = [{"entities": schemas.written(one.entities)} for one in done]
            return _answer(schemas.named(student) | {"offset_unit": OFFSET_UNIT, "results": results})

        return await _aside(answer, done)

    @app.post("/v1/compare", response_model=schemas.CompareAnswer, **documented)
    async def compare(request: Request) -> Response:
        """Entities by both models, their differences, and the time that each model took."""
        texts = schemas.read_texts(await request.body(), settings)
        work = [(model, text) for model in (teacher, student) for text in texts]
        done = await run(service, request, work)
        by_teacher, by_student = done[: len(texts)], done[len(texts) :]

        def answer() -> Response:
            pairs = zip(by_teacher, by_student, strict=True)
            return _answer(
                {
                    "offset_unit": OFFSET_UNIT,
                    "models": [_model(teacher, by_teacher), _model(student, by_student)],
                    "comparisons": [_comparison(service.compare(t.entities, s.entities)) for t, s in pairs],
                }
            )

        return await _aside(answer, done)


async def _aside(answer: Callable[[], Response], done: Sequence[Done]) -> Response:
    """Make an answer; a long one in a thread, since the event loop has others to serve meanwhile."""
    if sum(len(one.entities) for one in done) > MANY:
        return await asyncio.to_thread(answer)
    return answer()


async def run(service: Service, request: Request, work: Sequence[tuple[Served, str]]) -> list[Done]:
    """Tag texts within the deadline.

    What is not done when the deadline passes or the client leaves is never run.

    Returns:
        Results in the order of `work`, which is texts, each with the model that tags it.

    Raises:
        Refusal: There is no room, or the deadline has passed.
        ClientDisconnect: Nobody waits for the results.
    """
    seen = request.scope["state"]["seen"]
    seen.asked(len(work), sum(len(text) for _, text in work))
    try:
        future = service.scheduler.submit(work)
    except Busy:
        raise errors.busy() from None
    try:
        done = await _wait(future, request, service.settings.deadline_s)
    finally:
        future.cancel()
    for (model, _), one in zip(work, done, strict=True):
        seen.ran(model.role, one.queued_s, one.model_s, len(one.entities))
    return done


async def _wait(future: Future[list[Done]], request: Request, seconds: float) -> list[Done]:
    """Wait for the result, at most so many seconds. Raises as `run` does."""
    done = asyncio.wrap_future(future)
    gone = asyncio.ensure_future(request.receive())  # the body was read: only a disconnect is left
    try:
        await asyncio.wait((done, gone), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    if done.done():
        return done.result()
    if gone.done():
        raise ClientDisconnect
    raise errors.late()


def _model(model: Served, done: Sequence[Done]) -> dict[str, Any]:
    queue, spent = max((one.queued_s for one in done), default=0.0), sum(one.model_s for one in done)
    return {
        "role": model.role,
        **schemas.named(model),
        "milliseconds": {"queue": round(1000 * queue, 3), "model": round(1000 * spent, 3)},
        "results": [{"entities": schemas.written(one.entities)} for one in done],
    }


def _comparison(comparison: Any) -> dict[str, Any]:
    return {
        "shared": comparison.shared,
        "agreement": comparison.agreement,
        "differences": [
            {
                "start": difference.start,
                "end": difference.end,
                "kind": difference.kind,
                "teacher": schemas.written(difference.teacher),
                "student": schemas.written(difference.student),
            }
            for difference in comparison.differences
        ],
    }


def add_models(app: FastAPI, service: Service) -> None:
    """Add the route that says what runs here."""
    settings = service.settings
    fields = schemas.ServedModel.model_fields
    about = {
        "offset_unit": OFFSET_UNIT,
        "models": [
            {name: getattr(model, name) for name in fields} for model in (service.teacher, service.student)
        ],
        "limits": {
            "texts": settings.batch,
            "characters": settings.characters,
            "body_bytes": settings.body_bytes,
            "file_bytes": settings.file_bytes,
            "deadline_s": settings.deadline_s,
            "queue_texts": settings.queue,
            "queue_s": settings.queue_s,
            "workers": service.workers,
        },
    }

    @app.get(
        "/v1/models", response_model=schemas.ModelsAnswer, responses={401: {"model": schemas.ErrorAnswer}}
    )
    async def models() -> Response:
        """Which models run here, and what a request may hold."""
        return _answer(about)


def add_operations(app: FastAPI, service: Service) -> None:
    """Add the routes that operators and their programs ask."""

    @app.get("/livez", response_model=schemas.LiveAnswer)
    async def livez() -> Response:
        """Liveness: the process answers."""
        return _answer({"status": "alive"})

    not_ready: dict[int | str, dict[str, Any]] = {
        503: {"model": schemas.ReadyAnswer, "description": "Not ready, and why."}
    }

    @app.get("/readyz", response_model=schemas.ReadyAnswer, responses=not_ready)
    async def readyz() -> Response:
        """Readiness: each model answers its golden text as it did when it was published."""
        return _answer(service.health.report(), 200 if service.health.ready else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        """Metrics for Prometheus."""
        content, kind = service.metrics.page(request.headers.get("accept", ""))
        return Response(content, headers={"content-type": kind})


def _answer(content: Mapping[str, Any], status: int = 200) -> Response:
    """An answer of JSON in ASCII: lone surrogates have no other form."""
    return Response(json.dumps(content, separators=(",", ":")), status, media_type="application/json")

"""Assembly of the server: one queue before two models, service and pages before the queue."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .engine import cpu
from .model_loading import LoadedModel
from .pages import create_pages
from .queued_tagger import Queued
from .security import SecurityHeaders
from .service.admission.bodies import Bodies
from .service.admission.gate import Gate
from .service.admission.origins import Origins
from .service.api.application import create_api
from .service.api.routes import Service
from .service.monitoring.health import Candidate, Health
from .service.monitoring.logs import Lines, Log
from .service.monitoring.observer import Observer
from .service.monitoring.prometheus import Metrics
from .service.monitoring.tracing import Tracer, find_processor
from .service.scheduler import Scheduler
from .service.settings import Settings, read_port
from .ui.differences import compare

FLUSH_S = 2.0  # for the last log lines and traces


@dataclass(frozen=True)
class Place:
    """Where the process serves. space_id, space_host: on huggingface.co, its id and its host name"""

    host: str
    port: int
    space_id: str | None
    space_host: str | None

    def names(self, hosts: Iterable[str]) -> list[str]:
        """What it may be called, `hosts` included."""
        return [*hosts, self.host, *filter(None, [self.space_host])]


def find_place(environment: Mapping[str, str]) -> Place:
    """Raises SettingsError when PORT is malformed."""
    space_id = environment.get("SPACE_ID") or None
    host = environment.get("HOST") or ("0.0.0.0" if space_id else "127.0.0.1")
    return Place(host, read_port(environment), space_id, environment.get("SPACE_HOST") or None)


class App:
    """Everything that serves: `asgi` is the application, the rest is what a process starts and stops."""

    def __init__(self, student: LoadedModel, teacher: LoadedModel, settings: Settings, place: Place):
        """Raises TracingError when traces are asked for and cannot be made."""
        processor = find_processor(os.environ)
        self.tracer = None if processor is None else Tracer(processor)
        self.metrics = Metrics()
        self.lines = Lines(sys.stdout.fileno(), self.metrics.line_lost)
        self.log = Log(self.lines)
        workers = cpu.usable_cpus()
        self.scheduler = Scheduler(
            workers,
            settings.queue,
            settings.queue_s,
            self.metrics.text,
            lambda role: self.health.check_again(role),
        )
        models = (student, teacher)
        checked = (Candidate(one.source.role, one.id, one.tagger, one.golden) for one in models)
        self.health = Health(checked, lambda: self.scheduler.dead)
        by_student, by_teacher = (one.for_service() for one in models)
        service = Service(
            settings, self.scheduler, workers, by_student, by_teacher, compare, self.health, self.metrics
        )
        pages = create_pages(
            student.for_pages(Queued(student.tagger, by_student, self.scheduler, self.health)),
            teacher.for_pages(Queued(teacher.tagger, by_teacher, self.scheduler, self.health)),
            settings,
            space_id=place.space_id,
        )
        self.bodies = Bodies(settings.held_bytes, settings.body_s)
        self.gate = Gate(
            create_api(service),
            pages,
            settings,
            self.bodies,
            Origins(place.names(settings.hosts)),
            lambda: self.health.status,
            lambda: self.scheduler.full,
        )
        watchers = [self.metrics.finished, self.log.finished]
        if self.tracer is not None:
            watchers.append(self.tracer.finished)
        headers = SecurityHeaders(self.gate, framed=place.space_host is not None)
        self.asgi = Observer(headers, self.metrics.started, tuple(watchers))
        self._watch(settings, service)

    def _watch(self, settings: Settings, service: Service) -> None:
        watch = self.metrics.watch
        watch("clinstill_ready", "1 when requests are taken, else 0.", lambda: self.health.ready)
        watch("clinstill_queue_texts", "Texts that wait for a worker.", lambda: self.scheduler.waiting)
        watch("clinstill_body_bytes", "Bytes of bodies that are held.", lambda: self.bodies.held)
        watch("clinstill_body_limit_bytes", "Bytes of bodies that may be held.", lambda: settings.held_bytes)
        watch("clinstill_queue_limit_texts", "Texts that may wait.", lambda: settings.queue)
        models = (service.student, service.teacher)
        self.metrics.describe({m.role: {"model": m.model, "revision": m.revision} for m in models})

    def idle(self) -> bool:
        """Whether all accepted work is answered."""
        return self.scheduler.idle and self.gate.active == 0

    def close(self) -> None:
        if self.tracer is not None:
            self.tracer.close(FLUSH_S)
        self.lines.flush(FLUSH_S)

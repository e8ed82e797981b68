"""The Space: `python app.py`, then open http://127.0.0.1:7860. HOST and PORT change the address.

It loads the two models that models.json or the environment name (see model_sources.py), puts one queue before
them, and serves through it the API of service/ and the pages of ui/ and private/. No text is logged, stored
or sent elsewhere.
"""

import argparse
import asyncio
import functools
import gc
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

HOME = Path(__file__).resolve().parent
if "space" not in sys.modules:  # published, this folder is all there is, and has another name
    sys.modules["space"] = ModuleType("space")
    sys.modules["space"].__path__ = [str(HOME)]

# Read when they are imported: gradio's statistics, FastAPI's own traces (see service/monitoring/tracing.py).
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "false"

if missing := [name for name in ("fastapi", "huggingface_hub", "onnxruntime") if find_spec(name) is None]:
    print(
        f"space: this Python lacks {', '.join(missing)}. In a clone, `make demo` installs what it needs into "
        ".venv and starts it; elsewhere: pip install -r requirements.txt, the file beside this one.",
        file=sys.stderr,
    )
    sys.exit(2)

from space.service.allocator import give_back_memory

give_back_memory()  # before libraries start threads

from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError

from space.contract import Busy, Model, Served
from space.engine import EngineError, Entity, Tagger, cpu, load
from space.model_sources import Source, SourceError, find_sources
from space.pages import create_pages
from space.security import SecurityHeaders
from space.service.admission import connections
from space.service.admission.bodies import Bodies
from space.service.admission.gate import Gate, Limits
from space.service.admission.origins import Origins
from space.service.api.application import create_api
from space.service.api.routes import Service
from space.service.monitoring.health import Candidate, Health
from space.service.monitoring.logs import Lines, Log
from space.service.monitoring.observer import Observer
from space.service.monitoring.prometheus import Metrics
from space.service.monitoring.tracing import Tracer, TracingError, find_processor
from space.service.scheduler import Busy as QueueFull
from space.service.scheduler import Done, Scheduler
from space.service.server import Server, configure
from space.service.settings import Settings, SettingsError, describe_settings, read_port, read_settings
from space.ui.card_tab import pictures_of
from space.ui.differences import compare

FLUSH_S = 2.0  # for the last log lines and traces


@dataclass(frozen=True)
class Loaded:
    """A model as the page shows it, with its raw tagger, as the service runs it, and its golden output."""

    model: Model
    served: Served
    golden: dict[str, Any] | None


def load_model(source: Source) -> Loaded:
    """Load one model and its card. Raises SourceError, naming what chose the model, when it fails."""
    try:
        # One thread: as many texts run at once as there are processors, which does more texts a second
        # than one at a time on all of them.
        tagger = load(source.model, revision=source.revision, file=source.file, threads=1)
    except EngineError as error:
        raise SourceError(f"the {source.role} of {source.chosen_by} cannot be used: {error}") from error
    if source.sha256 not in (None, tagger.sha256):
        raise SourceError(
            f"the {source.role} of {source.chosen_by} is not the published file: {tagger.file.name} has "
            f"sha256 {tagger.sha256}, expected {source.sha256}. Publish the Space again."
        )
    card = (_read(source, tagger, "README.md") or b"").decode()
    model = Model(
        source.role.capitalize(),
        _origin(source, tagger),
        tagger,
        card,
        id=Path(source.model).name if tagger.revision is None else source.model,
        revision=tagger.revision or f"sha256:{tagger.sha256}",
        ledger=_record(source, tagger, "ledger.json"),
        alone=functools.cache(
            lambda threads: load(source.model, revision=source.revision, file=source.file, threads=threads)
        ),
        pictures=_pictures(source, tagger, card),
    )
    return Loaded(model, _served(source.role, model, tagger), _record(source, tagger, "golden.json"))


def _served(role: str, model: Model, tagger: Tagger) -> Served:
    return Served(
        role,
        model.id,
        model.revision,
        tagger.file.name,
        tagger.sha256,
        tagger.file.stat().st_size,
        tagger.labels,
        tagger.threads,
        tagger.steps,
    )


def _origin(source: Source, tagger: Tagger) -> str:
    """What visitors are told: a Hub id with its revision, or a folder's name, never its full path."""
    if tagger.revision is None:
        return f"{source.chosen_by} ({Path(source.model).name})"
    return f"{source.model} at {tagger.revision}"


def _record(source: Source, tagger: Tagger, name: str) -> dict[str, Any] | None:
    found = _read(source, tagger, name)
    return None if found is None else json.loads(found)


def _pictures(source: Source, tagger: Tagger, card: str) -> dict[str, bytes]:
    """What the card shows of its folder."""
    found = {name: _read(source, tagger, name) for name in pictures_of(card)}
    return {name: content for name, content in found.items() if content is not None}


def _read(source: Source, tagger: Tagger, name: str) -> bytes | None:
    """A file beside the model, None when there is none."""
    if tagger.revision is None:
        path = Path(source.model) / name
        return path.read_bytes() if path.is_file() else None
    # What the cache knows, missing files included, is not asked again: without a Hub that takes minutes.
    path = try_to_load_from_cache(source.model, name, revision=tagger.revision)
    if path is None:
        try:
            path = hf_hub_download(source.model, name, revision=tagger.revision)
        except EntryNotFoundError:  # also raised offline, when the cache does not hold the file
            return None
    return Path(path).read_bytes() if isinstance(path, str) else None  # known to be missing


class Queued:
    """A model's tagger as the page calls it: its texts wait in the queue like everybody's."""

    def __init__(self, loaded: Loaded, scheduler: Scheduler, health: Health):
        tagger = loaded.model.tagger
        self.labels, self.file, self.sha256 = tagger.labels, tagger.file, tagger.sha256
        self.threads, self.notes, self.tokenizer = tagger.threads, tagger.notes, tagger.tokenizer
        self._notice = tagger.notice
        self._served, self._scheduler, self._health = loaded.served, scheduler, health

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]:
        future = self._submit(texts)
        with self._unquoted():
            return [one.entities for one in future.result()]

    async def find(self, texts: Iterable[str]) -> list[list[Entity]]:
        future = self._submit(texts)
        with self._unquoted():
            return [one.entities for one in await asyncio.wrap_future(future)]

    def notice(self, text: str) -> str | None:
        found = self._notice(text)
        return None if found is None else found.sentence

    def _submit(self, texts: Iterable[str]) -> "Future[list[Done]]":
        if self._health.status == "draining":
            raise Busy("The server is stopping. Try again in a minute.")
        try:
            return self._scheduler.submit([(self._served, text) for text in texts])
        except QueueFull:
            raise Busy("The server has more to do than it can. Try again in a few seconds.") from None

    @contextmanager
    def _unquoted(self) -> Iterator[None]:
        """Gradio prints an error, and its message may quote the text."""
        try:
            yield
        except Exception as error:
            raise RuntimeError(f"the {self._served.role} failed with {type(error).__name__}") from None


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

    def __init__(self, student: Loaded, teacher: Loaded, settings: Settings, place: Place):
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
        checked = (
            Candidate(one.served.role, one.served.model, one.model.tagger, one.golden)
            for one in (student, teacher)
        )
        self.health = Health(checked, lambda: self.scheduler.dead)
        service = Service(
            settings,
            self.scheduler,
            workers,
            student.served,
            teacher.served,
            compare,
            self.health,
            self.metrics,
        )
        pages = (
            replace(one.model, tagger=Queued(one, self.scheduler, self.health)) for one in (student, teacher)
        )
        self.bodies = Bodies(settings.held_bytes, settings.body_s)
        self.gate = Gate(
            create_api(service),
            create_pages(*pages, settings, space_id=place.space_id),
            Limits(settings.token, settings.body_bytes, settings.file_bytes),
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


def _parse() -> None:
    """There are no arguments but --help: what can be set is set in the environment."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"environment variables, their defaults and what they are; docs/operating.md says more:\n"
        f"{describe_settings()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()


def main() -> int:
    _parse()
    try:
        place, settings = find_place(os.environ), read_settings(os.environ)
        student, teacher = (load_model(source) for source in find_sources(HOME, os.environ))
        app = App(student, teacher, settings, place)
    except (SettingsError, SourceError, TracingError) as error:
        print(f"space: {error}", file=sys.stderr)
        return 2
    app.log.configure()
    limits = connections.Limits(settings.connections, settings.held_bytes, settings.head_s, settings.unread_s)
    config = configure(app.asgi, place.host, place.port, limits, app.metrics.connection_ended)
    server = Server(config, app.health.drain, app.idle, settings.drain_s)
    threading.Thread(target=app.health.warm_up, name="warm-up", daemon=True).start()
    # What is there now stays. Looking through it again and again would hold every request up for the
    # tenth of a second that it takes.
    gc.collect()
    gc.freeze()
    server.run()
    app.close()
    return server.exit_code


if __name__ == "__main__":
    # Not sys.exit: a thread may still be in ONNX Runtime (a warm-up, a measurement that a visitor started),
    # which aborts the process when its libraries are taken down below it.
    os._exit(main())

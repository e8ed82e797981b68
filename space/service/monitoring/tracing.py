"""OpenTelemetry traces, when the standard variables ask for them.

Each API request has a span, below it one for the time in the queue and one for the model. Attributes are
counts; no text, path or header. FastAPI has tracing of its own, which records queries and messages of
exceptions. So the provider here is never made the global one, and app.py keeps FastAPI from making one.
"""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .observer import Seen

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanProcessor

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
INSTALL = "pip install -r requirements-extra.txt"
NAME = "clinstill"


class TracingError(Exception):
    """Traces are asked for and cannot be made; the message says what to do next."""


def find_processor(environment: Mapping[str, str]) -> "SpanProcessor | None":
    """Find where spans go.

    Returns:
        To OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP), or with OTEL_TRACES_EXPORTER=console to standard
        output; None when neither is set.

    Raises:
        TracingError: The exporter is unknown, or its packages are missing.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    if exporter == "none" or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if exporter == "otlp" and not any(environment.get(name) for name in ENDPOINTS):
        return None
    if exporter not in ("otlp", "console"):
        raise TracingError(f"OTEL_TRACES_EXPORTER is {exporter!r}; this service knows otlp, console and none")
    try:
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

        if exporter == "console":
            return BatchSpanProcessor(ConsoleSpanExporter())
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise TracingError(
            f"traces are switched on, but {error.name} is not installed; run: {INSTALL}"
        ) from error
    return BatchSpanProcessor(OTLPSpanExporter())


class Tracer:
    """Makes the spans of a request once it has ended, from what was seen of it."""

    def __init__(self, processor: "SpanProcessor"):
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider

        found = Resource.create()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
        if str(found.attributes[SERVICE_NAME]).startswith("unknown_service"):
            found = found.merge(Resource({SERVICE_NAME: NAME}))
        self._provider = TracerProvider(resource=found, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(NAME)

    def finished(self, seen: Seen) -> None:
        """Make the spans of an API request that has ended."""
        if not seen.route.startswith("/v1/"):
            return
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        span = self._tracer.start_span(
            f"{seen.method} {seen.route}",
            context=_parent(seen),
            kind=SpanKind.SERVER,
            start_time=seen.began_ns,
            attributes={
                "http.request.method": seen.method,
                "http.route": seen.route,
                "http.response.status_code": seen.status,
                "clinstill.request_id": seen.id,
                "clinstill.texts": seen.texts,
                "clinstill.characters": seen.characters,
                "clinstill.entities": seen.entities,
                **({"clinstill.reason": seen.reason} if seen.reason else {}),
            },
        )
        if seen.status >= 500:
            span.set_status(StatusCode.ERROR)
        below = set_span_in_context(span)
        for role, work in seen.work.items():
            attributes: dict[str, str | float] = {
                "clinstill.role": role,
                "clinstill.model_seconds": work.model_s,
            }
            taken = seen.submitted + work.first_s  # by a worker
            for name, start, end in (("queue", seen.submitted, taken), ("model", taken, work.ended)):
                step = self._tracer.start_span(
                    name, context=below, start_time=_clock(seen, start), attributes=attributes
                )
                step.end(_clock(seen, end))
        span.end(_clock(seen, seen.started + seen.seconds))

    def close(self, seconds: float) -> None:
        """Send what is left; a collector that does not answer delays the end by no more than `seconds`."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(seconds)


def _clock(seen: Seen, moment: float) -> int:
    """Convert a `time.perf_counter` to nanoseconds of the wall clock."""
    return seen.began_ns + int(1e9 * (moment - seen.started))


def _parent(seen: Seen) -> "Context":
    """Find the caller's trace, by the W3C header; its tracestate is free text and is not taken."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": seen.traceparent} if seen.traceparent else {}
    return TraceContextTextMapPropagator().extract(carrier)

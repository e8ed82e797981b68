"""Metrics for Prometheus; every label has a closed set of values (see observer.py)."""

import platform
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder

from .observer import Seen

# Seconds. Dense around 50 ms, the time within which a short text should be answered.
REQUEST_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
STEP_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
# Why a request is refused, by what the service calls it, or else by the status alone.
REASONS = frozenset({
    "unauthorised", "foreign", "misdirected", "slow", "too_large", "invalid", "busy", "draining", "deadline",
    "unavailable",
})  # fmt: skip
# Why the service ends a connection.
ENDED = frozenset({"malformed", "head", "crowded", "slow", "unread"})
BY_STATUS = {401: "unauthorised", 408: "slow", 413: "too_large", 422: "invalid", 429: "busy"}


class Metrics:
    """The service's metrics, in a registry of their own."""

    def __init__(self) -> None:
        prometheus_client.disable_created_metrics()  # twice as many series, which nobody looks at
        self._collected = CollectorRegistry()  # not the library's own, which is one for a process
        self._ours: dict[str, Any] = {"registry": self._collected}
        ProcessCollector(**self._ours)
        about = "Requests that have ended, by status class; 'none': the client left before an answer."
        labels = ["route", "method", "status"]
        self._requests = Counter("clinstill_requests", about, labels, **self._ours)
        about = "Requests being answered."
        self._in_flight = Gauge("clinstill_requests_in_flight", about, ["route"], **self._ours)
        about = "Requests refused, by reason."
        self._refused = Counter("clinstill_rejections", about, ["reason"], **self._ours)
        about = "Connections that the service ended, by reason."
        self._ended = Counter("clinstill_connections_ended", about, ["reason"], **self._ours)
        about = "Log lines that could not be written: a full disk, or nobody reads."
        self._lines_lost = Counter("clinstill_log_lines_lost", about, **self._ours)
        about = "Seconds from a request's arrival to the end of its answer."
        self._seconds = self._histogram("clinstill_request_seconds", about, "route", REQUEST_BUCKETS)
        about = "Seconds that a text waited for a worker, by the model that it waited for."
        self._queued = self._histogram("clinstill_queue_seconds", about, "role", STEP_BUCKETS)
        about = "Seconds of work on a text: tokenising, running the model, decoding."
        self._model = self._histogram("clinstill_model_seconds", about, "role", STEP_BUCKETS)
        for counter, reasons in ((self._refused, REASONS), (self._ended, ENDED)):
            for reason in reasons:  # so that a rate can be taken before the first
                counter.labels(reason)

    def _histogram(self, name: str, about: str, label: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(name, about, [label], buckets=buckets, **self._ours)

    def started(self, seen: Seen) -> None:
        """Count a request that begins."""
        self._in_flight.labels(seen.route).inc()

    def finished(self, seen: Seen) -> None:
        """Count a request that has ended."""
        self._in_flight.labels(seen.route).dec()
        self._requests.labels(seen.route, seen.method, seen.status_class).inc()
        self._seconds.labels(seen.route).observe(seen.seconds)
        reason = seen.reason if seen.reason in REASONS else BY_STATUS.get(seen.status)
        if reason:
            self._refused.labels(reason).inc()

    def text(self, role: str, queued_s: float, model_s: float) -> None:
        """Count a text, of a request or of the page, that was tagged; called by workers."""
        self._queued.labels(role).observe(queued_s)
        self._model.labels(role).observe(model_s)

    def connection_ended(self, reason: str) -> None:
        """Count a connection that the service has ended."""
        self._ended.labels(reason).inc()

    def line_lost(self) -> None:
        """Count a log line that could not be written."""
        self._lines_lost.inc()

    def watch(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read when somebody asks for the metrics."""
        Gauge(name, about, **self._ours).set_function(read)

    def describe(self, models: Mapping[str, Mapping[str, str]]) -> None:
        """Say what runs: for each role the name and revision of its model."""
        labels = ["role", "model", "revision", "python"]
        about = "Always 1; what is served, and by which Python."
        info = Gauge("clinstill_build_info", about, labels, **self._ours)
        for role, model in models.items():
            info.labels(role, model["model"], model["revision"], platform.python_version()).set(1)

    def page(self, accept: str) -> tuple[bytes, str]:
        """Write the metrics in the format that an Accept header asks for. Returns them and their type."""
        encode, content_type = choose_encoder(accept)
        return encode(self._collected), content_type

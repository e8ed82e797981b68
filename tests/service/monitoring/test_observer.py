"""Metrics, log lines and spans are made of counts and times: none holds what a client sent."""

import asyncio
import json
import logging
import os
import re
import threading

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from space.service.monitoring import tracing
from space.service.monitoring.logs import Lines, Log, entry
from space.service.monitoring.observer import Observer, Seen, route
from space.service.monitoring.prometheus import REASONS, Metrics

CANARY = "Xanthippe-4711-canary"


async def application(scope, receive, send):
    """Answers with the status that the path's last part names; /v1/entities tags two texts."""
    seen: Seen = scope["state"]["seen"]
    status = int(scope["path"].rpartition("/")[2]) if scope["path"][-1].isdigit() else 200
    if scope["path"] == "/v1/entities":
        seen.asked(texts=2, characters=8)
        seen.ran("student", queued_s=0.25, model_s=0.5, entities=3)
        seen.ran("student", queued_s=0.75, model_s=0.5, entities=1)
    if status == 429:
        seen.reason = "busy"
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


def request(app, path: str, *, method: str = "GET", headers: dict | None = None) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers=headers, content=CANARY)

    return asyncio.run(send())


def samples(metrics: Metrics) -> dict[tuple, float]:
    """(name, sorted label values) -> value"""
    page, _ = metrics.page("text/plain")
    families = text_string_to_metric_families(page.decode())
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def written(tmp_path):
    """(lines, read): a log that writes to a file, and its entries so far."""
    path = tmp_path / "log"
    lines = Lines(os.open(path, os.O_WRONLY | os.O_CREAT), lost=pytest.fail)

    def read() -> list[dict]:
        lines.flush(10)
        return [json.loads(line) for line in path.read_text().splitlines()]

    return lines, read


def test_a_request_is_counted_by_closed_labels():
    metrics = Metrics()
    app = Observer(application, metrics.started, (metrics.finished,))
    request(app, "/v1/entities", method="POST")
    request(app, f"/wp-admin/{CANARY}/404", method="BREW")
    request(app, "/private/model/config.json")
    request(app, "/v1/refused/429")
    found = samples(metrics)
    assert found["clinstill_requests_total", "POST", "/v1/entities", "2xx"] == 1
    assert found["clinstill_requests_total", "other", "other", "4xx"] == 1
    assert found["clinstill_requests_total", "GET", "/private/", "2xx"] == 1
    assert found["clinstill_rejections_total", "busy"] == 1
    assert found["clinstill_request_seconds_count", "/v1/entities"] == 1
    assert found["clinstill_requests_in_flight", "/v1/entities"] == 0
    assert {label for name, *labels in found for label in labels if CANARY in label} == set()


def test_a_status_alone_says_why_a_request_was_refused():
    metrics = Metrics()
    app = Observer(application, metrics.started, (metrics.finished,))
    for status in (401, 413, 422, 503, 404):  # why 503 was sent, only the service knows
        request(app, f"/v1/{status}")
    found = samples(metrics)
    refused = {reason: found["clinstill_rejections_total", reason] for reason in REASONS}
    assert refused == dict.fromkeys(REASONS, 0) | dict.fromkeys(("unauthorised", "too_large", "invalid"), 1)


def test_each_text_and_each_gauge_is_measured():
    metrics = Metrics()
    metrics.text("teacher", 0.004, 0.03)
    metrics.watch("clinstill_queue_texts", "Texts that wait.", lambda: 7)
    metrics.describe({"student": {"model": "me/model", "revision": "abc"}})
    found = samples(metrics)
    assert found["clinstill_queue_seconds_sum", "teacher"] == 0.004
    assert found["clinstill_model_seconds_bucket", "0.05", "teacher"] == 1
    assert found["clinstill_queue_texts",] == 7
    assert ("clinstill_build_info", "me/model") in {key[:2] for key in found}
    assert found["process_resident_memory_bytes",] > 0


def test_an_application_that_fails_is_counted_and_named(written):
    async def broken(scope, receive, send):
        raise ValueError(CANARY)

    lines, read = written
    metrics, log = Metrics(), Log(lines)
    app = Observer(broken, metrics.started, (metrics.finished, log.finished))
    with pytest.raises(ValueError):
        request(app, "/v1/entities", method="POST")
    assert samples(metrics)["clinstill_requests_total", "POST", "/v1/entities", "none"] == 1
    [line] = read()
    assert (line["status"], CANARY in str(line)) == (0, False)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/", "/"),
        ("/v1/files", "/v1/files"),
        ("/v1/entities/", "other"),
        ("/page/exports.js", "/page/"),
        ("/gradio_api/queue/join", "/gradio_api/"),
        (f"/{CANARY}", "other"),
    ],
)
def test_routes_are_a_closed_set(path, named):
    assert route(path) == named


def test_a_line_for_each_api_request(written):
    lines, read = written
    app = Observer(application, lambda seen: None, (Log(lines).finished,))
    headers = {"Authorization": f"Bearer {CANARY}", "traceparent": CANARY, "X-Request-Id": CANARY}
    answer = request(app, f"/v1/entities?name={CANARY}", method="POST", headers=headers)
    request(app, "/livez")
    request(app, f"/private/{CANARY}")
    [line] = read()
    assert line["request_id"] == answer.headers["X-Request-Id"] != CANARY
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
    assert (line["route"], line["status"], line["texts"], line["characters"], line["entities"]) == (
        "/v1/entities", 200, 2, 8, 4,
    )  # fmt: skip
    assert (line["queue_ms"], line["model_ms"]) == ({"student": 750.0}, {"student": 1000.0})
    assert CANARY not in json.dumps(line)


def test_a_full_disk_loses_lines_and_nothing_else():
    metrics = Metrics()
    lines = Lines(os.open("/dev/full", os.O_WRONLY), metrics.line_lost)
    app = Observer(application, lambda seen: None, (Log(lines).finished,))
    assert request(app, "/v1/entities", method="POST").status_code == 200
    assert request(app, "/v1/entities", method="POST").status_code == 200
    lines.flush(10)
    assert samples(metrics)["clinstill_log_lines_lost_total",] == 2


def test_a_reader_that_has_stopped_delays_no_request(monkeypatch):
    monkeypatch.setattr("space.service.monitoring.logs.WAITING_LINES", 10)
    reader, writer = os.pipe()
    lost = []
    lines = Lines(writer, lambda: lost.append(1))
    wide = {"event": "x" * 70_000}  # more than a pipe holds
    for _ in range(20):
        lines.put(wide)
    assert len(lost) >= 9
    os.close(reader)  # lets the thread go on: EPIPE is one more lost line
    lines.flush(10)
    assert len(lost) == 20


def failed_record(logger: str) -> logging.LogRecord:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    return logging.getLogger(logger).makeRecord(
        logger, logging.ERROR, __file__, 1, f"failed on {CANARY}", (), info
    )


def test_libraries_do_not_quote_what_they_worked_on():
    made = entry(failed_record("asyncio"))
    assert CANARY not in json.dumps(made)
    assert (made["exception"], made["logger"]) == ("ValueError", "asyncio")
    assert made["raised"][0].startswith("failed_record (test_observer.py:")


def test_the_message_of_the_server_itself_is_written():
    record = logging.getLogger("uvicorn.error").makeRecord(
        "uvicorn.error", logging.INFO, __file__, 1, "Started server process [%d]", (7,), None
    )
    assert entry(record)["message"] == "Started server process [7]"


def test_a_thread_that_fails_is_logged_without_its_message(written, monkeypatch):
    lines, read = written
    root, level = logging.getLogger(), logging.getLogger().level
    handlers = root.handlers[:]
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    try:
        Log(lines).configure()
        thread = threading.Thread(target=lambda: 1 / int(f"0{len(CANARY) * 0}"))
        thread.start()
        thread.join()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    [line] = [line for line in read() if "exception" in line]
    assert (line["exception"], line["message"]) == ("ZeroDivisionError", "a thread ended by an exception")


@pytest.fixture
def spans():
    """(tracer, finished spans): a tracer that keeps what it made."""
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    return tracing.Tracer(SimpleSpanProcessor(exporter)), exporter.get_finished_spans


TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_spans_of_request_queue_and_model(spans):
    tracer, finished = spans
    app = Observer(application, lambda seen: None, (tracer.finished,))
    headers = {
        "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        "tracestate": f"x={CANARY}",
        "baggage": CANARY,
    }
    request(app, f"/v1/entities?name={CANARY}", method="POST", headers=headers)
    request(app, "/livez")
    queue, model, whole = finished()
    assert [span.name for span in (queue, model, whole)] == ["queue", "model", "POST /v1/entities"]
    assert f"{whole.context.trace_id:032x}" == TRACE
    assert queue.parent.span_id == model.parent.span_id == whole.context.span_id
    assert (queue.end_time - queue.start_time) / 1e9 == pytest.approx(0.25, abs=1e-6)
    assert model.start_time == queue.end_time
    assert dict(model.attributes) == {"clinstill.role": "student", "clinstill.model_seconds": 1.0}
    assert whole.attributes["clinstill.texts"] == 2
    assert whole.attributes["clinstill.characters"] == 8
    assert CANARY not in "".join(span.to_json() for span in finished())


@pytest.mark.parametrize(
    "environment", [{}, {"OTEL_TRACES_EXPORTER": "none", tracing.ENDPOINTS[0]: "http://x"}]
)
def test_no_traces_unless_asked_for(environment):
    assert tracing.find_processor(environment) is None


def test_an_unknown_exporter_is_named():
    with pytest.raises(tracing.TracingError, match="zipkin"):
        tracing.find_processor({"OTEL_TRACES_EXPORTER": "zipkin"})


def test_missing_packages_are_named_with_the_command(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(tracing.TracingError, match=r"pip install -r requirements-extra\.txt"):
        tracing.find_processor({tracing.ENDPOINTS[0]: "http://localhost:4318"})


def test_a_dead_collector_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setenv(tracing.ENDPOINTS[0], "http://127.0.0.1:9/v1/traces")
    tracer = tracing.Tracer(tracing.find_processor(os.environ))
    tracer.finished(Seen(method="POST", route="/v1/entities"))
    closing = threading.Thread(target=tracer.close, args=(0.2,))
    closing.start()
    closing.join(5)
    assert not closing.is_alive()

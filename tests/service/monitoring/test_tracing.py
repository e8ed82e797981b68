"""Traces of the whole service, as a collector receives them."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from running_space import serve

CANARY = "Xanthippe-4711"
API = {"CLINSTILL_PAGE": "off"}
LONG_S = 60


@pytest.fixture
def collector():
    """(url, what was sent to it, an event that is set when something was)"""
    received, some = [], threading.Event()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.append((self.path, gzip.decompress(body) if packed else body))
            some.set()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received, some
    server.shutdown()


def test_a_collector_receives_spans_without_text(collector, tiny_environment, tmp_path):
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    url, received, some = collector
    asked = API | {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    asked |= {"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}  # FastAPI's own would send queries
    with serve(tmp_path, tiny_environment | asked) as space:
        answer = httpx.post(
            f"{space.url}/v1/entities?note={CANARY}",
            json={"texts": [f"Aspirin {CANARY}", "Lithium"]},
            headers={"x-note": CANARY, "baggage": f"note={CANARY}"},
            trust_env=False,
        )
        assert some.wait(LONG_S)
    spans = {
        span.name: {pair.key: pair.value for pair in span.attributes}
        for path, body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }
    assert {path for path, _ in received} == {"/v1/traces"}
    assert spans.keys() == {"POST /v1/entities", "queue", "model"}
    whole = spans["POST /v1/entities"]
    assert whole["clinstill.request_id"].string_value == answer.headers["X-Request-Id"]
    assert whole["clinstill.texts"].int_value == 2
    assert whole["clinstill.entities"].int_value == 2
    assert spans["model"]["clinstill.role"].string_value == "student"
    assert not any(CANARY.encode() in body for _, body in received)
    assert CANARY not in space.log.read_text()


def test_a_dead_collector_troubles_nobody(tiny_environment, tmp_path):
    asked = API | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with serve(tmp_path, tiny_environment | asked) as space:
        for _ in range(20):
            answer = httpx.post(f"{space.url}/v1/entities", json={"text": CANARY}, trust_env=False)
            assert answer.status_code == 200
        space.process.terminate()
        assert space.process.wait(LONG_S) == 0
    assert CANARY not in space.log.read_text()

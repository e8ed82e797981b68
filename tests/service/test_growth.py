"""Memory does not grow with the requests that a process has answered, of whatever kind."""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from attacking import JSON, Target

WARM_UP = 600  # requests that fill what is kept once: imports, buffers, the allocator's own
CLIENTS = 4
REQUESTS, GROWTH_BYTES = 3_000, 20_000_000  # 4 MB; where Gradio keeps its sessions 18 kB a request
NUMBER = count()


def note() -> str:
    """No two alike."""
    return f"{next(NUMBER)} Aspirin caused renal failure. " * 30


def post(path: str, body: Callable[[], object], **headers: str) -> Callable[[Target], object]:
    return lambda target: target.send("POST", path, headers=JSON | headers, body=json.dumps(body()).encode())


def highlight(target: Target) -> None:
    """As the page does."""
    session = uuid.uuid4().hex
    assert target.join([note()], session_hash=session).status == 200
    assert b'"success":true' in target.fetch(session).body


KINDS: list[Callable[[Target], object]] = [
    post("/v1/entities", lambda: {"text": note()}),
    post("/v1/compare", lambda: {"texts": [note()] * 3}),
    post("/v1/files?name=notes.jsonl", lambda: {"text": note()}),
    post("/v1/entities", lambda: {"text": note(), "more": note()}),
    post("/v1/entities", lambda: {"text": note()}, origin="https://stranger.example"),
    post("/gradio_api/process_recording", note),
    highlight,
    lambda target: target.join([note()]),  # whose answer nobody fetches
    lambda target: target.join([{"path": note()}]),
    lambda target: target.send("GET", f"/{next(NUMBER)}?text={note()[:300]}".replace(" ", "+")),
]


@pytest.mark.soak
def test_requests_leave_nothing(running_space, tmp_path):
    target = Target(running_space, "", tmp_path)
    with ThreadPoolExecutor(CLIENTS) as clients:
        for several in (WARM_UP, REQUESTS):
            before = target.resident_bytes()
            list(clients.map(lambda number: KINDS[number % len(KINDS)](target), range(several)))
    assert target.resident_bytes() - before < GROWTH_BYTES
    assert [path for path in target.space.temporary.rglob("*") if path.is_file()] == []

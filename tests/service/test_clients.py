"""The clients in examples/, against the running Space and against a service that is busy at first."""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from running_space import free_port, serve

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "examples" / "client.py"
NOTE = "Aspirin caused renal failure 🩺 after lidocaine.\n"
COMMANDS = {
    "python": lambda note, url: [sys.executable, CLIENT, "--url", url, note],
    "curl": lambda note, url: [ROOT / "examples" / "client.sh", note, url],
}


class Busy(BaseHTTPRequestHandler):
    """Refuses the first request of each kind of refusal, then answers; keeps what it was sent."""

    refusals = (429, 503)
    pause = "0"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), json.loads(body)))
        number = len(self.server.seen) - 1
        if number < len(self.refusals):
            self.answer(self.refusals[number], {"error": {"code": "busy", "message": "Come back."}})
        else:
            self.answer(200, {"results": [{"entities": [{"start": 0, "end": 7, "label": "Chemical"}]}]})

    def answer(self, status: int, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Retry-After", self.pause)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def stand_in():
    """start(handler) -> (url, what it was sent)"""
    servers = []

    def start(handler: type[Busy]) -> tuple[str, list]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.seen = []
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}", server.seen

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture
def note(tmp_path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(NOTE, encoding="utf-8")
    return path


def run(command: list, **environment: str) -> subprocess.CompletedProcess:
    clean = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"} | environment
    return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("tool", COMMANDS)
def test_a_busy_service_is_asked_again_when_it_says(tool, stand_in, note):
    url, seen = stand_in(Busy)
    before = time.monotonic()
    done = run(COMMANDS[tool](note, url), CLINSTILL_TOKEN="secret")
    assert (done.returncode, done.stderr if tool == "python" else "") == (0, "")
    assert '"label": "Chemical"' in done.stdout
    paths, headers, bodies = zip(*seen, strict=True)
    assert set(paths) == {"/v1/entities"} and len(paths) == 3
    assert {sent["Authorization"] for sent in headers} == {"Bearer secret"}
    assert {sent["Content-Type"] for sent in headers} == {"application/json"}
    assert [body["text"] for body in bodies] == [NOTE] * 3
    assert time.monotonic() - before < 60


@pytest.mark.parametrize("tool", COMMANDS)
def test_the_clients_tag_through_the_service(tool, running_space, note):
    done = run(COMMANDS[tool](note, running_space.url))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    found = answer["entities"] if tool == "python" else answer["results"][0]["entities"]
    assert [(e["label"], e["text"]) for e in found] == [
        ("Chemical", "Aspirin"), ("Disease", "renal failure"), ("Chemical", "lidocaine"),
    ]  # fmt: skip
    assert all(NOTE[e["start"] : e["end"]] == e["text"] for e in found)


@pytest.mark.parametrize("tool", COMMANDS)
def test_a_refusal_ends_with_an_error(tool, stand_in, note):
    class Refusing(Busy):
        refusals = (413,)

    url, seen = stand_in(Refusing)
    done = run(COMMANDS[tool](note, url))
    assert done.returncode != 0 and len(seen) == 1
    assert "413" in done.stderr


def test_a_service_that_is_not_there_is_said(note):
    done = run(COMMANDS["python"](note, f"http://127.0.0.1:{free_port()}"))
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr and "Traceback" not in done.stderr


def test_pauses_are_those_asked_for_and_bounded():
    spec = importlib.util.spec_from_file_location("client", CLIENT)
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)
    assert client.pause_s("3", attempt=0) == 3
    assert client.pause_s("86400", attempt=0) == client.LONGEST_PAUSE_S
    assert [client.pause_s(None, attempt) for attempt in range(3)] == [0.5, 1, 2]
    assert client.pause_s("Wed, 21 Oct 2015 07:28:00 GMT", attempt=1) == 1


def test_a_token_that_is_missing_is_said(tiny_environment, tmp_path, note):
    guarded = tiny_environment | {"CLINSTILL_TOKEN": "secret", "CLINSTILL_PAGE": "off"}
    with serve(tmp_path, guarded) as space:
        refused = run(COMMANDS["python"](note, space.url))
        assert refused.returncode == 1 and "401" in refused.stderr
        assert run(COMMANDS["python"](note, space.url), CLINSTILL_TOKEN="secret").returncode == 0
        assert run(COMMANDS["curl"](note, space.url), CLINSTILL_TOKEN="secret").returncode == 0

"""What becomes of the service when something breaks. docs/operating.md states what is tested here."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import faulty_space
import full_disk
import httpx
import hub_standin
import onnx
import pytest
from faulty_space import PANIC, SLOW
from hub_store import Blob, Commit, Repo
from load_phases import GENERATOR
from running_space import SPACE, RunningSpace, ask, free_port, serve

NOTE = {"text": "Aspirin caused renal failure."}
NO_PAGE = {"CLINSTILL_PAGE": "off"}  # starts sooner
FAULTY = Path(faulty_space.__file__)


def client(space: RunningSpace, **options) -> httpx.Client:
    return httpx.Client(base_url=space.url, trust_env=False, timeout=60, **options)


def found(answer: httpx.Response) -> list[str]:
    return [entity["text"] for entity in answer.raise_for_status().json()["results"][0]["entities"]]


def load(space: RunningSpace, body: dict, times: list[float]) -> subprocess.Popen:
    """The open-loop client at work on this server."""
    plan = {
        "port": int(space.url.rpartition(":")[2]),
        "path": "/v1/entities",
        "headers": {},
        "bodies": [json.dumps(body)],
        "times": times,
        "which": [0] * len(times),
        "timeout": 60,
    }
    process = subprocess.Popen(
        [sys.executable, GENERATOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write(json.dumps(plan))
    process.stdin.close()
    return process


def test_the_work_of_a_killed_client_is_dropped(tiny_environment, tmp_path):
    """A minute's work lies in the queue; when its client is killed, the next request is answered at once."""
    slow = {"text": f"{SLOW} aspirin " * 500}
    with (
        serve(tmp_path, tiny_environment | NO_PAGE | {"CLINSTILL_DEADLINE_S": "300"}, FAULTY) as space,
        client(space) as other,
    ):
        killed = load(space, slow, [number / 100 for number in range(20)])
        wait_for(lambda: waiting(other) >= 10)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        started = time.monotonic()
        assert found(other.post("/v1/entities", json=NOTE)) == ["Aspirin", "renal failure"]
        assert time.monotonic() - started < 10
        wait_for(lambda: waiting(other) == 0)


def test_sigterm_under_load_loses_no_accepted_request(tiny_environment, tmp_path):
    """What was accepted is answered, what comes later is told to come again, and the exit code is 0."""
    slow = {"text": f"Aspirin {SLOW}"}
    with (
        serve(tmp_path, tiny_environment | NO_PAGE | {"CLINSTILL_DEADLINE_S": "60"}, FAULTY) as space,
        client(space) as other,
    ):
        work = load(space, slow, [number / 20 for number in range(100)])
        wait_for(lambda: waiting(other) >= 5)
        space.process.send_signal(signal.SIGTERM)
        wait_for(lambda: other.get("/readyz").status_code == 503)
        assert other.get("/livez").status_code == 200
        refused = other.post("/v1/entities", json=NOTE)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        outcome = json.loads(work.stdout.read())
        assert space.process.wait(timeout=30) == 0
    statuses = outcome["status"]
    last = max(number for number, status in enumerate(statuses) if status == 200)
    assert set(statuses[: last + 1]) == {200}  # nothing that was accepted was lost
    late = zip(statuses[last + 1 :], outcome["retry_after"][last + 1 :], strict=True)
    assert {(status, retry is not None) for status, retry in late} <= {(503, True), (0, False)}


def test_a_damaged_model_is_never_ready(tiny_environment, tmp_path):
    """Bytes of the weights changed: the file still loads, its answers are wrong, and it says so."""
    damaged = shutil.copytree(SPACE / "bundled" / "student", tmp_path / "damaged")
    file = damaged / "onnx" / "model_quantized.onnx"
    model = onnx.load(file)
    for weight in model.graph.initializer:
        if weight.data_type in (onnx.TensorProto.INT8, onnx.TensorProto.UINT8) and len(weight.raw_data) > 1:
            weight.raw_data = weight.raw_data[::-1]
    onnx.save(model, file)
    chosen = tiny_environment | NO_PAGE | {"CLINSTILL_STUDENT": str(damaged)}
    with serve(tmp_path, chosen) as space, client(space) as asking:
        answer = asking.get("/readyz")
        assert answer.status_code == 503
        [student] = [model for model in answer.json()["models"] if model["role"] == "student"]
        assert student["problem"]
        assert asking.get("/livez").status_code == 200
        refused = asking.post("/v1/entities", json=NOTE)
        assert refused.status_code == 503 and refused.headers["retry-after"]


def test_a_panic_of_native_code_ends_nothing(tiny_environment, tmp_path):
    """More of them than there are workers; each is answered, and the log tells none of the text."""
    note = {"text": f"{PANIC} of Xanthippe"}
    with serve(tmp_path, tiny_environment, FAULTY) as space, client(space) as asking:
        for _ in range(2 * (os.cpu_count() or 1)):
            answer = asking.post("/v1/entities", json=note)
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
        rows = asking.post("/v1/files?name=a.jsonl", content=f"{json.dumps(note)}\n{json.dumps(NOTE)}")
        assert [set(json.loads(row)) for row in rows.text.splitlines()[1:]] == [
            {"row", "id", "error"},
            {"row", "id", "text", "entities"},
        ]
        with pytest.raises(AssertionError, match="process_completed"):  # the page is told that it failed
            ask(space.url, "run", note["text"])
        assert "renal failure" in ask(space.url, "run", NOTE["text"])
        assert found(asking.post("/v1/entities", json=NOTE)) == ["Aspirin", "renal failure"]
        assert asking.get("/readyz").status_code == 200
    log = space.log.read_text()
    assert '"exception":"Panic"' in log and "Xanthippe" not in log


@pytest.mark.soak
def test_a_full_disk_stops_nothing(tiny_environment, tmp_path):
    """No byte can be written, not even a log line; every request is answered as ever."""
    if subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespace of one's own here")
    with serve(tmp_path, tiny_environment, Path(full_disk.__file__)) as space, client(space) as asking:
        wait_for(lambda: asking.get("/readyz").status_code == 200)
        for _ in range(50):
            assert found(asking.post("/v1/entities", json=NOTE)) == ["Aspirin", "renal failure"]
        rows = asking.post("/v1/files?name=a.txt", content=NOTE["text"]).text.splitlines()
        assert len(rows) == 2
        assert "renal failure" in ask(space.url, "run", NOTE["text"])


@pytest.fixture
def published(tiny_pair, tmp_path) -> Iterator[tuple[Path, dict[str, str], hub_standin.Hub]]:
    """A Space that takes its models from the Hub, its environment, and the Hub."""
    copy = shutil.copytree(SPACE, tmp_path / "space", ignore=shutil.ignore_patterns("bundled", "__pycache__"))
    with hub_standin.serve() as hub:
        environment = {
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(tmp_path / "hf"),
            "HF_HUB_DISABLE_XET": "1",
        } | NO_PAGE
        entries = {}
        for role, file in (("student", "onnx/model_quantized.onnx"), ("teacher", "onnx/model.onnx")):
            commit = publish(hub, f"me/{role}", tiny_pair / role)
            digest = commit.files[file].sha256
            entries[role] = {"repo": f"me/{role}", "revision": commit.oid, "file": file, "sha256": digest}
        (copy / "models.json").write_text(json.dumps(entries))
        yield copy / "app.py", environment, hub


def publish(hub: hub_standin.Hub, repo: str, folder: Path) -> Commit:
    """A model folder as a repository of the stand-in."""
    stored = hub.repos["model", repo] = Repo("model", repo, private=False)
    files = {
        path.relative_to(folder).as_posix(): Blob(path.read_bytes(), lfs=path.suffix == ".onnx")
        for path in folder.rglob("*")
        if path.is_file()
    }
    return stored.add_commit("main", "a model", files)


def test_a_missing_hub_is_a_clear_start_up_error(published):
    program, environment, _ = published
    gone = environment | {"HF_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    done = subprocess.run(
        [sys.executable, program],
        env=dict(**gone, PATH="/usr/bin:/bin", PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the student of models.json cannot be used" in done.stderr


def test_once_cached_the_hub_is_not_needed(published, tmp_path):
    program, environment, hub = published
    with serve(folder_of(tmp_path, "first"), environment, program) as space, client(space) as asking:
        assert found(asking.post("/v1/entities", json=NOTE)) == ["Aspirin", "renal failure"]
    before = len(hub.requests)
    gone = environment | {"HF_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with serve(folder_of(tmp_path, "second"), gone, program) as space, client(space) as asking:
        wait_for(lambda: asking.get("/readyz").status_code == 200)
        assert found(asking.post("/v1/entities", json=NOTE)) == ["Aspirin", "renal failure"]
    assert len(hub.requests) == before


def folder_of(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def waiting(asking: httpx.Client) -> float:
    """Requests for entities that are not answered yet, by the service's own metrics."""
    shown = re.search(
        r'clinstill_requests_in_flight{route="/v1/entities"} (\S+)', asking.get("/metrics").text
    )
    return float(shown[1]) if shown else 0


def wait_for(holds) -> None:
    """Until it holds; a minute at most."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)

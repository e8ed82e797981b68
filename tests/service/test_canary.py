"""A unique token goes through every kind of answer, and is then looked for wherever text could stay."""

import asyncio
import io
import json
import re
import time
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import faulty_space
import httpx
import kept_text
import pytest
from attacking import Target
from faulty_space import FAIL, SLOW
from page_tool import talk
from running_space import RunningSpace, ask, serve

TOKEN = "right-token"
DATA = "/gradio_api/queue/data"
PATIENCE_S = 60.0  # until all is forgotten, on a busy machine
LIMITS = {
    "CLINSTILL_TOKEN": TOKEN,
    "CLINSTILL_QUEUE": "4",
    "CLINSTILL_BATCH": "4",
    "CLINSTILL_CHARACTERS": "5000",
    "CLINSTILL_BODY_BYTES": "20000",
    "CLINSTILL_DEADLINE_S": "1",
    "CLINSTILL_PAGE": "on",
    "CLINSTILL_MCP": "on",
    "OTEL_TRACES_EXPORTER": "console",  # spans go where the log goes
}


@dataclass
class Sent:
    """What was asked with the canary in it, and what came back."""

    space: RunningSpace
    canary: str
    folder: Path
    answers: dict[str, list[httpx.Response]] = field(default_factory=dict)
    metrics: str = ""
    held: list[str] = field(default_factory=list)  # by the process, when all was answered


class Asking:
    """A client that keeps every answer under the name of what it shows."""

    def __init__(self, sent: Sent):
        self.sent, self.canary = sent, sent.canary
        self.client = httpx.Client(
            base_url=sent.space.url,
            trust_env=False,
            timeout=60,
            headers={"authorization": f"Bearer {TOKEN}"},
            limits=httpx.Limits(max_keepalive_connections=0),  # the server closes idle ones at any moment
        )

    def __call__(self, name: str, method: str, path: str, **request) -> httpx.Response:
        answer = self.client.request(method, path, **request)
        self.sent.answers.setdefault(name, []).append(answer)
        return answer


def succeed(asking: Asking) -> None:
    text = f"Aspirin {asking.canary} caused renal failure."
    asking("success", "POST", "/v1/entities", json={"text": text})
    asking("success", "POST", "/v1/entities", json={"texts": [text, text]})
    asking("success", "POST", "/v1/compare", json={"text": text})
    asking("file", "POST", "/v1/files?name=notes.csv", content=f"id,text\n{asking.canary},{text}\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{asking.canary}.txt", text)
    asking("file", "POST", f"/v1/files?name={asking.canary}.zip", content=packed.getvalue())
    for button in ("run", "compare"):
        ask(asking.sent.space.url, button, text)


def be_refused(asking: Asking) -> None:
    canary = asking.canary
    for body in (
        {"text": {canary: canary}},
        {"texts": [canary, 1]},
        {"texts": canary},
        {canary: "a"},
        {"text": canary, "texts": [canary]},
        [canary],
        canary,
    ):
        asking("invalid", "POST", "/v1/entities", json=body)
    asking("invalid", "POST", "/v1/compare", content=f'{{"text": "{canary}')
    asking("invalid", "POST", "/v1/entities", content=b'{"text": "\xff' + canary.encode() + b'"}')
    asking("too large", "POST", "/v1/entities", json={"text": canary + " a" * 20_000})
    asking("too large", "POST", "/v1/entities", json={"texts": [canary] * 100})
    asking("too large", "POST", "/v1/entities", json={"text": canary + " a" * 4_000})
    wrong = {"authorization": f"Bearer {canary}"}
    asking("unauthorised", "POST", "/v1/entities", json={"text": canary}, headers=wrong)
    asking("nowhere", "GET", f"/v1/{canary}?text={canary}", headers={"x-note": canary})
    asking("other method", "PUT", "/v1/entities", json={"text": canary}, headers={"x-request-id": canary})
    asking("files refused", "POST", f"/v1/files?name={canary}.exe", content=canary)
    asking("file", "POST", "/v1/files?name=a.zip", content=b"PK\3\4" + canary.encode())
    asking("file", "POST", "/v1/files?name=a.jsonl", content=f'{{"text": "{canary}\n{{"note": "{canary}"}}\n')


def fail(asking: Asking) -> None:
    asking("failure", "POST", "/v1/entities", json={"text": f"{asking.canary} {FAIL}"})
    asking("failure", "POST", "/v1/compare", json={"text": f"{asking.canary} {FAIL}"})
    asking("file", "POST", "/v1/files?name=a.txt", content=f"{asking.canary} {FAIL}")
    with pytest.raises(AssertionError):  # the page's queue says that it failed
        ask(asking.sent.space.url, "run", f"{asking.canary} {FAIL}")


def use_the_tool(asking: Asking) -> None:
    _, failed, _ = talk(asking.sent.space.url, f"Aspirin {asking.canary}")
    assert not failed
    _, failed, said = talk(asking.sent.space.url, f"{asking.canary} {FAIL}")
    assert failed and asking.canary not in said


def time_out(asking: Asking) -> None:
    asking("too late", "POST", "/v1/entities", json={"text": f"{asking.canary} {SLOW} " * 100})


def overload(asking: Asking) -> None:
    """More slow requests at once than there is room for."""

    async def all_at_once() -> list[httpx.Response]:
        headers = dict(asking.client.headers)
        async with httpx.AsyncClient(
            base_url=asking.sent.space.url, trust_env=False, timeout=60, headers=headers
        ) as client:
            body = {"text": f"{asking.canary} {SLOW}"}
            return await asyncio.gather(*(client.post("/v1/entities", json=body) for _ in range(60)))

    answers = asyncio.run(all_at_once())
    asking.sent.answers["overload"] = [answer for answer in answers if answer.status_code == 429]


def cancel(asking: Asking) -> None:
    body = {"text": f"{asking.canary} {SLOW} " * 100}
    with pytest.raises(httpx.ReadTimeout):
        asking.client.post("/v1/entities", json=body, timeout=0.3)


def leave_the_page(asking: Asking) -> None:
    """Ask as the page does, and never fetch the answer; or leave while it is made."""
    space, canary = asking.sent.space, asking.canary
    target = Target(space, canary, asking.sent.folder)
    assert target.join([f"Aspirin {canary}"]).status == 200
    assert target.join([f"{canary} {SLOW}"]).status == 200
    session = uuid.uuid4().hex
    assert target.join([f"{canary} {SLOW}"], session_hash=session).status == 200
    fetch = {"params": {"session_hash": session}, "timeout": 0.3}
    with pytest.raises(httpx.ReadTimeout), asking.client.stream("GET", DATA, **fetch) as events:
        for _ in events.iter_lines():
            pass


def be_refused_by_the_page(asking: Asking) -> None:
    target = Target(asking.sent.space, asking.canary, asking.sent.folder)
    for data in ([{"path": asking.canary}], [asking.canary, asking.canary], [[asking.canary]]):
        assert target.join(data).status == 422
    for path in ("upload", "deep_link", f"file={asking.canary}", "process_recording", "component_server"):
        asking("nowhere", "POST", f"/gradio_api/{path}?session_hash={asking.canary}", content=asking.canary)


SCENES = (
    succeed,
    leave_the_page,
    be_refused_by_the_page,
    be_refused,
    fail,
    use_the_tool,
    time_out,
    overload,
    cancel,
)


@pytest.fixture(scope="module")
def sent(tiny_environment, tmp_path_factory) -> Sent:
    """Everything was asked, and the server has ended, so that nothing is still to be written."""
    folder = tmp_path_factory.mktemp("canary")
    (folder / "home").mkdir()
    places = {"HOME": str(folder / "home"), "HF_HOME": str(folder / "home" / "hf")}
    places[kept_text.FILE] = str(folder / "kept.json")
    with serve(folder, LIMITS | tiny_environment | places, Path(faulty_space.__file__)) as space:
        found = Sent(space, f"canary{uuid.uuid4().hex}", folder)
        asking = Asking(found)
        for scene in SCENES:
            scene(asking)
        found.metrics = asking.client.get("/metrics").text
        deadline = time.monotonic() + PATIENCE_S
        while (held := kept_text.ask_process(space.process.pid, folder / "kept.json")) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.2)
        found.held = held
    return found


EXPECTED = {
    "success": {200},
    "file": {200},
    "invalid": {422},
    "too large": {413, 422},
    "unauthorised": {401},
    "nowhere": {404},
    "other method": {405},
    "files refused": {413, 415, 422},
    "failure": {500},
    "too late": {503},
    "overload": {429},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_it_went_through_every_kind_of_answer(sent, name):
    statuses = {answer.status_code for answer in sent.answers[name]}
    assert statuses and statuses <= EXPECTED[name], [a.text for a in sent.answers[name]]


def test_it_is_in_no_error(sent):
    """In no body of one, and in no header of any answer."""
    answers = [answer for several in sent.answers.values() for answer in several]
    assert [a.text for a in answers if a.status_code != 200 and sent.canary in a.text] == []
    assert [a.headers for a in answers if sent.canary in str(a.headers)] == []


def test_it_is_in_no_error_of_a_row(sent):
    """A row that failed is named by its number; an answer's rows may give back the id they came with."""
    rows = [json.loads(line) for answer in sent.answers["file"] for line in answer.text.splitlines()]
    errors = [row["error"] for row in rows if "error" in row]
    assert errors
    assert [error for error in errors if sent.canary in json.dumps(error)] == []


def test_an_error_says_what_to_do_and_which_request_it_was(sent):
    for name in ("invalid", "too large", "unauthorised", "failure", "too late", "overload"):
        for answer in sent.answers[name]:
            error = answer.json()["error"]
            assert error["code"] and error["message"]
            assert error["request_id"] == answer.headers["x-request-id"]


def test_it_is_in_no_log_and_no_span(sent):
    log = sent.space.log.read_text(errors="replace")
    assert '"route":"/v1/entities"' in log
    assert '"http.route": "/v1/entities"' in log
    assert [line for line in log.splitlines() if sent.canary in line] == []


def test_it_is_in_no_metric(sent):
    assert re.search(r'status="5xx"|status="500"', sent.metrics)
    assert sent.canary not in sent.metrics


def test_it_is_held_by_nothing(sent):
    """Not in a session, a queue, a thread or an exception of the process, which went on."""
    print("\n".join(sent.held))
    assert sent.held == []


def test_it_is_in_no_file(sent):
    """Below its temporary folder, its home, and its own folder."""
    space = Path(faulty_space.SPACE)
    young = [path for path in space.rglob("*") if path.is_file() and path.stat().st_mtime > time.time() - 600]
    kept = [path for path in (*sent.folder.rglob("*"), *young) if path.is_file()]
    assert sent.space.log in kept
    assert [path for path in kept if sent.canary.encode() in path.read_bytes()] == []

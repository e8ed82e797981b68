"""POST /v1/files: rows in order, as they are done, few in the queue at once, taken back when nobody waits."""

import asyncio
import json
import logging
from concurrent.futures import Future
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from space.contract import Served
from space.engine import Entity
from space.service.api.application import create_api
from space.service.api.file_tagging import FAILED, FILES, ROWS_PER_WORKER, SHUT_DOWN, Job
from space.service.api.routes import Service
from space.service.monitoring.observer import Observer, Seen
from space.service.reading.row import Numeral, Row
from space.service.scheduler import Busy, Done
from space.service.settings import Settings

STUDENT = Served(
    "student", "someone/tiny", "sha256:0", "model.onnx", "0", 1, ["Drug"], 1, lambda text: iter(())
)
ROWS = [
    Row("a", "aspirin 😀"),
    Row("b", None, "no text"),
    *(Row(Numeral(n), f"aspirin {n}") for n in range(20)),
]


class FakeScheduler:
    """Takes texts and answers when told to; `room` says how many it takes before it is full."""

    def __init__(self, room: int = 10**9):
        self.room, self.futures = room, {}

    def submit(self, work):
        [(model, text)] = work
        assert model is STUDENT
        if not self.room:
            raise Busy
        self.room -= 1
        self.futures[text] = Future()
        return self.futures[text]

    @property
    def unanswered(self) -> list[str]:
        return [text for text, future in self.futures.items() if not future.done()]

    def answer(self, text: str) -> None:
        entity = Entity(0, 7, "Drug", 0.9, text[:7])
        self.futures[text].set_result([Done([entity], queued_s=0.5, model_s=0.25)])


def make_service(scheduler: FakeScheduler, **settings) -> Service:
    health = SimpleNamespace(status="ready")
    return Service(Settings(**settings), scheduler, 1, STUDENT, STUDENT, None, health, None)


async def one_by_one(rows):
    for row in rows:
        yield row


@pytest.fixture
def scheduler():
    return FakeScheduler()


@pytest.fixture
def job(scheduler):
    return Job(one_by_one(ROWS), len(ROWS), make_service(scheduler), Seen("POST", "/v1/files"))


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def next_row(lines, scheduler, *, newest_first: bool = False) -> dict:
    """The next line, the scheduler answering all that it has."""
    waiting = asyncio.ensure_future(anext(lines))
    while not waiting.done():
        await settle()
        for text in sorted(scheduler.unanswered, reverse=newest_first):
            scheduler.answer(text)
    return json.loads(await waiting)


def test_rows_come_in_order_whichever_is_done_first(job, scheduler):
    async def run():
        lines = job.lines()
        head = json.loads(await anext(lines))
        assert head == {
            "model": "someone/tiny", "revision": "sha256:0", "offset_unit": "code_point", "rows": len(ROWS),
        }  # fmt: skip
        rows = [await next_row(lines, scheduler, newest_first=True) for _ in ROWS]
        assert await anext(lines, None) is None
        return rows

    rows = asyncio.run(run())
    assert [row["row"] for row in rows] == list(range(1, len(ROWS) + 1))
    assert [row["id"] for row in rows] == ["a", "b", *range(20)]
    entity = {"start": 0, "end": 7, "label": "Drug", "score": 0.9, "text": "aspirin"}
    assert rows[0] == {"row": 1, "id": "a", "text": "aspirin 😀", "entities": [entity]}
    assert rows[1] == {"row": 2, "id": "b", "error": "no text"}
    assert job.seen.entities == len(ROWS) - 1
    assert job.seen.work["student"].model_s == pytest.approx(0.25 * (len(ROWS) - 1))


def test_few_rows_wait_in_the_queue_and_no_more_while_nobody_reads(job, scheduler):
    async def run():
        lines = job.lines()
        await anext(lines)
        reading = asyncio.ensure_future(anext(lines))
        await settle()
        assert len(scheduler.unanswered) == ROWS_PER_WORKER - 1  # one place is the broken row's
        for _ in range(5):
            for text in scheduler.unanswered:
                scheduler.answer(text)
            await settle()
        assert reading.done() and len(scheduler.futures) == ROWS_PER_WORKER - 1
        await lines.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("in_hand", [True, False], ids=["waiting for a row", "between two rows"])
def test_when_the_client_leaves_what_is_not_done_is_taken_back(job, scheduler, in_hand):
    async def run():
        lines = job.lines()
        await anext(lines)
        reading = asyncio.ensure_future(anext(lines))
        await settle()
        if not in_hand:
            scheduler.answer("aspirin 😀")
            await reading
            reading = asyncio.ensure_future(anext(lines))  # the broken row; another has taken its place
            await reading
        assert scheduler.unanswered
        taken = len(scheduler.futures)
        reading.cancel()
        await settle()
        await lines.aclose()
        await settle()
        assert not scheduler.unanswered and len(scheduler.futures) == taken

    asyncio.run(run())


def test_a_full_queue_is_waited_for(monkeypatch, job, scheduler):
    monkeypatch.setattr("space.service.api.file_tagging.WAIT_S", 0)
    scheduler.room = 0

    async def run():
        lines = job.lines()
        await anext(lines)
        reading = asyncio.ensure_future(anext(lines))
        await settle()
        assert not scheduler.futures and not reading.done()
        scheduler.room = 1
        await settle()
        scheduler.answer("aspirin 😀")
        scheduler.room = 10
        assert json.loads(await reading)["entities"]
        await lines.aclose()

    asyncio.run(run())


def test_while_the_service_stops_what_was_accepted_is_done_and_the_rest_is_told(job, scheduler):
    async def run():
        lines = job.lines()
        await anext(lines)
        rows = [await next_row(lines, scheduler)]
        job.service.health.status = "draining"
        rows += [await next_row(lines, scheduler) for _ in ROWS[1:]]
        return rows

    rows = asyncio.run(run())
    assert len(rows) == len(ROWS) and "entities" in rows[0]
    assert [row.get("error") for row in rows[-5:]] == [SHUT_DOWN] * 5


def test_a_failing_model_is_one_broken_row_and_a_log_line_without_text(job, scheduler, caplog):
    async def run():
        lines = job.lines()
        await anext(lines)
        reading = asyncio.ensure_future(anext(lines))
        await settle()
        scheduler.futures["aspirin 😀"].set_exception(RuntimeError("quotes aspirin"))
        first = json.loads(await reading)
        assert await next_row(lines, scheduler)
        await lines.aclose()
        return first

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(run()) == {"row": 1, "id": "a", "error": FAILED}
    assert [record.getMessage() for record in caplog.records] == ["a text of a file could not be tagged"]


class Call:
    """A request to the API in this event loop, answered piece by piece."""

    def __init__(self, app, query: dict[str, str], body: bytes):
        self.status, self.answer, self._left = None, b"", asyncio.Event()
        self._body = [{"type": "http.request", "body": body, "more_body": False}]
        scope = {
            "type": "http", "asgi": {"spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
            "method": "POST", "path": "/v1/files", "query_string": urlencode(query).encode(), "headers": [],
            "root_path": "",
        }  # fmt: skip
        self.ended = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict:
        if self._body:
            return self._body.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.answer += message.get("body", b"")

    async def leave(self) -> None:
        self._left.set()
        await self.ended

    async def answered(self, pieces: int = 1) -> None:
        """Until so many lines have come."""
        while self.answer.count(b"\n") < pieces and not self.ended.done():
            await asyncio.sleep(0.001)

    @property
    def error(self) -> dict:
        return json.loads(self.answer)["error"]


def make_api(scheduler: FakeScheduler, **settings):
    return Observer(create_api(make_service(scheduler, **settings)), lambda seen: None, ())


def test_a_file_is_answered_row_by_row(scheduler):
    async def run():
        call = Call(make_api(scheduler), {"name": "a.csv"}, b"text\naspirin one\naspirin two\n")
        await call.answered()
        while "aspirin two" not in scheduler.futures:
            await asyncio.sleep(0.001)
        scheduler.answer("aspirin one")
        await call.answered(2)
        assert call.status == 200 and not call.ended.done()
        scheduler.answer("aspirin two")
        await call.ended
        return [json.loads(line) for line in call.answer.splitlines()]

    head, one, two = asyncio.run(run())
    assert head["rows"] == 2
    assert (one["id"], one["text"]) == ("a.csv:1", "aspirin one")
    assert (two["id"], two["text"]) == ("a.csv:2", "aspirin two")


@pytest.mark.parametrize(
    ("query", "body", "status", "code"),
    [
        ({}, b"secret", 422, "invalid"),
        ({"name": "secret.exe"}, b"secret", 422, "invalid"),
        ({"name": "secret"}, b"secret", 422, "invalid"),
        ({"name": "a.zip"}, b"PK\x01\x02secret" * 1_001, 413, "too_large"),
    ],
)
def test_what_is_not_taken_is_refused_without_an_echo(scheduler, query, body, status, code):
    async def run():
        call = Call(make_api(scheduler), query, body)
        await call.ended
        return call

    call = asyncio.run(run())
    assert (call.status, call.error["code"]) == (status, code)
    assert b"secret" not in call.answer and not scheduler.futures


def test_an_id_comes_back_in_the_digits_that_the_file_gave_it(scheduler):
    ids = ["9007199254740993", "12345678901234567890123", "1.0", "1e3", "-0", "0.10", '"007"', '"1e3"', '"é"']
    body = "".join(f'{{"id":{written},"text":1}}\n' for written in ids) + '{"id":7,"text":"\\u0000"}'

    async def run():
        call = Call(make_api(scheduler), {"name": "a.jsonl"}, body.encode())
        await call.ended
        return call.answer.decode().splitlines()[1:]

    lines = asyncio.run(run())
    written = [line.split('"id": ')[1].split(', "error"')[0] for line in lines]
    assert written == [*ids[:-1], '"\\u00e9"', "7"]
    assert all("error" in json.loads(line) for line in lines)


def test_a_text_longer_than_a_request_may_have_is_one_broken_row(scheduler):
    async def run():
        call = Call(make_api(scheduler, characters=9), {"name": "a.txt"}, b"x" * 10)
        await call.ended
        return json.loads(call.answer.splitlines()[1])

    row = asyncio.run(run())
    assert row["id"] == "a.txt" and "10 characters" in row["error"]


def test_so_many_files_are_read_at_once_and_a_client_that_leaves_makes_room(scheduler):
    async def run():
        app = make_api(scheduler)
        calls = [Call(app, {"name": "a.txt"}, f"text {number}".encode()) for number in range(FILES)]
        for call in calls:
            await call.answered()
        while len(scheduler.futures) < FILES:  # an answer may begin before its text waits
            await asyncio.sleep(0.001)
        refused = Call(app, {"name": "a.txt"}, b"one more")
        await refused.ended
        assert (refused.status, refused.error["code"]) == (429, "busy")
        await calls[0].leave()
        assert scheduler.futures["text 0"].cancelled()
        taken = Call(app, {"name": "a.txt"}, b"one more")
        await taken.answered()
        assert taken.status == 200
        for call in [*calls[1:], taken]:
            await call.leave()

    asyncio.run(run())


def test_a_client_that_has_left_before_the_answer_makes_room_too(scheduler):
    async def run():
        app = make_api(scheduler)
        for _ in range(FILES + 1):
            call = Call(app, {"name": "a.txt"}, b"text")
            await call.leave()
            assert call.status in (None, 200)
        for _ in range(FILES + 1):
            call = Call(app, {"name": "no"}, b"text")
            await call.ended
            assert call.status == 422
        call = Call(app, {"name": "a.txt"}, b"text")
        await call.answered()
        assert call.status == 200
        await call.leave()

    asyncio.run(run())

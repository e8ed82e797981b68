"""The routes and the gate before them, without a network."""

import asyncio

import pytest

from space.service.scheduler import Panic

NOTE = {"text": "aspirin helps"}
ENTITY = {"start": 0, "end": 7, "label": "Drug", "score": 0.5, "text": "aspirin"}
CANARY = "Xanthippe-4711"


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 60))


def send(client, *request, **more):
    return run(client.send(*request, **more))


def check_error(answer, status: int, code: str) -> str:
    """It is an error of the one shape; returns its message."""
    error = answer.json()["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert error.keys() == {"code", "message", "request_id"}
    assert error["request_id"] == answer.headers["x-request-id"]
    return error["message"]


def test_one_text(make_client):
    answer = send(make_client(), "/v1/entities", NOTE)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "model": "me/student",
        "revision": "student commit",
        "offset_unit": "code_point",
        "results": [{"entities": [ENTITY]}],
    }


def test_several_texts_in_their_order(make_client):
    answer = send(make_client(), "/v1/entities", {"texts": ["a", "", "b c"]})
    found = [[entity["text"] for entity in result["entities"]] for result in answer.json()["results"]]
    assert found == [["a"], [], ["b"]]
    assert send(make_client(), "/v1/entities", {"texts": []}).json()["results"] == []


@pytest.mark.parametrize("body", [rb'{"text": "\ud800 x"}', b'{"text": "\xed\xa0\x80 x"}'])
def test_lone_surrogates_come_and_go(make_client, body):
    answer = send(make_client(), "/v1/entities", body)
    [entity] = answer.json()["results"][0]["entities"]
    assert entity["end"] == 1 and "\ud800" <= entity["text"] <= "\udfff"
    assert answer.body.isascii()


def test_compare_tells_both_their_differences_and_times(make_client):
    answer = send(make_client(), "/v1/compare", {"texts": ["aspirin", ""]}).json()
    teacher, student = answer["models"]
    assert (teacher["role"], teacher["model"], teacher["revision"]) == (
        "teacher",
        "me/teacher",
        "teacher commit",
    )
    assert student["role"] == "student"
    for model in (teacher, student):
        assert model["results"] == [{"entities": [ENTITY]}, {"entities": []}]
        assert model["milliseconds"]["model"] > 0 and model["milliseconds"]["queue"] >= 0
    assert answer["comparisons"] == [
        {"shared": 1, "agreement": 1.0, "differences": []},
        {"shared": 0, "agreement": None, "differences": []},
    ]


def test_models_say_what_runs_and_what_a_request_may_hold(make_client):
    answer = send(make_client(batch=5, deadline_s=3.0), "/v1/models", method="GET").json()
    assert [model["role"] for model in answer["models"]] == ["teacher", "student"]
    assert answer["models"][1] == {
        "role": "student", "model": "me/student", "revision": "student commit", "file": "model.onnx",
        "sha256": "0" * 64, "bytes": 7, "labels": ["Drug"], "threads": 1,
    }  # fmt: skip
    assert answer["limits"]["texts"] == 5 and answer["limits"]["deadline_s"] == 3.0


INVALID = [
    b"", b"{", b"{}", b"[1]", b'"text"', b"\xff", b"[" * 100_000, b"9" * 10_000, b'{"text": 1}',
    b'{"text": null}', b'{"texts": "a"}', b'{"texts": ["a", 1]}', b'{"text": "a", "texts": ["a"]}',
    b'{"text": "a", "more": 1}',
]  # fmt: skip


@pytest.mark.parametrize("body", INVALID, ids=range(len(INVALID)))
@pytest.mark.parametrize("path", ["/v1/entities", "/v1/compare"])
def test_what_is_not_understood_is_said_so(make_client, path, body):
    check_error(send(make_client(), path, body), 422, "invalid")


def test_an_error_quotes_nothing(make_client):
    for body in ({"text": [CANARY]}, {CANARY: 1}, [CANARY], {"texts": [CANARY, 1]}):
        answer = send(make_client(), "/v1/entities", body)
        assert CANARY not in answer.body.decode() and CANARY not in str(answer.headers)


def test_too_many_texts_or_characters(make_client):
    client = make_client(batch=2, characters=10)
    texts = check_error(send(client, "/v1/entities", {"texts": ["a"] * 3}), 422, "invalid")
    assert "3 texts" in texts and "may have 2" in texts
    characters = check_error(send(client, "/v1/entities", {"texts": ["aaaaaa", "bbbbb"]}), 422, "invalid")
    assert "11 characters" in characters
    assert send(client, "/v1/entities", {"texts": ["aaaaa", "bbbbb"]}).status == 200


def test_a_body_is_not_read_that_says_it_is_too_large(make_client):
    client = make_client(body_bytes=100)
    answer = send(client, "/v1/entities", NOTE, headers={"content-length": "101"})
    check_error(answer, 413, "too_large")
    assert answer.headers["connection"] == "close"
    assert client.read == 0


def test_a_body_that_does_not_say_is_counted(make_client):
    client = make_client(body_bytes=100)
    check_error(send(client, "/v1/entities", {"text": "a" * 300}), 413, "too_large")
    assert client.read == 1
    assert send(client, "/v1/entities", {"text": "a" * 80}).status == 200


def test_each_path_has_its_own_cap(make_client):
    client = make_client(body_bytes=10, file_bytes=1000)
    assert send(client, "/v1/compare", NOTE).status == 413
    assert send(client, "/v1/files", b"x" * 900).status == 422  # it has no name
    assert send(client, "/gradio_api/queue/join", b"x", headers={"content-length": "8000001"}).status == 413


@pytest.mark.parametrize(
    "given", [None, "", "right", "Bearer", "Bearer wrong", "Basic right", "Bearer ärger"]
)
def test_without_the_token_nothing_under_v1(make_client, given):
    client = make_client(token="right")
    headers = {} if given is None else {"authorization": given}
    for method, path in (("GET", "/v1/models"), ("POST", "/v1/entities"), ("POST", f"/v1/{CANARY}")):
        answer = send(client, path, NOTE, method=method, headers=headers)
        check_error(answer, 401, "unauthorised")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.read == 0
    assert send(client, "/livez", method="GET").status == 200


@pytest.mark.parametrize("given", ["Bearer right", "bearer right", "BEARER  right"])
def test_with_the_token(make_client, given):
    client = make_client(token="right")
    assert send(client, "/v1/entities", NOTE, headers={"authorization": given}).status == 200


async def one_runs_one_waits(client, model) -> list[asyncio.Task]:
    """Two requests of a text each: the model holds the first, the second is in the queue."""
    model.hold()
    begun = [asyncio.create_task(client.send("/v1/entities", {"text": "a"}))]
    await asyncio.to_thread(model.next_started)
    begun.append(asyncio.create_task(client.send("/v1/entities", {"text": "b"})))
    while client.service.scheduler.waiting < 1:
        await asyncio.sleep(0.001)
    return begun


def test_a_full_queue_refuses_before_it_reads(make_client, model):
    async def scene():
        client = make_client(queue=1)
        begun = await one_runs_one_waits(client, model)
        client.read = 0
        for path in ("/v1/entities", "/v1/compare", "/v1/files"):
            answer = await client.send(path, NOTE)
            check_error(answer, 429, "busy")
            assert int(answer.headers["retry-after"]) >= 1
        assert client.read == 0
        model.release(2)
        assert [(await task).status for task in begun] == [200, 200]

    run(scene())


def test_a_request_that_does_not_fit_is_refused_as_a_whole(make_client, model):
    async def scene():
        client = make_client(queue=2)
        begun = await one_runs_one_waits(client, model)
        check_error(await client.send("/v1/entities", {"texts": ["c", "d"]}), 429, "busy")
        model.release(2)
        await asyncio.gather(*begun)
        assert model.ran == ["a", "b"]

    run(scene())


def test_what_is_past_its_deadline_is_told_and_never_run(make_client, model):
    async def scene():
        client = make_client(deadline_s=0.2)
        model.hold()
        held = client.service.scheduler.submit([(model.served(), "held")])  # without a deadline
        await asyncio.to_thread(model.next_started)
        answer = await client.send("/v1/entities", {"texts": ["a", "b"]})
        check_error(answer, 503, "deadline")
        assert int(answer.headers["retry-after"]) >= 1
        assert client.service.scheduler.waiting == 0
        model.release(9)
        await asyncio.wrap_future(held)
        assert (await client.send("/v1/entities", {"text": "c"})).status == 200
        assert model.ran == ["held", "c"]

    run(scene())


def test_the_work_of_a_client_that_leaves_is_dropped(make_client, model):
    async def scene():
        client = make_client()
        model.hold()
        held = client.service.scheduler.submit([(model.served(), "held")])
        await asyncio.to_thread(model.next_started)
        leaving = asyncio.create_task(client.send("/v1/entities", {"text": "left*50"}))
        while client.service.scheduler.waiting < 1:
            await asyncio.sleep(0.001)
        client.leave()
        assert await leaving is None  # there is nobody to answer
        assert client.service.scheduler.waiting == 0
        model.release(9)
        await asyncio.wrap_future(held)
        assert model.ran == ["held"]

    run(scene())


@pytest.mark.parametrize(("text", "raised"), [("fail", RuntimeError), ("panic", Panic)])
def test_a_failing_model_is_a_500_without_detail(make_client, text, raised):
    client = make_client()
    with pytest.raises(raised):  # goes on to the server, which logs its kind
        send(client, "/v1/entities", {"text": text})
    message = check_error(client.last, 500, "internal")
    assert "tag" not in message
    assert client.last.headers["connection"] == "close"
    assert send(client, "/v1/entities", NOTE).status == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_service_without_a_worker_is_not_ready(make_client, model):
    client = make_client()
    scheduler = client.service.scheduler
    [thread] = scheduler._threads
    scheduler._end = None  # no such thing happens; if it did, this is how it is told
    scheduler.submit([(model.served(), "aspirin")])
    thread.join()
    ready = send(client, "/readyz", method="GET")
    assert (ready.status, ready.json()["status"], ready.json()["dead_workers"]) == (503, "failed", 1)
    check_error(send(client, "/v1/entities", NOTE), 503, "unavailable")
    assert send(client, "/livez", method="GET").status == 200


def test_draining_takes_no_new_work_and_says_so(make_client):
    client = make_client()
    client.service.health.drain()
    for path in ("/v1/entities", "/v1/compare", "/v1/files"):
        answer = send(client, path, NOTE)
        check_error(answer, 503, "draining")
        assert int(answer.headers["retry-after"]) >= 1
    assert client.read == 0
    assert send(client, "/readyz", method="GET").status == 503
    assert send(client, "/livez", method="GET").status == 200
    assert send(client, "/v1/models", method="GET").status == 200


def test_paths_and_methods_that_there_are_not(make_client):
    client = make_client()
    check_error(send(client, f"/v1/{CANARY}"), 404, "not_found")
    for path, method, allowed in (
        ("/v1/entities", "GET", "POST"),
        ("/v1/files", "PUT", "POST"),
        ("/v1/models", "POST", "GET, HEAD"),
        ("/livez", "POST", "GET, HEAD"),
    ):
        answer = send(client, path, NOTE, method=method)
        check_error(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == allowed
    assert client.read == 0


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/v1/models"])
def test_what_is_read_may_be_asked_for_its_head(make_client, path):
    answer = send(make_client(), path, method="HEAD")
    assert answer.status == 200 and int(answer.headers["content-length"]) > 0


def test_operators_are_told(make_client):
    client = make_client()
    send(client, "/v1/entities", NOTE)
    send(client, "/v1/entities", b"")
    shown = send(client, "/metrics", method="GET")
    assert shown.headers["content-type"].startswith("text/plain")
    assert (
        'clinstill_requests_total{method="POST",route="/v1/entities",status="2xx"} 1.0' in shown.body.decode()
    )
    assert 'clinstill_rejections_total{reason="invalid"} 1.0' in shown.body.decode()
    assert 'clinstill_model_seconds_count{role="student"} 1.0' in shown.body.decode()
    assert send(client, "/readyz", method="GET").json() == {
        "status": "ready",
        "dead_workers": 0,
        "models": [],
    }


def test_work_in_hand_is_counted(make_client, model):
    async def scene():
        client = make_client()
        model.hold()
        begun = asyncio.create_task(client.send("/v1/entities", NOTE))
        await asyncio.to_thread(model.next_started)
        assert client.service.gate.active == 1
        model.release()
        await begun
        assert client.service.gate.active == 0

    run(scene())


def test_the_description_names_every_refusal(make_client):
    described = send(make_client(token="x"), "/openapi.json", method="GET").json()
    for path in ("/v1/entities", "/v1/compare", "/v1/files"):
        responses = described["paths"][path]["post"]["responses"]
        assert responses.keys() >= {"200", "401", "403", "408", "413", "421", "422", "429", "500", "503"}
        assert "Retry-After" in responses["429"]["headers"] and "Retry-After" in responses["503"]["headers"]
        assert described["paths"][path]["post"]["security"] == [{"bearer": []}]
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    open_to_all = send(make_client(), "/openapi.json", method="GET").json()
    assert "401" not in open_to_all["paths"]["/v1/entities"]["post"]["responses"]

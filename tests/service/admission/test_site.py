"""What of the site may be asked for, and what its pages may send. The routes are Gradio's own."""

import asyncio
import json

import pytest

from space.service.admission.site import Site
from space.service.errors import Refusal

EVENT = {"data": ["a note"], "fn_index": 0, "trigger_id": 5, "session_hash": "4x0dgoxsp6q"}
FILE = {"path": "/proc/self/environ", "meta": {"_type": "gradio.FileData"}}
NEEDED = (
    *("/", "/config", "/theme.css", "/assets/Blocks-D1GWYZdr.js", "/static/js/iframeResizer.min.js"),
    *("/static/fonts/IBMPlexSans/IBMPlexSans-Bold.woff2", "/page/page.js", "/gradio_api/app_id"),
    *("/private", "/private/", "/private/page.js", "/private/exports/csv.js"),
    *("/private/model/model.json",),
)
CLOSED = (
    *("/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=/etc/passwd"),
    *("/gradio_api/upload", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/deep_link"),
    *("/gradio_api/stream/a/b/c/x.ts", "/gradio_api/upload_progress"),
    *("/gradio_api/process_recording", "/gradio_api/component_server"),
    *("/gradio_api/call/find_entities", "/gradio_api/run/predict", "/gradio_api/api/predict"),
    *("/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/runs"),
    *("/gradio_api/heartbeat/abc", "/gradio_api/startup-events", "/gradio_api/vibe-edit"),
    *("/gradio_api/dev/reload", "/gradio_api/token", "/gradio_api/user", "/gradio_api/login_check"),
    *("/login", "/logout", "/monitoring", "/monitoring/summary", "/custom_component/1/client/x/y.js"),
    *("/svelte/a.js", "/gradio_api/mcp/", "/gradio_api/mcp", "/docs", "/redoc", "/robots.txt"),
    *("/PRIVATE/", "/private/a/b/c.js", "/private//etc/passwd", "/assets/", "/assets/../app.py"),
    *("/assets/..", "/assets/.env", "/assets/a/b.js", "//assets/a.js", "/page/../app.py"),
    *("/private/../app.py", "/private/vendor/../../app.py", "/page/\\..\\app.py", ""),
    *("/page/a\x00.js", "/page/a.js\n", "/page/a b.js"),
)
UNLIKE_THE_PAGE = [
    *({"data": data} for data in ([FILE], [[FILE]], [[]], [None], [True], ["a", "b"], [], "a", {"0": "a"})),
    *({"event_data": FILE}, {"event_data": "a"}, {"event_id": "a"}, {"oauth_token": "hf_a"}),
    *({"fn_index": 1}, {"fn_index": True}, {"fn_index": "0"}, {"fn_index": -1}, {"fn_index": None}),
    *({"trigger_id": FILE}, {"session_hash": FILE}, {"session_hash": None}),
    *({"session_hash": ""}, {"session_hash": "../a"}, {"session_hash": "a" * 65}, {"session_hash": "a note"}),
    *({"simple_format": True}, {"batched": True}, {"url": "http://127.0.0.1/"}, FILE),
]


@pytest.fixture
def site(make_client):
    """site(method, path, body=b"", query="") -> the answer's status, and what the pages were given: 204 is
    theirs, all else the gate's."""

    given = []

    async def pages(scope, receive, send):
        body = (await receive()).get("body") if scope["method"] == "POST" else b""
        given.append((scope["query_string"], body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = make_client(pages)

    def ask(method: str, path: str, body: bytes | dict = b"", query: str = "") -> tuple[int, list]:
        given.clear()
        answer = asyncio.run(client.send(path, body, method=method, query=query))
        assert answer.status == 204 or answer.json()["error"]["code"]
        return answer.status, list(given)

    return ask


def test_what_the_pages_need_is_there(site):
    for path in NEEDED:
        assert site("GET", path) == (204, [(b"", b"")]), path
        assert site("HEAD", path)[0] == 204, path
        assert site("POST", path)[0] == 405, path


def test_all_else_is_not(site):
    for path in CLOSED:
        for method in ("GET", "POST", "HEAD"):
            assert site(method, path) == (404, []), path


def test_only_the_query_that_the_page_needs_comes_through(site):
    assert site("GET", "/", query="deep_link=..%2F..&__theme=dark") == (204, [(b"", b"")])
    query = b"session_hash=4x0dgoxsp6q"
    assert site("GET", "/gradio_api/queue/data", query=query.decode()) == (204, [(query, b"")])
    for wrong in ("", "session_hash=", "session_hash=../a", "session_hash=a&deep_link=b"):
        assert site("GET", "/gradio_api/queue/data", query=wrong)[0] == 404


def test_an_event_reaches_the_page_as_it_was_sent(site):
    for data in (['note \ud800 \\ " [[{{'], [3], [0.5], ["[" * 100_000]):
        body = json.dumps(EVENT | {"data": data}).encode()
        assert site("POST", "/gradio_api/queue/join", body) == (204, [(b"", body)])


def test_an_event_holds_strings_and_numbers_alone(site):
    for changed in UNLIKE_THE_PAGE:
        assert site("POST", "/gradio_api/queue/join", EVENT | changed) == (422, []), changed


def test_a_body_that_is_no_event_is_refused(site):
    bodies = (b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a": ' * 9_999, b'"' * 100_000)
    for path in ("queue/join", "cancel", "reset"):
        for body in bodies:
            assert site("POST", f"/gradio_api/{path}", body) == (422, []), body[:9]


def test_nothing_is_waited_for_behind_a_body_that_is_refused(make_client):
    """Of a body that was read whole, nothing is left to be read and dropped."""
    client = make_client(None)
    body = b"[" * 100_000
    headers = {"content-length": str(len(body))}
    assert asyncio.run(client.send("/gradio_api/queue/join", body, headers=headers)).status == 422
    assert client.read == 2  # its two parts


def test_the_page_may_cancel(site):
    ending = {"event_id": "a", "session_hash": "b", "fn_index": 3}
    assert site("POST", "/gradio_api/cancel", ending)[0] == 204
    assert site("POST", "/gradio_api/reset", {"event_id": "a"})[0] == 204
    for wrong in (FILE, "", "a note", "a" * 65):
        assert site("POST", "/gradio_api/cancel", ending | {"event_id": wrong}) == (422, [])


def test_the_tool_is_all_that_its_clients_can_reach():
    """Gradio would fetch what others ask for from a name that the request gives it."""
    site = Site(None, {}, tool=True)

    def check(method: object, **parameters: object) -> None:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        site.check("/gradio_api/mcp/", json.dumps(body).encode())

    check("initialize", clientInfo={"name": "a", "version": "1"})
    check("notifications/initialized")
    check("tools/call", name="find_entities", arguments={"text": "a"})
    for listed in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        check(listed)
    for wrong in (
        "resources/read",
        "prompts/get",
        "resources/subscribe",
        "TOOLS/LIST",
        "",
        None,
        1,
        ["ping"],
    ):
        with pytest.raises(Refusal):
            check(wrong, uri="file:///etc/passwd", name="a")
    with pytest.raises(Refusal):
        check("tools/call", name="find_entities", arguments={"text": FILE})


def test_a_library_s_own_words_do_not_go_out(make_client):
    async def pages(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": [(b"x-own", b"1")]})
        await send({"type": "http.response.body", "body": b"no such ", "more_body": True})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    answer = asyncio.run(make_client(pages).send("/assets/canary.js", method="GET"))
    assert answer.json()["error"]["code"] == "not_found"
    assert b"canary" not in answer.body and "x-own" not in answer.headers


def test_a_tool_s_arguments_are_strings(make_client):
    """Of the Model Context Protocol: a call's arguments go to the same function as the page's events."""
    pages = Site(None, {0: 1}, tool=True)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    pages.check("/gradio_api/mcp/", json.dumps(call | {"params": {"arguments": {"text": "a"}}}).encode())
    pages.check("/gradio_api/mcp/", json.dumps(call | {"params": {"capabilities": {"roots": {}}}}).encode())
    for arguments in ({"text": FILE}, {"text": ["a"]}, {"text": 1}, ["a"], "a"):
        with pytest.raises(Refusal):
            pages.check("/gradio_api/mcp/", json.dumps(call | {"params": {"arguments": arguments}}).encode())
    for message in ([call], call | {"params": [FILE]}, "a", None):
        with pytest.raises(Refusal):
            pages.check("/gradio_api/mcp/", json.dumps(message).encode())

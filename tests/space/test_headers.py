"""Headers of every answer: where a browser may load from, who may frame it, whether it may be stored."""

import httpx
import pytest

from space.security import SPACES, headers_for

PAGES = ("/", "/private/")
STORED = ("/private/page.js", "/page/page.js", "/theme.css", "/favicon.ico")
NOT_STORED = (
    "/",
    "/config",
    "/gradio_api/app_id",
    "/v1/models",
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
)
NOTHING_THERE = (
    "/nothing",
    "/v1/nothing",
    "/private/nothing.js",
    "/assets/nothing.js",
    "/gradio_api/file=a",
    "/page/a",
)


@pytest.fixture(scope="module")
def get(running_space):
    with httpx.Client(base_url=running_space.url, trust_env=False, timeout=60) as client:
        yield client.get


@pytest.mark.parametrize("path", [*PAGES, *STORED, *NOT_STORED, *NOTHING_THERE])
def test_every_answer_has_a_policy_and_its_own_type(get, path):
    headers = get(path).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    [policy] = headers.get_list("content-security-policy")
    assert policy.startswith("default-src ")


@pytest.mark.parametrize("path", [*PAGES, *NOT_STORED, "/nothing"])
def test_what_a_browser_could_show_is_framed_and_sends_where_we_say(get, path):
    policy = get(path).headers["content-security-policy"]
    assert all(f"{name} '" in policy for name in ("base-uri", "form-action", "frame-ancestors"))
    assert ("frame-ancestors 'self'" in policy) == (path == "/")


@pytest.mark.parametrize("path", [*NOT_STORED, *NOTHING_THERE])
def test_only_what_is_the_same_for_everybody_is_stored(get, path):
    assert get(path).headers.get_list("cache-control") == ["no-store"]


def test_files_may_be_stored(get):
    for path in STORED:
        answer = get(path)
        assert answer.status_code == 200
        assert "no-store" not in answer.headers.get("cache-control", "")


def test_answers_about_texts_are_not_stored(running_space):
    with httpx.Client(base_url=running_space.url, trust_env=False, timeout=60) as client:
        for body, status in (({"text": "Aspirin."}, 200), ({"text": 1}, 422)):
            answer = client.post("/v1/entities", json=body)
            assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
        event = {"data": ["Aspirin."], "fn_index": 10**6, "session_hash": "abcdefghijk"}
        assert client.post("/gradio_api/queue/join", json=event).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", NOTHING_THERE)
def test_what_is_not_there_is_told_in_one_shape(get, path):
    answer = get(path)
    assert answer.status_code == 404
    assert answer.json()["error"].keys() == {"code", "message", "request_id"}


def test_only_the_page_is_framed_by_the_hub():
    assert headers_for("/", framed=True)["content-security-policy"].endswith(
        "frame-ancestors 'self'" + SPACES
    )
    for path in ("/private/", "/config", "/v1/entities"):
        assert headers_for(path, framed=True) == headers_for(path)
        assert "frame-ancestors 'none'" in headers_for(path)["content-security-policy"]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/", "/private/", "/page/page.js"])
def test_heads_are_answered(running_space, path):
    answer = httpx.head(running_space.url + path, trust_env=False, timeout=60)
    assert (answer.status_code, answer.content) == (200, b"")

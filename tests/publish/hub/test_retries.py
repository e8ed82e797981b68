"""Retry policy: what is sent again, how long a command waits, and what it says of it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from publish.errors import PublishError
from publish.hub import retries
from publish.hub.retries import ATTEMPTS, WAIT_AT_MOST, GaveUpError, RetryBudget, RetryingClient, may_repeat

LIMIT = {"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}


class Client(RetryingClient):
    """A client whose answers are given in order; the last one repeats."""

    def __init__(self, answers):
        self.said, self.slept, self.sent = [], [], 0
        super().__init__(RetryBudget(self.said.append, self.slept.append))
        self.answers = answers

    def _try(self, request, options):
        answer = self.answers[min(self.sent, len(self.answers) - 1)]
        self.sent += 1
        self.answered |= isinstance(answer, httpx.Response)
        return answer


def answer(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_read_is_tried_again_with_growing_waits():
    client = Client([answer(503), httpx.ReadError("cut"), answer(200)])
    assert client.get("http://hub/api/models/me/model").status_code == 200
    assert client.slept == [1, 2]


def test_a_read_that_never_succeeds_is_given_up():
    client = Client([answer(500)])
    with pytest.raises(GaveUpError):
        client.get("http://hub/api/models/me/model")
    assert client.sent == ATTEMPTS


def test_a_commit_and_an_upload_are_sent_once():
    client = Client([answer(503)])
    assert client.post("http://hub/api/models/me/model/commit/main").status_code == 503
    with pytest.raises(GaveUpError) as error:
        client.put("http://hub/lfs/0")
    assert error.value.upload
    assert (client.sent, client.slept) == (2, [])


def test_a_commit_refused_for_its_rate_is_sent_again():
    client = Client([answer(429, Retry_After="3"), answer(200)])
    assert client.post("http://hub/api/models/me/model/commit/main").status_code == 200
    assert (client.sent, client.slept) == (2, [3])


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (LIMIT, 56),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "nonsense"}, 1),
        ({"Retry-After": b"\xb2"}, 1),  # a digit to Python, not to float()
        (LIMIT | {"RateLimit": '"api";r=12;t=55'}, 1),
    ],
)
def test_the_wait_is_the_one_that_the_hub_states(headers, wait):
    client = Client([httpx.Response(429, headers=headers), answer(200)])
    client.get("http://hub/")
    assert client.slept == [wait]


def test_retry_after_may_be_a_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    client = Client([answer(503, Retry_After=later), answer(200)])
    client.get("http://hub/")
    assert 80 < client.slept[0] <= 90


def test_a_wait_is_told():
    client = Client([httpx.Response(429, headers=LIMIT), answer(200)])
    client.get("http://hub/")
    assert client.said == ["waiting 56 s: the Hub's rate limit for 'api' is used up"]


def test_all_waits_of_a_command_have_one_limit():
    client = Client([answer(429, Retry_After=str(WAIT_AT_MOST // 2 + 1))])
    with pytest.raises(PublishError, match="asks to wait 5 minutes, and one command waits 10 minutes"):
        client.get("http://hub/")
    assert client.sent == 2


def test_waiting_for_answers_that_do_not_come_counts(monkeypatch):
    """A Hub that takes requests and never answers would hold a command for half an hour."""
    client = Client([httpx.ReadTimeout("silent")])
    clock = iter(range(0, 9000, 300))  # each attempt runs into the limit of one request
    monkeypatch.setattr(retries.time, "monotonic", lambda: next(clock))
    with pytest.raises(PublishError, match=r"not answer, and one command waits 10 minutes .* again later"):
        client.get("http://hub/")
    assert client.sent == 2


def test_where_nobody_is_there_nobody_waits():
    client = Client([httpx.ConnectError("refused")])
    with pytest.raises(GaveUpError):
        client.get("http://hub/")
    assert client.slept == []


@pytest.mark.parametrize(
    ("method", "path", "repeats"),
    [
        ("GET", "/api/models/me/model", True),
        ("POST", "/api/repos/create", True),
        ("POST", "/api/models/me/model/preupload/main", True),
        ("POST", "/me/model.git/info/lfs/objects/batch", True),
        ("POST", "/api/spaces/me/demo/tag/0123", True),
        ("POST", "/api/models/me/model/commit/main", False),
        ("POST", "/api/models/me/model/commit/tag", False),
        ("POST", "/api/models/me/model/discussions", False),
        ("PUT", "/lfs/models/me/model/0123", False),
        ("DELETE", "/api/models/me/model", False),
    ],
)
def test_what_may_be_repeated(method, path, repeats):
    assert may_repeat(httpx.Request(method, f"http://hub{path}")) == repeats

"""Retry policy for Hub requests.

Repeated are reads, requests that do the same once or twice, and what the Hub refused for its rate limit. A
commit is never sent again unseen, nor an upload: `pushing/commits.py` looks at the head first, and asks which
files the Hub still lacks. `huggingface_hub` retries some requests only, and sleeps for as long as a server
says; here one limit holds for all the waiting of a command.
"""

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
from huggingface_hub.utils import parse_ratelimit_headers
from huggingface_hub.utils._http import hf_request_event_hook

from ..errors import PublishError

ATTEMPTS = 5  # for one request
WAIT_AT_MOST = 600  # seconds in all, for one command: two of the Hub's rate limit windows
TIMEOUT = httpx.Timeout(60, connect=20, read=300)  # seconds; a large commit takes minutes to answer

TRANSIENT = (408, 429, 500, 502, 503, 504)
_IDEMPOTENT_POST = re.compile(
    r"/api/(repos/create|validate-yaml|collections)$|/(preupload|paths-info|branch|tag)/[^/]+$|/items$"
    r"|/info/lfs/objects/batch$|/verify$|/comment/[^/]+/edit$"
)


class GaveUpError(Exception):
    """A request that did not succeed within its attempts.

    Not an httpx error, so that the library does not begin anew. `response` is the Hub's last answer, None
    when there was none; `upload`: it was one file's upload, tried once.
    """

    def __init__(self, outcome: httpx.Response | httpx.TransportError, *, upload: bool):
        self.response = outcome if isinstance(outcome, httpx.Response) else None
        super().__init__(f"HTTP {self.response.status_code}" if self.response is not None else str(outcome))
        self.upload = upload


@dataclass
class RetryBudget:
    """The time that one command may wait, for answers that did not come as well."""

    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    waited: float = field(default=0.0, init=False)

    def wait(self, attempt: int, response: httpx.Response | None = None) -> None:
        """Wait before the attempt after number `attempt` (from 1).

        Raises:
            PublishError: The Hub asks for more time than is left.
        """
        asked = asked_wait(response) if response is not None else None
        seconds = 2 ** (attempt - 1) if asked is None else asked
        if self.waited + seconds > WAIT_AT_MOST:
            why = _reason(response) if asked is None else f"the Hub asks to wait {duration(seconds)}"
            again = "later" if asked is None else f"in {duration(seconds)}"
            raise PublishError(
                f"{why}, and one command waits {duration(WAIT_AT_MOST)} at most in all. Run it again "
                f"{again}: what has arrived is not sent twice."
            )
        if seconds > 2:
            self.say(f"waiting {duration(seconds)}: {_reason(response)}")
        self.waited += seconds
        self.sleep(seconds)


class RetryingClient(httpx.Client):
    """The library's HTTP client with the policy of this module."""

    def __init__(self, budget: RetryBudget) -> None:
        super().__init__(
            event_hooks={"request": [hf_request_event_hook]},
            follow_redirects=True,
            timeout=TIMEOUT,
            verify=_certificates(),
        )
        self.budget = budget
        self.answered = False

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # options: httpx's own
        """Send, and send again what may be. Raises GaveUpError where the library would begin anew."""
        upload, repeatable = request.method == "PUT", may_repeat(request)
        response: httpx.Response | None = None
        for attempt in range(1, ATTEMPTS + 1):
            if attempt > 1:
                self.budget.wait(attempt - 1, response)
            started = time.monotonic()
            outcome = self._try(request, options)
            response = outcome if isinstance(outcome, httpx.Response) else None
            if response is not None and response.status_code not in TRANSIENT:
                return response
            self.budget.waited += time.monotonic() - started  # for nothing
            # Of what was refused for its rate nothing was done. An upload's body cannot be sent again here.
            refused = response is not None and response.status_code == 429 and not upload
            if not (repeatable or refused):
                break
            if isinstance(outcome, httpx.ConnectError) and not self.answered:
                break  # nobody there: waiting does not help
        if repeatable or upload:
            raise GaveUpError(outcome, upload=upload)
        if isinstance(outcome, httpx.TransportError):
            raise outcome
        return outcome

    def _try(self, request: httpx.Request, options: dict[str, Any]) -> httpx.Response | httpx.TransportError:
        try:
            response = super().send(request, **options)
        except httpx.TransportError as error:
            return error
        self.answered = True
        if response.status_code in TRANSIENT:
            response.read()  # frees its connection
        return response


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: the library closes its client after an error, and reading takes longer than a request."""
    return httpx.create_ssl_context()


def may_repeat(request: httpx.Request) -> bool:
    """Whether sending the request twice does no more than sending it once."""
    idempotent = _IDEMPOTENT_POST.search(request.url.path) is not None
    return request.method in ("GET", "HEAD") or (request.method == "POST" and idempotent)


def asked_wait(response: httpx.Response) -> float | None:
    """The seconds that an answer asks to wait: the Hub's rate limit when it is used up, or Retry-After."""
    limit = parse_ratelimit_headers(response.headers)
    if response.status_code == 429 and limit and limit.remaining == 0:
        return limit.reset_in_seconds + 1  # the header counts whole seconds
    stated = response.headers.get("Retry-After", "").strip()
    if stated.isdecimal():
        return float(stated)
    try:
        return max(0.0, (parsedate_to_datetime(stated) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def duration(seconds: float) -> str:
    """Seconds, for a person."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _reason(response: httpx.Response | None) -> str:
    """Why there is a wait."""
    if response is None:
        return "the Hub did not answer"
    limit = parse_ratelimit_headers(response.headers)
    if response.status_code == 429 and limit:
        return f"the Hub's rate limit for {limit.resource_type!r} is used up"
    return f"the Hub answered HTTP {response.status_code}"

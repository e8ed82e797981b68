"""Refusals: one shape for every error of the API, with nothing of the input in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

REWORDED = frozenset({400, 404, 405, 422, 500})  # where a framework's own words would go out
RETRY_S = 1  # a full queue is empty again in about this time
RESTART_S = 10  # after which a replacement may be there


@dataclass
class Refusal(Exception):  # noqa: N818 — raised, and also sent without being raised
    """A request that is not answered as it asked."""

    status: int
    code: str  # for programs; docs/operating.md lists them
    message: str  # what was found and what to do next
    headers: dict[str, str] = field(default_factory=dict)


def busy() -> Refusal:
    message = "the queue is full; send the request again after the seconds that Retry-After gives"
    return Refusal(429, "busy", message, {"retry-after": str(RETRY_S)})


def crowded() -> Refusal:
    message = (
        "the service holds as many bytes of requests as it may; send the request again after the seconds "
        "that Retry-After gives"
    )
    return Refusal(429, "busy", message, {"retry-after": str(RETRY_S)})


def slow() -> Refusal:
    message = "the body took too long to arrive; send it again over a faster connection, or in parts"
    return Refusal(408, "slow", message, {"connection": "close"})


def late() -> Refusal:
    message = "the request was not done before its deadline; send it again, or with less text"
    return Refusal(503, "deadline", message, {"retry-after": str(RETRY_S)})


def draining() -> Refusal:
    message = "the service is stopping and takes no new work; send the request again to its replacement"
    return Refusal(503, "draining", message, {"retry-after": str(RESTART_S)})


def unavailable() -> Refusal:
    message = "a model has not passed its check, or cannot be run; /readyz says which and why"
    return Refusal(503, "unavailable", message, {"retry-after": str(RETRY_S)})


def invalid(message: str) -> Refusal:
    return Refusal(422, "invalid", message)


def too_large(most: int) -> Refusal:
    # The rest of the body is not read, so the connection cannot serve another request.
    message = f"the body is larger than {most:,} bytes; send less at once"
    return Refusal(413, "too_large", message, {"connection": "close"})


def unauthorised() -> Refusal:
    message = "this service asks for a token; send it as: Authorization: Bearer TOKEN"
    return Refusal(401, "unauthorised", message, {"www-authenticate": "Bearer"})


def misdirected() -> Refusal:
    message = (
        "this server does not know the name that it was asked under (Host); ask under another, or let its "
        "operator add the name to CLINSTILL_HOSTS"
    )
    return Refusal(421, "misdirected", message)


def foreign() -> Refusal:
    message = "pages of other sites may not ask here; call the service from a program or from its own pages"
    return Refusal(403, "foreign", message)


def of_status(status: int, headers: Mapping[str, str] | None = None) -> Refusal:
    """The refusal in place of a framework's error, whose own words may quote the request."""
    if status == 500:
        return internal()
    code, message = _HTTP.get(status, ("invalid", "the request is not understood"))
    return Refusal(status, code, message, dict(headers or {}))


def internal() -> Refusal:
    """The refusal for any other exception, without its message, which may quote the text that led to it."""
    # uvicorn closes the connection after an exception; a client must not send on it again.
    message = "the request failed; the server's log has its type under the request's id"
    return Refusal(500, "internal", message, {"connection": "close"})


def response(refusal: Refusal, scope: Scope) -> JSONResponse:
    """Make the answer that tells a refusal, and note its code for logs and metrics."""
    seen = scope["state"]["seen"]
    seen.reason = refusal.code
    error = {"code": refusal.code, "message": refusal.message, "request_id": seen.id}
    return JSONResponse({"error": error}, refusal.status, refusal.headers)


async def on_error(request: Request, error: Exception) -> Response:
    """The answer to whatever a route raised; none where the client has left."""
    if isinstance(error, ClientDisconnect):
        return _NoAnswer()
    if isinstance(error, HTTPException):
        error = of_status(error.status_code, error.headers)
    return response(error if isinstance(error, Refusal) else internal(), request.scope)


class _NoAnswer(Response):
    async def __call__(self, *_: object) -> None:
        pass


_HTTP = {
    404: ("not_found", "there is nothing at this path; /openapi.json lists what there is"),
    405: ("method_not_allowed", "this path takes other methods; /openapi.json lists them"),
}

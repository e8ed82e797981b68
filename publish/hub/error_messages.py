"""Errors of the Hub and of its library as PublishErrors that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from huggingface_hub import get_token
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from ..errors import PublishError, UnreachableError
from .retries import GaveUpError, asked_wait, duration

_REMEDIES = {
    401: "the Hub does not know this token, or the repository is not there for it. "
    "Run `hf auth login` with a token that has write access",
    403: "this token may not write there. Choose a namespace that is yours, use a token with write "
    "access or, in a push, propose the change with --create-pr",
    404: "no such repository or revision on the Hub, or not visible with this token. Check the spelling",
    409: "it is being changed at this moment, or holds what this would make anew. Look at its state (a push "
    "has --dry-run), then run the same command again",
    412: "someone committed to it meanwhile, so nothing was overwritten. Look at its new state (a push has "
    "--dry-run), then run the same command again",
    413: "the Hub takes no file or commit as large as this one, so it was not stored",
    429: "the Hub asks for fewer requests. Run the same command again in {wait}: "
    "what has arrived is not sent twice",
}
_READING = "this token may not read it. Use one of an account that may"
_GATED = (
    "it is gated, and this token's account has not been let in. Ask for access on its page on the Hub, with "
    "that account, then run the same command again"
)
_ANONYMOUS = (
    "the Hub shows nothing of that name without a token. Check the spelling; where it is private, "
    "run `hf auth login` or set HF_TOKEN"
)
_UPLOAD = (
    "the Hub's storage refused a file (a link to it holds for a limited time). Run the same command again: "
    "what has arrived is not sent twice"
)
_SERVER = "the Hub failed to do it. Run the same command again: what has arrived is not sent twice"
_UNREACHABLE = (httpx.TransportError, OfflineModeIsEnabled, LocalEntryNotFoundError)


@contextmanager
def explained(endpoint: str, subject: str) -> Iterator[None]:
    """Turn what the library raises into a PublishError about `subject`, mostly a repository."""
    try:
        yield
    except RuntimeError as error:  # how the library reports a failed upload
        raise _explain(endpoint, subject, error.__cause__ or error) from error
    except (httpx.HTTPError, GaveUpError, OfflineModeIsEnabled, LocalEntryNotFoundError) as error:
        raise _explain(endpoint, subject, error) from error


def _explain(endpoint: str, subject: str, error: BaseException) -> PublishError:
    if isinstance(error, PublishError):
        return error
    response = None
    if isinstance(error, HfHubHTTPError | GaveUpError | httpx.HTTPStatusError):
        response = error.response
    if isinstance(error, _UNREACHABLE) or (isinstance(error, GaveUpError) and response is None):
        return UnreachableError(
            f"no answer from the Hub at {endpoint} ({error}). Check the network, HF_ENDPOINT and "
            "HF_HUB_OFFLINE, then run the same command again."
        )
    if response is None:
        return PublishError(
            f"{subject}: the upload failed ({error}). Run the same command again: "
            "what has arrived is not sent twice."
        )
    wait = asked_wait(response)
    remedy = _remedy(response).format(wait="some minutes" if wait is None else duration(wait))
    said = (
        (isinstance(error, HfHubHTTPError) and error.server_message)
        or response.headers.get("X-Error-Message")
        or response.reason_phrase
    )
    return PublishError(f"{subject}: {remedy} (HTTP {response.status_code}: {said})")


def _remedy(response: httpx.Response) -> str:
    """What to do about an answer; it may hold a place for `wait`."""
    status, method = response.status_code, response.request.method
    if response.headers.get("X-Error-Code") == "GatedRepo":
        return _GATED
    if status == 401 and not get_token():
        return _ANONYMOUS
    if method == "PUT" and status < 500 and status != 429:
        return _UPLOAD
    if method in ("GET", "HEAD") and status == 403:
        return _READING
    refused = "the Hub refused it. Mend what it says, then run the same command again"
    return _REMEDIES.get(status, _SERVER if status >= 500 else refused)

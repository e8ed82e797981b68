"""What the Hub refuses, or does not answer, as an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from .errors import PublishError, UnreachableError
from .patience import GaveUpError, asked_wait, duration

_REMEDIES = {
    401: "the Hub does not know this token, or the repository is not there for it. "
    "Run `hf auth login` with a token that has write access",
    403: "this token may not write there. Choose a namespace that is yours, use a token with write "
    "access, or propose the change with --create-pr",
    404: "no such repository or revision on the Hub, or not visible with this token. Check the spelling",
    412: "someone committed to it while this push was being prepared, so nothing was overwritten. "
    "Look at the new state with --dry-run, then push again",
    429: "the Hub asks for fewer requests. Run the same command again in {wait}: "
    "what has arrived is not sent twice",
}
_SERVER = "the Hub failed to do it. Run the same command again: what has arrived is not sent twice"


@contextmanager
def explained(endpoint: str, repo_id: str) -> Iterator[None]:
    """Turn what the library raises into a PublishError."""
    try:
        yield
    except RuntimeError as error:  # how the library reports a failed upload
        raise _explain(endpoint, repo_id, error.__cause__ or error) from error
    except (httpx.HTTPError, GaveUpError, OfflineModeIsEnabled, LocalEntryNotFoundError) as error:
        raise _explain(endpoint, repo_id, error) from error


def _explain(endpoint: str, repo_id: str, error: BaseException) -> PublishError:
    if isinstance(error, PublishError):
        return error
    response = getattr(error, "response", None)
    if isinstance(error, (httpx.TransportError, OfflineModeIsEnabled, LocalEntryNotFoundError)) or (
        isinstance(error, GaveUpError) and response is None
    ):
        return UnreachableError(
            f"no answer from the Hub at {endpoint} ({error}). Check the network, HF_ENDPOINT and "
            "HF_HUB_OFFLINE, then run the same command again."
        )
    if response is None:
        return PublishError(
            f"{repo_id}: the upload failed ({error}). Run the same command again: "
            "what has arrived is not sent twice."
        )
    status = response.status_code
    wait = asked_wait(response)
    remedy = _REMEDIES.get(status, _SERVER if status >= 500 else "the Hub refused the request")
    remedy = remedy.format(wait="some minutes" if wait is None else duration(wait))
    said = (
        (isinstance(error, HfHubHTTPError) and error.server_message)
        or response.headers.get("X-Error-Message")
        or response.reason_phrase
    )
    return PublishError(f"{repo_id}: {remedy} (HTTP {status}: {said})")

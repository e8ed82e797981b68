"""A repository on the Hub, read at one commit; the only module of `cards` that talks to it.

Only what rules ask for is fetched: the list of files with sizes and hashes, the card, small JSON files,
the headers of weights, and graphs of moderate size.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import httpx
from huggingface_hub import HfApi, RepoFile, hf_hub_download, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

from ...errors import CardError
from .address import KINDS, Address, endpoint
from .card import Card
from .files import Files, RepoType
from .parts import HubCheck


class HubFiles(Files):
    """The files of a repository at one commit."""

    def __init__(self, repo_id: str, repo_type: RepoType, commit: str, listed: Mapping[str, RepoFile]):
        self.id = self.repo_id = repo_id
        self.repo_type, self.commit = repo_type, commit
        self._listed = listed

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        return {name: file.size for name, file in self._listed.items()}

    def sha256(self, name: str) -> str | None:
        lfs = self._listed[name].lfs
        return lfs.sha256 if lfs else None

    def part(self, name: str, start: int, length: int) -> bytes:
        address = hf_hub_url(
            self.id, name, repo_type=self.repo_type, revision=self.commit, endpoint=endpoint()
        )
        headers = build_hf_headers() | {"Range": f"bytes={start}-{start + length - 1}"}
        with _explained(self.id), get_session().stream("GET", address, headers=headers) as answer:
            if answer.status_code == 416:  # the file ends before `start`
                return b""
            hf_raise_for_status(answer)
            skipped = 0 if answer.status_code == 206 else start  # a server may send all of it
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) >= skipped + length:
                    break
        return content[skipped : skipped + length]

    def path(self, name: str) -> Path:
        with _explained(self.id):
            found = hf_hub_download(
                self.id, name, repo_type=self.repo_type, revision=self.commit, endpoint=endpoint()
            )
        return Path(found)


def open_repository(address: Address, revision: str | None) -> HubFiles:
    """The repository at a revision (a branch, tag or commit; None for its main branch).

    Raises:
        CardError: There is none, it is gated, or the Hub gives no answer.
    """
    api = HfApi(endpoint=endpoint(), library_name="clinstill")
    kinds = [address.repo_type] if address.repo_type else list(KINDS.values())
    wanted = revision or address.revision
    with _explained(address.repo_id):
        kind = next(
            (kind for kind in kinds[:-1] if api.repo_exists(address.repo_id, repo_type=kind)), kinds[-1]
        )
        commit = str(api.repo_info(address.repo_id, repo_type=kind, revision=wanted).sha)
        listed = api.list_repo_tree(address.repo_id, repo_type=kind, revision=commit, recursive=True)
        files = {file.path: file for file in listed if isinstance(file, RepoFile)}
    return HubFiles(address.repo_id, kind, commit, files)


def check_front_matter(card: Card) -> HubCheck | None:
    """What the Hub's own check says of a card; None where it gives no answer."""
    body = {"content": card.text, "repoType": card.repo_type}
    try:
        answer = get_session().post(
            f"{endpoint()}/api/validate-yaml", json=body, headers=build_hf_headers(), timeout=10
        )
        said = answer.json()
    except (httpx.HTTPError, OfflineModeIsEnabled, ValueError):
        return None
    if answer.status_code not in (200, 400) or not isinstance(said, dict) or "errors" not in said:
        return None
    return HubCheck(card, tuple(str(each.get("message")) for each in said["errors"]))


# The most special class first, and what a user can do about it.
_ADVICE: dict[type[Exception], str] = {
    GatedRepoError: "is gated. Accept its terms on its page, then run the same command with your token "
    "(HF_TOKEN, or `hf auth login`).",
    RepositoryNotFoundError: "neither a path here nor a repository on the Hub at {hub} that this token may "
    "see. Check the spelling; a private repository needs HF_TOKEN or `hf auth login`.",
    RevisionNotFoundError: "has no such revision. Give a branch, a tag or a full commit id.",
    HFValidationError: "no path here, and no repo id: {error}",
    HfHubHTTPError: "the Hub refused the request ({error}). Try again later.",
    Exception: "no such path here, and no answer from the Hub at {hub} ({error}). Check the network, "
    "HF_ENDPOINT and HF_HUB_OFFLINE; for a card on this machine give its path.",
}


@contextmanager
def _explained(repo_id: str) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, HFValidationError, OfflineModeIsEnabled, LocalEntryNotFoundError) as error:
        advice = next(advice for kind, advice in _ADVICE.items() if isinstance(error, kind))
        raise CardError(f"{repo_id}: {advice.format(hub=endpoint(), error=error)}") from error

"""Client of the Hugging Face Hub, on top of `huggingface_hub`: reads repositories and downloads files.

Every failure leaves here as a PublishError that says what to do. The endpoint is passed on explicitly,
because the library reads HF_ENDPOINT only once, when it is imported.
"""

import glob
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import (
    HfApi,
    RepoFile,
    constants,
    get_token,
    hf_hub_download,
    hf_hub_url,
    set_client_factory,
    snapshot_download,
    try_to_load_from_cache,
)
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status
from pydantic import ValidationError

from cards.render.card_map import MAP_FILE, CardMap

from ..errors import PublishError
from ..terminal import plain_progress, progress, shown_size
from .error_messages import explained
from .remote import ATTRIBUTES, MANIFEST, Kind, Remote, RemoteFile
from .retries import RetryBudget, RetryingClient

DEFAULT_ENDPOINT = "https://huggingface.co"
LARGE = 1_000_000  # bytes from which the transfer of a file is told


@dataclass(frozen=True)
class Pushed:
    """One repository after a push."""

    repo_id: str
    revision: str  # full commit id
    url: str
    made_commit: bool


class Hub:
    """The Hub at `HF_ENDPOINT`, with the token that huggingface_hub finds (HF_TOKEN or `hf auth login`)."""

    def __init__(self, budget: RetryBudget | None = None) -> None:
        self.endpoint = _endpoint()
        self.api = HfApi(endpoint=self.endpoint, library_name="clinstill")
        self.budget = budget or RetryBudget(say=progress)
        set_client_factory(lambda: RetryingClient(self.budget))
        if self.endpoint != DEFAULT_ENDPOINT and "HF_HUB_DISABLE_XET" not in os.environ:
            # With hf-xet installed the library no longer asks a server whether it has Xet storage;
            # mirrors and stand-ins often have not, while every Hub takes plain LFS.
            constants.HF_HUB_DISABLE_XET = True

    def require_token(self) -> None:
        """Raise PublishError where there is no token."""
        if not get_token():
            raise PublishError(
                "no Hugging Face token found. Make one with write access at "
                f"{self.endpoint}/settings/tokens, then run `hf auth login` or set HF_TOKEN."
            )

    def read(self, kind: Kind, repo_id: str, revision: str) -> Remote | None:
        """The repository at `revision`; None when it is not there (or may not be seen).

        A branch that does not exist yet would start from main, so main is read for it.
        """
        with self.explained(repo_id):
            try:
                info = self.api.repo_info(repo_id, repo_type=kind, revision=revision)
            except RevisionNotFoundError:
                info = self.api.repo_info(repo_id, repo_type=kind)
            except HfHubHTTPError as error:
                # Without a token, the Hub answers 401 for what is not there.
                anonymous = error.response.status_code == 401 and not get_token()
                if anonymous or isinstance(error, RepositoryNotFoundError):
                    return None
                raise
            head = _commit(repo_id, info.sha)
            _refuse_renamed(repo_id, info.id)
            files = self.files(kind, repo_id, head)
            remote = Remote(head, bool(info.private), files, self._reader(kind, repo_id, head))
            return replace(
                remote,
                manifest=_manifest(repo_id, remote),
                card_map=_card_map(remote),
                fresh=self._fresh(kind, repo_id, remote),
            )

    def find(self, kind: Kind, repo_id: str, revision: str | None) -> str:
        """The full commit id of a revision (None: of main). Raises PublishError where there is none."""
        with self.explained(repo_id):
            info = self.api.repo_info(repo_id, revision=revision, repo_type=kind)
        _refuse_renamed(repo_id, info.id)
        return _commit(repo_id, info.sha)

    def files(self, kind: Kind, repo_id: str, commit: str) -> dict[str, RemoteFile]:
        """Every file of a repository at a commit, by path."""
        with self.explained(repo_id):
            entries = self.api.list_repo_tree(repo_id, repo_type=kind, revision=commit, recursive=True)
            return {
                entry.path: RemoteFile(entry.blob_id, entry.lfs.sha256 if entry.lfs else None, entry.size)
                for entry in entries
                if isinstance(entry, RepoFile)
            }

    def read_pull(self, kind: Kind, repo_id: str, title: str) -> Remote | None:
        """The open pull request of that title that this token's owner made earlier, as it is now."""
        with self.explained(repo_id):
            found = self.api.get_repo_discussions(
                repo_id,
                repo_type=kind,
                author=self.api.whoami()["name"],
                discussion_type="pull_request",
                discussion_status="open",
            )
            numbers = [pull.num for pull in found if pull.title == title and pull.status == "open"]
        if not numbers:
            return None
        reference = f"refs/pr/{max(numbers)}"
        remote = self.read(kind, repo_id, reference)
        return remote and replace(remote, pull=reference, fresh=False)

    def commit_of(self, kind: Kind, repo_id: str, revision: str) -> str | None:
        """The full commit id of a branch or tag; None when there is no such revision."""
        with self.explained(repo_id):
            try:
                return self.api.repo_info(repo_id, repo_type=kind, revision=revision).sha
            except (RevisionNotFoundError, RepositoryNotFoundError):
                return None

    def download(self, kind: Kind, repo_id: str, commit: str, files: Mapping[str, int]) -> Path:
        """Download `files` (path -> bytes) into the library's cache, where they are not there yet.

        Returns:
            Their folder, in which others may lie that were downloaded before.
        """
        plain = plain_progress()
        with self.explained(repo_id):
            small = [glob.escape(path) for path, size in files.items() if size < LARGE]
            folder = snapshot_download(
                repo_id, repo_type=kind, revision=commit, allow_patterns=small, endpoint=self.endpoint
            )
            lacking = [
                path
                for path, size in files.items()
                if size >= LARGE
                # a path, None, or a mark for a file known to be missing
                and not isinstance(try_to_load_from_cache(repo_id, path, None, commit, kind), str)
            ]
            for number, path in enumerate(lacking, 1):
                if plain:
                    progress(f"  fetching {path}, {shown_size(files[path])} ({number} of {len(lacking)})")
                hf_hub_download(repo_id, path, repo_type=kind, revision=commit, endpoint=self.endpoint)
        return Path(folder)

    def validate_card(self, kind: Kind, repo_id: str, card: str) -> None:
        """Have the Hub check the card's front matter, so that it is refused before any upload."""
        with self.explained(repo_id):
            response = get_session().post(
                f"{self.endpoint}/api/validate-yaml",
                json={"content": card, "repoType": kind},
                headers=build_hf_headers(),
            )
            if response.status_code != 400:
                hf_raise_for_status(response)
                return
        problems = "\n".join(f"  {error.get('message')}" for error in response.json().get("errors", []))
        raise PublishError(f"{repo_id}: the Hub refuses the front matter of README.md:\n{problems}")

    def url(self, kind: Kind, repo_id: str) -> str:
        """The address of a repository's page."""
        return f"{self.endpoint}/{constants.REPO_TYPES_URL_PREFIXES.get(kind, '')}{repo_id}"

    def explained(self, subject: str) -> AbstractContextManager[None]:
        """A block in which errors of the library become PublishErrors about `subject`."""
        return explained(self.endpoint, subject)

    def _reader(self, kind: Kind, repo_id: str, revision: str) -> Callable[[str], bytes]:
        @cache
        def read(path: str) -> bytes:
            address = hf_hub_url(repo_id, path, repo_type=kind, revision=revision, endpoint=self.endpoint)
            with self.explained(repo_id):
                response = get_session().get(address, headers=build_hf_headers())
                hf_raise_for_status(response)
            return response.content

        return read

    def _fresh(self, kind: Kind, repo_id: str, remote: Remote) -> bool:
        """The Hub gives a new Space a card of its own, in its first and only commit."""
        if not set(remote.files) <= ({ATTRIBUTES, "README.md"} if kind == "space" else {ATTRIBUTES}):
            return False
        return len(self.api.list_repo_commits(repo_id, repo_type=kind, revision=remote.head)) == 1


def _endpoint() -> str:
    """HF_ENDPOINT, or the public Hub. Raises PublishError for what is no address, or holds a secret:
    addresses are printed, and stand in plans."""
    endpoint = (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
    address = urlsplit(endpoint)
    if address.username or address.password:
        raise PublishError(
            f"HF_ENDPOINT holds a user name or password for {address.hostname}. Take it out of the address; "
            "the token comes from `hf auth login` or HF_TOKEN."
        )
    if address.scheme not in ("http", "https") or not address.hostname:
        raise PublishError(f"HF_ENDPOINT is {endpoint!r}; write it as {DEFAULT_ENDPOINT}.")
    return endpoint


def _commit(repo_id: str, sha: str | None) -> str:
    if sha is None:
        raise PublishError(f"{repo_id}: the Hub names no commit of it. Run the same command again.")
    return sha


def _refuse_renamed(asked: str, found: str) -> None:
    """The Hub redirects an old name; cards, pins and results would name what may be another's one day."""
    if found != asked:
        raise PublishError(f"{asked}: is {found} on the Hub now. Run the command again with that id.")


def _manifest(repo_id: str, remote: Remote) -> dict[str, str]:
    text = remote.text(MANIFEST)
    try:
        return dict(json.loads(text)["files"]) if text else {}
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"{repo_id}: its {MANIFEST} is damaged ({error}), so it does not tell what an earlier push put "
            "there. Bring back the last version of that file on the Hub, or delete it; then push again."
        ) from error


def _card_map(remote: Remote) -> CardMap | None:
    try:
        return CardMap.model_validate_json(remote.text(MAP_FILE)) if MAP_FILE in remote.files else None
    except ValidationError:
        return None  # of another version: then every part that differs counts as edited

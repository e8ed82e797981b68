"""The Hub, through `huggingface_hub`: read a repository's state, make it, commit a plan.

Every failure leaves here as a PublishError that says what to do. The endpoint is passed on explicitly,
because the library reads HF_ENDPOINT only once, when it is imported.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    RepoFile,
    constants,
    get_token,
    hf_hub_url,
    snapshot_download,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status, validate_repo_id

from .errors import PublishError, UnreachableError
from .plan import ATTRIBUTES, Plan, Remote, RemoteFile
from .staging import MANIFEST, Kind, Staged

DEFAULT_ENDPOINT = "https://huggingface.co"


@dataclass(frozen=True)
class Pushed:
    """One repository after a push."""

    repo_id: str
    revision: str  # full commit id
    url: str
    made_commit: bool


class Hub:
    """The Hub at `HF_ENDPOINT`, with the token that huggingface_hub finds (HF_TOKEN or `hf auth login`)."""

    def __init__(self) -> None:
        self.endpoint = os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")
        self.api = HfApi(endpoint=self.endpoint, library_name="clinstill")
        if self.endpoint != DEFAULT_ENDPOINT and "HF_HUB_DISABLE_XET" not in os.environ:
            # With hf-xet installed the library no longer asks a server whether it has Xet storage;
            # mirrors and stand-ins often have not, while every Hub takes plain LFS.
            constants.HF_HUB_DISABLE_XET = True

    def require_token(self) -> None:
        if not get_token():
            raise PublishError(
                "no Hugging Face token found. Make one with write access at "
                f"{self.endpoint}/settings/tokens, then run `hf auth login` or set HF_TOKEN."
            )

    def read(self, kind: Kind, repo_id: str, revision: str) -> Remote | None:
        """The repository at `revision`; None when it is not there (or may not be seen).

        A branch that does not exist yet would start from main, so main is read for it.
        """
        with self._explained(repo_id):
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
            listed = self.api.list_repo_tree(repo_id, repo_type=kind, revision=info.sha, recursive=True)
            files = {
                f.path: RemoteFile(f.blob_id, f.lfs.sha256 if f.lfs else None)
                for f in listed
                if isinstance(f, RepoFile)
            }
            texts = {
                name: self._text(kind, repo_id, info.sha, name) if name in files else ""
                for name in ("README.md", ATTRIBUTES, MANIFEST)
            }
        return Remote(
            head=info.sha,
            private=bool(info.private),
            files=files,
            card=texts["README.md"],
            attributes=texts[ATTRIBUTES],
            pushed=frozenset(json.loads(texts[MANIFEST])["files"] if texts[MANIFEST] else ()),
        )

    def validate_card(self, staged: Staged) -> None:
        """Have the Hub check the card's front matter, so that it is refused before any upload."""
        with self._explained(staged.repo_id):
            response = get_session().post(
                f"{self.endpoint}/api/validate-yaml",
                json={"content": staged.card, "repoType": staged.kind},
                headers=build_hf_headers(),
            )
            if response.status_code != 400:
                hf_raise_for_status(response)
                return
        problems = "\n".join(f"  {error.get('message')}" for error in response.json().get("errors", []))
        raise PublishError(f"{staged.repo_id}: the Hub refuses the front matter of README.md:\n{problems}")

    def create(self, kind: Kind, repo_id: str, *, private: bool) -> None:
        with self._explained(repo_id):
            self.api.create_repo(
                repo_id,
                repo_type=kind,
                private=private or None,
                exist_ok=True,
                space_sdk="gradio" if kind == "space" else None,
            )

    def commit(self, staged: Staged, plan: Plan, *, revision: str, create_pr: bool) -> Pushed:
        """Make the plan's one commit on top of the very commit that the plan was compared with.

        Raises PublishError when someone else committed in between: nothing is overwritten unseen.
        """
        operations = [CommitOperationAdd(path, staged.files[path]) for path in plan.add + plan.update]
        operations += [CommitOperationDelete(path) for path in plan.delete]
        with self._explained(staged.repo_id):
            if revision != constants.DEFAULT_REVISION:
                self.api.create_branch(
                    staged.repo_id, branch=revision, repo_type=staged.kind, revision=plan.head, exist_ok=True
                )
            made = self.api.create_commit(
                staged.repo_id,
                operations,
                repo_type=staged.kind,
                commit_message=f"Push {staged.kind} with Clinstill",
                revision=revision,
                create_pr=create_pr,
                parent_commit=plan.head,
            )
        return Pushed(staged.repo_id, made.oid, made.pr_url or made.commit_url, made_commit=True)

    def download(self, repo_id: str, revision: str | None, *, kind: Kind = "model") -> tuple[Path, str]:
        """Fetch a repository whole. Returns its folder and full commit id."""
        with self._explained(repo_id):
            commit = self.api.repo_info(repo_id, revision=revision, repo_type=kind).sha
            where = {"repo_type": kind, "revision": commit, "endpoint": self.endpoint}
            return Path(snapshot_download(repo_id, **where)), commit

    def add_file(self, repo_id: str, path: str, content: Path, *, head: str, message: str) -> Pushed:
        """Put one file into a model repository, in a commit of its own on top of the commit `head`.

        Raises PublishError when `head` is no longer the last commit.
        """
        with self._explained(repo_id):
            made = self.api.create_commit(
                repo_id, [CommitOperationAdd(path, content)], commit_message=message, parent_commit=head
            )
        return Pushed(repo_id, made.oid, made.commit_url, made_commit=True)

    def url(self, kind: Kind, repo_id: str) -> str:
        return f"{self.endpoint}/{constants.REPO_TYPES_URL_PREFIXES.get(kind, '')}{repo_id}"

    def _text(self, kind: Kind, repo_id: str, revision: str, path: str) -> str:
        response = get_session().get(
            hf_hub_url(repo_id, path, repo_type=kind, revision=revision, endpoint=self.endpoint),
            headers=build_hf_headers(),
        )
        hf_raise_for_status(response)
        return response.text

    @contextmanager
    def _explained(self, repo_id: str) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:  # how the library reports a failed upload
            raise self._explain(repo_id, error.__cause__ or error) from error
        except (httpx.HTTPError, OfflineModeIsEnabled, LocalEntryNotFoundError) as error:
            raise self._explain(repo_id, error) from error

    def _explain(self, repo_id: str, error: BaseException) -> PublishError:
        if isinstance(error, (httpx.TransportError, OfflineModeIsEnabled, LocalEntryNotFoundError)):
            return UnreachableError(
                f"no answer from the Hub at {self.endpoint} ({error}). Check the network, HF_ENDPOINT and "
                "HF_HUB_OFFLINE, then run the same command again."
            )
        if not isinstance(error, HfHubHTTPError):
            return PublishError(
                f"{repo_id}: the upload failed ({error}). Run the same command again: "
                "what has arrived is not sent twice."
            )
        status = error.response.status_code
        said = (
            error.server_message
            or error.response.headers.get("X-Error-Message")
            or error.response.reason_phrase
        )
        return PublishError(
            f"{repo_id}: {_REMEDIES.get(status, 'the Hub refused the request')} (HTTP {status}: {said})"
        )


_REMEDIES = {
    401: "the Hub does not know this token, or the repository is not there for it. "
    "Run `hf auth login` with a token that has write access",
    403: "this token may not write there. Choose a namespace that is yours, use a token with write "
    "access, or propose the change with --create-pr",
    404: "no such repository or revision on the Hub, or not visible with this token. Check the spelling",
    412: "someone committed to it while this push was being prepared, so nothing was overwritten. "
    "Look at the new state with --dry-run, then push again",
    429: "the Hub asks for fewer requests. Wait some minutes, then run the same command again: "
    "what has arrived is not sent twice",
}


def check_repo_id(repo_id: str) -> str:
    """`repo_id` itself when it reads namespace/name as the Hub wants it; otherwise a PublishError."""
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        raise PublishError(f"not a repo id: {error}") from error
    if "/" not in repo_id:
        raise PublishError(
            f"not a repo id: {repo_id!r} lacks the namespace. Write it as NAME/{repo_id}, with your user or "
            "organisation name."
        )
    return repo_id

"""Writes to the Hub: repositories, uploads, one commit each, tags.

A commit is made on the very commit that it was planned against, or not at all. When its answer is lost, the
head tells whether it landed; it is never sent a second time unseen. What an upload has brought is not sent
again: before each attempt the Hub is asked which files it lacks.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import httpx
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, constants
from huggingface_hub.errors import HfHubHTTPError

from ..errors import PublishError
from ..hub.client import LARGE, Hub, Pushed
from ..hub.remote import Kind
from ..hub.retries import ATTEMPTS, GaveUpError
from ..terminal import plain_progress, progress, shown_size
from .diff import holds
from .plan import RepoPlan
from .staging import Staged

REGULAR = 10_000_000  # bytes up to which a file may be committed without LFS

Operation = CommitOperationAdd | CommitOperationCopy | CommitOperationDelete


def create(hub: Hub, kind: Kind, repo_id: str, *, private: bool) -> None:
    """Make a repository, unless it is there."""
    with hub.explained(repo_id):
        hub.api.create_repo(
            repo_id,
            repo_type=kind,
            private=private or None,
            exist_ok=True,
            space_sdk="gradio" if kind == "space" else None,
        )


def commit(hub: Hub, staged: Staged, plan: RepoPlan, *, title: str, description: str) -> Pushed:
    """Make the plan's one commit, on the commit that the plan was compared with.

    Raises:
        PublishError: Nothing was committed; or, with no answer at all, the message says how to find out.
    """
    local, repo_id = staged.files, staged.repo_id
    additions = [
        _addition(repo_id, local[change.path], change.path, change.sha256)
        for change in plan.changes
        if not change.stored
    ]
    operations: list[Operation] = [
        *additions,
        *(
            CommitOperationCopy(c.path, c.path, src_revision=staged.stored[c.path].revision)
            for c in plan.changes
            if c.stored
        ),
        *map(CommitOperationDelete, plan.delete),
    ]
    with hub.explained(repo_id):
        if plan.revision != constants.DEFAULT_REVISION and not plan.revision.startswith("refs/"):
            hub.api.create_branch(
                repo_id, branch=plan.revision, repo_type=staged.kind, revision=plan.parent, exist_ok=True
            )
        _upload(hub, staged, plan, additions)
        try:
            made = hub.api.create_commit(
                repo_id,
                operations,
                repo_type=staged.kind,
                commit_message=title,
                commit_description=description,
                revision=plan.revision,
                create_pr=plan.open_pull_request,
                parent_commit=plan.parent,
            )
        except (HfHubHTTPError, httpx.TransportError) as error:
            landed = _landed(hub, staged, plan, title) if may_have_landed(error) else None
            if landed is None:
                raise
            return landed
    return Pushed(repo_id, made.oid, made.pr_url or place(hub, staged, plan, made.oid), made_commit=True)


def place(hub: Hub, staged: Staged, plan: RepoPlan, commit: str | None = None) -> str:
    """Where a person looks at it: the pull request that is committed to, else the commit or repository."""
    address = hub.url(staged.kind, staged.repo_id)
    if plan.revision.startswith("refs/pr/"):
        return f"{address}/discussions/{plan.revision.removeprefix('refs/pr/')}"
    return f"{address}/commit/{commit}" if commit else address


def tag(hub: Hub, kind: Kind, repo_id: str, name: str, revision: str) -> str:
    """Set a tag. One that is there already stays where it is. Returns the commit that it names."""
    there = hub.commit_of(kind, repo_id, name)
    if there is None:
        with hub.explained(repo_id):
            hub.api.create_tag(repo_id, repo_type=kind, tag=name, revision=revision, exist_ok=True)
    return there or revision


def may_have_landed(error: HfHubHTTPError | httpx.TransportError) -> bool:
    """Whether a commit that failed with this may have been made all the same."""
    if isinstance(error, httpx.TransportError):
        return True
    status = error.response.status_code
    return status >= 500 or status == 412  # 412: something on the way sent it twice


def _addition(repo_id: str, local: Path, path: str, planned: str | None) -> CommitOperationAdd:
    """The file to add, read once where it is small. Raises PublishError when it is not what was planned."""
    if local.stat().st_size < REGULAR:
        content = local.read_bytes()
        addition, sha = CommitOperationAdd(path, content), hashlib.sha256(content).hexdigest()
    else:
        addition = CommitOperationAdd(path, local)
        sha = addition.upload_info.sha256.hex()
    if planned not in (None, sha):
        raise PublishError(
            f"{repo_id}: {path} changed while this push was running, so it was stopped before "
            "this repository's commit. Let whatever writes to the run finish, then push again."
        )
    return addition


def _upload(hub: Hub, staged: Staged, plan: RepoPlan, additions: Sequence[CommitOperationAdd]) -> None:
    large = [addition for addition in additions if addition.upload_info.size >= LARGE]
    plain = plain_progress()
    for number, addition in enumerate(large, 1):
        if plain:
            size = shown_size(addition.upload_info.size)
            progress(f"  sending {addition.path_in_repo}, {size} ({number} of {len(large)})")
        _send(hub, staged, plan, [addition])
    _send(hub, staged, plan, [addition for addition in additions if addition not in large])
    ignored = [addition.path_in_repo for addition in additions if addition._should_ignore]
    if ignored:
        raise PublishError(
            f"{staged.repo_id}: its .gitignore would leave out {', '.join(ignored)}, and the card would not "
            "be that of its files. Take those lines out of .gitignore on the Hub, then push again."
        )


def _send(hub: Hub, staged: Staged, plan: RepoPlan, additions: Sequence[CommitOperationAdd]) -> None:
    """Upload what the Hub lacks; after a failure, ask it again what that is."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if additions:
                hub.api.preupload_lfs_files(
                    staged.repo_id,
                    additions,
                    repo_type=staged.kind,
                    revision=plan.revision,
                    create_pr=plan.open_pull_request,
                    free_memory=False,
                )
            return
        except (RuntimeError, GaveUpError) as error:
            cause = error.__cause__ if isinstance(error, RuntimeError) else error
            if attempt == ATTEMPTS or not (isinstance(cause, GaveUpError) and cause.upload):
                raise
            hub.budget.wait(attempt, cause.response)


def _landed(hub: Hub, staged: Staged, plan: RepoPlan, title: str) -> Pushed | None:
    """The commit all the same, when the Hub made it but its answer was lost; None when it did not."""
    if plan.open_pull_request:
        now = hub.read_pull(staged.kind, staged.repo_id, title)
    else:
        now = hub.read(staged.kind, staged.repo_id, plan.revision)
    if now is None or now.head == plan.parent or not holds(staged, now, plan.delete):
        return None
    landed = plan.model_copy(update={"revision": now.pull}) if now.pull else plan
    return Pushed(staged.repo_id, now.head, place(hub, staged, landed, now.head), made_commit=True)

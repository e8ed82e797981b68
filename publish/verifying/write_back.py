"""`verify.py --write`: the result as a commit of its own in the verified repository."""

import httpx
from huggingface_hub import CommitOperationAdd
from huggingface_hub.errors import HfHubHTTPError
from pydantic import ValidationError

from ..errors import PublishError
from ..hub.client import Hub, Pushed
from ..pushing.commits import may_have_landed
from ..terminal import listed
from .report import FILE, Verification


def refuse_unwritable(repo_id: str, revision: str, hub: Hub) -> None:
    """Check beforehand that the result of verifying the commit `revision` can be committed.

    Raises:
        PublishError: There is no token, no right to write, or the commit does not hold what main does.
    """
    hub.require_token()
    _unchanged_head(repo_id, revision, hub)
    with hub.explained(
        repo_id
    ):  # the request that precedes a commit needs the same right, and changes nothing
        hub.api.preupload_lfs_files(repo_id, [CommitOperationAdd(FILE, b"")])


def write(verified: Verification, hub: Hub) -> Pushed:
    """Commit verification.json on top of the head of main, unless it says the same there already.

    Raises:
        PublishError: The head holds anything else than the verified commit does, earlier verifications left
            aside: the file would seem to speak of what it does not.
    """
    repo_id = verified.repo_id
    made = head = _unchanged_head(repo_id, verified.revision, hub)
    said = _said(verified, head, hub)
    if not said:
        made = _commit(hub, repo_id, verified, head)
    return Pushed(repo_id, made, f"{hub.url('model', repo_id)}/commit/{made}", made_commit=not said)


def _commit(hub: Hub, repo_id: str, verified: Verification, head: str) -> str:
    """Commit the result on top of `head`; a lost answer is looked up. Returns the commit."""
    addition = CommitOperationAdd(FILE, verified.content)
    title = f"Verify {verified.revision[:12]} with Clinstill"
    with hub.explained(repo_id):
        try:
            return hub.api.create_commit(repo_id, [addition], commit_message=title, parent_commit=head).oid
        except (HfHubHTTPError, httpx.TransportError) as error:
            now = hub.find("model", repo_id, None) if may_have_landed(error) else head
            there = hub.files("model", repo_id, now).get(FILE) if now != head else None
            if there is None or not there.same(verified.content):
                raise
            return now


def _unchanged_head(repo_id: str, revision: str, hub: Hub) -> str:
    """The head of main, which holds what the commit `revision` does. Raises PublishError otherwise."""
    head = hub.find("model", repo_id, "main")
    changed = _differences(repo_id, head, revision, hub)
    if changed:
        raise PublishError(
            f"{repo_id}: main is at {head} now, where {listed(changed)} differ from the verified commit "
            f"{revision}. Only what main holds can be written on: verify main (a pull request: once it is "
            "merged), or leave out --write; --report FILE keeps the result here."
        )
    return head


def _differences(repo_id: str, head: str, revision: str, hub: Hub) -> list[str]:
    """Files that differ between two commits, verifications left aside."""
    if head == revision:
        return []
    now, then = (set(hub.files("model", repo_id, commit).items()) for commit in (head, revision))
    return sorted({path for path, _ in now ^ then} - {FILE})


def _said(verified: Verification, head: str, hub: Hub) -> bool:
    """Whether the head has this result: the answer to an earlier commit of it may have been lost."""
    repo_id = verified.repo_id
    there = hub.files("model", repo_id, head).get(FILE)
    if there is None:
        return False
    folder = hub.download("model", repo_id, head, {FILE: there.size})
    try:
        earlier = Verification.model_validate_json((folder / FILE).read_bytes())
    except ValidationError:
        return False  # of another version, or a person's
    if not earlier.repeats(verified) or hub.commit_of("model", repo_id, earlier.revision) is None:
        return False
    return not _differences(repo_id, head, earlier.revision, hub)

"""`verify.py --write`: the result as a commit of its own in the verified repository."""

from pydantic import ValidationError

from ..errors import PublishError
from ..hub.client import Hub, Pushed
from ..hub.fetching import fetch
from ..pushing.commits import add_file, may_add
from ..terminal import listed
from .report import FILE, Verification


def refuse_unwritable(repo_id: str, revision: str, hub: Hub) -> None:
    """Raise PublishError where the result of verifying the commit `revision` could not be committed as things
    are: no token, no right to write, or a commit that does not hold what main does."""
    hub.require_token()
    _unchanged_head(repo_id, revision, hub)
    may_add(hub, repo_id, FILE)


def write(verified: Verification, hub: Hub) -> Pushed:
    """Commit verification.json on top of the head of main, unless it says the same there already.

    Raises PublishError when the head holds anything else than the verified commit does, earlier
    verifications left aside: the file would seem to speak of what it does not.
    """
    repo_id = verified.repo_id
    head = _unchanged_head(repo_id, verified.revision, hub)
    if _said(verified, head, hub):
        return Pushed(repo_id, head, f"{hub.url('model', repo_id)}/commit/{head}", made_commit=False)
    title = f"Verify {verified.revision[:12]} with Clinstill"
    return add_file(hub, repo_id, FILE, verified.content, head=head, title=title)


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
    folder = fetch(hub, "model", repo_id, head, {FILE: there.bytes})
    try:
        earlier = Verification.model_validate_json((folder / FILE).read_bytes())
    except ValidationError:
        return False  # of another version, or a person's
    if not earlier.repeats(verified) or hub.commit_of("model", repo_id, earlier.revision) is None:
        return False
    return not _differences(repo_id, head, earlier.revision, hub)

"""The content that a repository had at a tag, staged to be pushed again.

Only files that pushes manage are restored: those that the manifest at the tag lists. What people added
or wrote on the card since then stays. Files in LFS are not fetched: the repository holds them.
"""

import json
from pathlib import Path

from ..errors import PublishError
from ..hub.client import Hub
from ..hub.remote import MANIFEST, Kind
from .plan import Pin
from .staging import MODELS, Staged, Stored, replace


def stage_restored(hub: Hub, kind: Kind, repo_id: str, tag: str, into: Path) -> Staged:
    """Stage what pushes had put there at `tag` into the empty folder `into`. Raises PublishError where there
    is no such tag, or no push before it."""
    into.mkdir(parents=True)
    commit = hub.commit_of(kind, repo_id, tag)
    then = hub.read(kind, repo_id, commit) if commit else None
    if then is None:
        raise PublishError(
            f"{repo_id}: no tag {tag!r} there, or not visible with this token. A push states its tag; the "
            f"Hub lists them at {hub.url(kind, repo_id)}/tree/main."
        )
    if not then.manifest:
        raise PublishError(
            f"{repo_id}: nothing was pushed there before the tag {tag!r}: it has no {MANIFEST}."
        )
    stored = {}
    for path in (*then.manifest, MANIFEST):
        there = then.files.get(path)
        if there is None:
            continue  # people had removed it by then
        if there.sha256:
            stored[path] = Stored(there.sha256, there.bytes, then.head)
        else:
            replace(into, path, then.read(path))
    return Staged(kind, repo_id, into, stored)


def pins(space: Staged) -> dict[str, Pin]:
    """The models that the restored Space shows: commits that its models still have."""
    entries = json.loads((space.folder / MODELS).read_bytes())
    return {name: Pin(repo_id=entry["repo"], revision=entry["revision"]) for name, entry in entries.items()}

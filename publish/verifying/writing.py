"""`verify.py --write`: the result as a commit of its own in the verified repository."""

import tempfile
from pathlib import Path

from ..errors import PublishError
from ..hub import Hub, Pushed
from .record import FILE, Verification


def write(verified: Verification, hub: Hub) -> Pushed:
    """Commit verification.json on top of the head of main.

    Raises PublishError when the head holds anything else than the verified commit does, earlier
    verifications left aside: the file would seem to speak of what it does not.
    """
    hub.require_token()
    head = hub.read("model", verified.repo_id, "main")
    then = hub.read("model", verified.repo_id, verified.revision)
    if head is None or then is None:
        raise PublishError(f"{verified.repo_id}: this token may not see it. Use a token with access to it.")
    changed = {path for path, _ in set(head.files.items()) ^ set(then.files.items())} - {FILE}
    if changed:
        raise PublishError(
            f"{verified.repo_id}: main is at {head.head} now, where {', '.join(sorted(changed))} differ from "
            f"the verified commit {verified.revision}. Verify the new state, then write that."
        )
    with tempfile.TemporaryDirectory(prefix="clinstill-verify-") as folder:
        path = Path(folder, FILE)
        verified.write(path)
        message = f"Verify {verified.revision[:12]} with Clinstill"
        return hub.add_file(verified.repo_id, FILE, path, head=head.head, message=message)

"""Descriptions of a push's pull requests, also when a later push updates them."""

from huggingface_hub import DiscussionComment

from ..hub.client import Hub, Pushed
from .plan import RepoPlan

PULLS = "refs/pr/"
_MERGE_FIRST = "Merge first: "


def merge_first(before: list[Pushed]) -> str:
    """What has to be merged before a Space's pull request, which names the commits of the others; "" where
    nothing has."""
    named = ", ".join(
        f"{made.url} (commit {made.revision})" for made in before if "/discussions/" in made.url
    )
    return f"{_MERGE_FIRST}{named}. models.json of this Space names those commits." if named else ""


def keep_described(hub: Hub, plan: RepoPlan, said: str) -> None:
    """Have the description of the pull request that `plan` updates say what `merge_first` says now. What else
    stands there stays; one that says it already is not edited."""
    with hub.explained(plan.repo_id):
        number = int(plan.revision.removeprefix(PULLS))
        told = hub.api.get_discussion_details(plan.repo_id, number, repo_type=plan.kind)
        first = next((event for event in told.events if isinstance(event, DiscussionComment)), None)
        if first is None:
            hub.api.comment_discussion(plan.repo_id, number, said, repo_type=plan.kind)
            return
        lines = [said if line.startswith(_MERGE_FIRST) else line for line in first.content.splitlines()]
        text = "\n".join(lines if said in lines else [*lines, said])
        if text != first.content:
            hub.api.edit_discussion_comment(plan.repo_id, number, first.id, text, repo_type=plan.kind)

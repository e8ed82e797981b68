"""The actions of `push.py`: push, plan, apply a plan, dry run.

One commit per repository: models (a teacher before its student), data sets, the Space last, since it names
their revisions; tags once all of that is done. Killed anywhere, a push leaves every repository as it was or
with the whole of its commit, and the next run goes on.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.pushing.collection import Collection

from ..errors import PublishError
from ..hub.client import Hub, Pushed
from ..hub.remote import Remote
from .browser_runtime import ensure_runtime
from .commits import commit, create, place, tag
from .plan import Pin, Plan, differences, idle_overwrites, refuse_conflicts, show, summary
from .prepare import Item, Prepared, pin_space, prepare, title
from .pull_requests import PULLS, keep_described, merge_first
from .request import Request
from .staging import SHOWN, SPACE, seal

Say = Callable[[str], None]  # one line, or several, for the person at the terminal


def push(request: Request, hub: Hub, say: Say) -> list[Pushed]:
    """Plan and apply in one go. A repository without change gets no commit."""
    hub.require_token()
    with _prepared(request, hub, say, fetch=True) as prepared:
        return apply(prepared, hub, say)


def write_plan(request: Request, hub: Hub, say: Say, file: Path, *, diff: bool) -> Plan:
    """Write the plan to `file` and show it; nothing is sent. `diff`: with what changes on the cards."""
    with _prepared(request, hub, say, fetch=True) as prepared:
        _show_all(prepared, say, diff=diff)
        prepared.plan.write(file)
    say(f"The plan is in {file}; nothing was sent. Apply it with `push.py --apply {file}`.")
    return prepared.plan


def apply_plan(planned: Plan, hub: Hub, say: Say) -> list[Pushed]:
    """Do what a plan says; what an earlier, interrupted application has done is left as it is.

    Raises:
        PublishError: Before anything is sent, when local files or the Hub are no longer what the plan was
            made from.
    """
    hub.require_token()
    if planned.endpoint != hub.endpoint:
        raise PublishError(
            f"the plan is for the Hub at {planned.endpoint}, and HF_ENDPOINT names {hub.endpoint}."
        )
    refuse_conflicts(planned.repos)
    with _prepared(planned.request, hub, say, fetch=False) as prepared:
        found = differences(planned, prepared.plan)
        if found:
            lines = "\n".join(f"  {line}" for line in found)
            raise PublishError(
                f"the plan is out of date, so nothing was sent:\n{lines}\nMake it anew with --plan."
            )
        return apply(prepared, hub, say)


def dry_run(request: Request, hub: Hub, say: Say, *, diff: bool) -> Plan:
    """Show what `push` would do. Without an answer from the Hub everything counts as new."""
    with _prepared(request, hub, say, fetch=False, offline_ok=True) as prepared:
        _show_all(prepared, say, diff=diff)
    say("Dry run: nothing was sent." + ("" if diff else " --diff shows what changes on the cards."))
    return prepared.plan


def apply(prepared: Prepared, hub: Hub, say: Say) -> list[Pushed]:
    """Send what was prepared. Raises PublishError before anything is sent where there are conflicts."""
    plan, items = prepared.plan, prepared.items
    if idle := idle_overwrites(plan):
        say(idle)
    refuse_conflicts(plan.repos)
    for item in items:
        if not item.plan.empty:
            hub.validate_card(item.staged.kind, item.staged.repo_id, item.staged.card)
    done: list[Pushed] = []
    for item in items:
        if item.staged.kind == "space" and not plan.request.restore:
            made = {other.name: pushed.revision for other, pushed in zip(items, done, strict=False)}
            revisions = {name: item.plan.pins[name].revision or made[name] for name in SHOWN}
            pin_space(item.staged, items, revisions)
            seal(item.staged)
            repos = plan.request.targets.models
            pins = {name: Pin(repo_id=repos[name], revision=revisions[name]) for name in SHOWN}
            item.plan = item.compared(item.remote, plan.request.settings, pins)
        done.append(_push_one(item, plan, done, hub, say))
    if plan.tag:
        _tag_all(plan.tag, items, done, hub, say)
    if plan.collection:
        _collect(hub, plan.collection, items[0].staged.repo_id.split("/")[0], plan, say)
    return done


def _push_one(item: Item, plan: Plan, before: list[Pushed], hub: Hub, say: Say) -> Pushed:
    staged, settings = item.staged, plan.request.settings
    if item.plan.create:
        create(hub, staged.kind, staged.repo_id, private=settings.private)
        item.plan = item.compared(_just_made(item, hub), settings, dict(item.plan.pins))
        refuse_conflicts([item.plan])
    say(show(item.plan, diff=False))
    description = merge_first(before) if staged.kind == "space" else ""
    if item.plan.empty and item.plan.parent:
        say(f"  unchanged at {item.plan.parent}")
        made = Pushed(staged.repo_id, item.plan.parent, place(hub, staged, item.plan), made_commit=False)
    else:
        made = commit(hub, staged, item.plan, title=title(staged.kind, plan.request), description=description)
        say(f"  committed {made.revision}\n  {made.url}")
    if description:
        say(f"  {description}")
        if item.plan.revision.startswith(PULLS):
            keep_described(hub, item.plan, description)
    return made


def _just_made(item: Item, hub: Hub) -> Remote:
    remote = hub.read(item.staged.kind, item.staged.repo_id, "main")
    if remote is None:
        raise PublishError(
            f"{item.staged.repo_id}: exists on the Hub, but this token may not see it. "
            "Use a token with access to it."
        )
    return remote


def _tag_all(name: str, items: list[Item], done: list[Pushed], hub: Hub, say: Say) -> None:
    for item, made in zip(items, done, strict=True):
        at = tag(hub, item.staged.kind, made.repo_id, name, made.revision)
        if at != made.revision:
            say(f"{made.repo_id}: the tag {name} stays at {at}, which held the same files of ours")
    say(f"tagged {name}; `push.py --restore {name}` with the same ids brings this state back")


def _collect(hub: Hub, wanted: Collection, namespace: str, plan: Plan, say: Say) -> None:
    """Make the collection in `namespace`, or add what one of the same title lacks. What people put there
    or wrote about it stays."""
    with hub.explained(f"the collection {wanted.title!r}"):
        made = hub.api.create_collection(
            wanted.title,
            namespace=namespace,
            description=wanted.description,
            private=plan.request.settings.private,
            exists_ok=True,
        )
        there = {(item.item_type, item.item_id) for item in made.items}
        missing = [item for item in wanted.items if (item.type, item.id) not in there]
        for item in missing:
            hub.api.add_collection_item(made.slug, item.id, item.type, note=item.note, exists_ok=True)
    say(f"collection {hub.endpoint}/collections/{made.slug}: {len(missing)} added, {len(there)} were there")


def _show_all(prepared: Prepared, say: Say, *, diff: bool) -> None:
    plan = prepared.plan
    for repo in plan.repos:
        say(show(repo, diff=diff, seen=not prepared.note) + "\n")
    if not prepared.note and (idle := idle_overwrites(plan)):
        say(idle)
    if plan.tag:
        say(f"once all is pushed, tag {plan.tag}")
    if prepared.note:
        say(prepared.note)
    say(summary(plan))


@contextmanager
def _prepared(
    request: Request, hub: Hub, say: Say, *, fetch: bool, offline_ok: bool = False
) -> Iterator[Prepared]:
    """Everything staged in a temporary folder, and compared."""
    if request.targets.space and not request.restore:
        ensure_runtime(SPACE / "private", say, fetch=fetch)
    with tempfile.TemporaryDirectory(prefix="clinstill-push-") as temporary:
        yield prepare(request, hub, Path(temporary), offline_ok=offline_ok)

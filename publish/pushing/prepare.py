"""Makes a plan of a request: stages everything, reads the Hub, keeps what people wrote, compares."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import get_token

from publish.pushing.collection import Collection, collection

from ..errors import PublishError, UnreachableError
from ..hub.client import Hub
from ..hub.remote import MANIFEST, Kind, Remote
from .card_merge import keep_peoples_text
from .diff import compare, holds
from .finished_run import read_run
from .plan import Conflict, Pin, Plan, RepoPlan
from .request import Request, Settings
from .staging import MODELS, SHOWN, Staged, pin, seal, stage_dataset, stage_model, stage_space, stage_tagged

PENDING = "0" * 40  # stands for a commit that is not made yet, so that sizes are right


@dataclass
class Item:
    """One repository of a push, from staging to its commit."""

    name: str  # of the model or data set; "" for the Space
    staged: Staged
    remote: Remote | None
    card: list[Conflict] | None  # what merging the card came to
    plan: RepoPlan

    def compared(self, remote: Remote | None, settings: Settings, pins: dict[str, Pin]) -> RepoPlan:
        return compare(self.staged, remote, settings, card=self.card, pins=pins)


@dataclass
class Prepared:
    plan: Plan
    items: list[Item]  # in the plan's order
    note: str = ""  # what could not be compared, and why


def prepare(request: Request, hub: Hub, folder: Path, *, offline_ok: bool = False) -> Prepared:
    """Stage a push and compare it with the Hub; nothing is sent.

    Args:
        request: What was asked for.
        hub: Where to.
        folder: An empty folder for what is staged.
        offline_ok: Count every file as new where the Hub is out of reach.

    Raises:
        PublishError: Something cannot be pushed as asked, or the Hub refuses to be read.
        CardError: Ledger or card cannot be made sense of.
    """
    staged = stage(request, hub, folder)
    remotes, note = _remotes(request, hub, list(staged.values()), offline_ok=offline_ok)
    if request.settings.private:
        _refuse_public(hub, staged.values(), remotes)
    items: list[Item] = []
    for (name, one), remote in zip(staged.items(), remotes, strict=True):
        items.append(_item(name, one, remote, request, items, hub))
    _refuse_taken_tag(request, hub, items)
    plan = Plan(
        endpoint=hub.endpoint,
        request=request,
        repos=tuple(item.plan for item in items),
        tag=_tag(request, items),
        collection=_collection(request),
    )
    return Prepared(plan, items, note)


def stage(request: Request, hub: Hub, folder: Path) -> dict[str, Staged]:
    """Name of each model and data set, "" for the Space -> its staged content, in the order of pushing."""
    targets, repos = request.targets, request.targets.repos
    wanted: list[tuple[str, Kind, str]] = [(name, "model", repo) for name, repo in targets.models.items()]
    wanted += [(name, "dataset", repo) for name, repo in targets.datasets.items()]
    wanted += [("", "space", targets.space)] if targets.space else []
    templates = Path(request.settings.templates) if request.settings.templates else None
    staged = {}
    for name, kind, repo in wanted:
        into = folder / f"{kind}s" / (name or "space")
        if request.restore:
            staged[name] = stage_tagged(hub, kind, repo, request.restore, into)
        elif kind == "model":
            staged[name] = stage_model(request.run_folder / "models" / name, repos, into, templates)
        elif kind == "dataset":
            staged[name] = stage_dataset(request.run_folder / "datasets" / name, repos, into, templates)
        else:
            staged[name] = stage_space(repo, request.run_folder / "models" / SHOWN[0], repos, into)
    return staged


def title(kind: Kind, request: Request) -> str:
    """Of the commit, and of the pull request, by which a later run knows its own."""
    return f"Restore {request.restore} with Clinstill" if request.restore else f"Push {kind} with Clinstill"


def pin_space(space: Staged, items: Iterable[Item], revisions: dict[str, str]) -> None:
    """Write the revisions of the models into the staged Space."""
    pin(space, {item.name: item.staged for item in items if item.staged.kind == "model"}, revisions)


def _item(
    name: str, staged: Staged, remote: Remote | None, request: Request, before: list[Item], hub: Hub
) -> Item:
    pins: dict[str, Pin] = {}
    if staged.kind == "space" and request.restore:  # commits that its models still have
        entries = json.loads((staged.folder / MODELS).read_bytes())
        pins = {
            name: Pin(repo_id=entry["repo"], revision=entry["revision"]) for name, entry in entries.items()
        }
    elif staged.kind == "space":
        known = {item.name: _shown(item, remote, hub) for item in before if item.staged.kind == "model"}
        pins = {name: Pin(repo_id=request.targets.models[name], revision=known[name]) for name in SHOWN}
        pin_space(staged, before, {name: known[name] or PENDING for name in SHOWN})
    card = keep_peoples_text(staged, remote)
    seal(staged)
    return Item(name, staged, remote, card, compare(staged, remote, request.settings, card=card, pins=pins))


def _shown(model: Item, space: Remote | None, hub: Hub) -> str | None:
    """The commit of a model that the Space is to show; None: the one that the push makes.

    The commit that it shows already stays where it holds the same files of ours as the head: a commit of
    people on top, or of `verify.py --write`, makes no new Space.
    """
    if not model.plan.empty:
        return None
    shown = space and _pinned(space, model)
    if shown and shown != model.plan.parent:
        then = hub.read("model", model.staged.repo_id, shown)
        if then and then.head == shown and holds(model.staged, then, ()):
            return shown
    return model.plan.parent


def _pinned(space: Remote, model: Item) -> str | None:
    try:
        entry = json.loads(space.text(MODELS) or "{}")[model.name]
        return str(entry["revision"]) if entry["repo"] == model.staged.repo_id else None
    except (ValueError, KeyError, TypeError):
        return None  # shows another, or people wrote in it


def _remotes(
    request: Request, hub: Hub, staged: Sequence[Staged], *, offline_ok: bool
) -> tuple[list[Remote | None], str]:
    """What is on the Hub, and what to say of it where that was not to be seen."""
    try:
        found = [_remote(request, hub, one) for one in staged]
    except UnreachableError as error:
        if not offline_ok:
            raise
        return [None] * len(staged), f"The remote was not compared, so every file counts as new: {error}"
    absent = [one.repo_id for one, there in zip(staged, found, strict=True) if there is None]
    if not absent or get_token():
        return found, ""
    # Without a token the Hub answers alike for what is private and for what is not there.
    return found, (
        f"The Hub shows nothing at {', '.join(absent)} without a token: it may exist there all the same, "
        "private, and then was not compared. Run `hf auth login`, or set HF_TOKEN, and look again."
    )


def _remote(request: Request, hub: Hub, staged: Staged) -> Remote | None:
    remote = hub.read(staged.kind, staged.repo_id, request.settings.revision)
    if remote and request.settings.create_pr:
        return hub.read_pull(staged.kind, staged.repo_id, title(staged.kind, request)) or remote
    return remote


def _refuse_public(hub: Hub, staged: Iterable[Staged], remotes: Iterable[Remote | None]) -> None:
    for one, remote in zip(staged, remotes, strict=True):
        if remote and not remote.private:
            raise PublishError(
                f"{one.repo_id}: is public, and --private does not change that. Make it private at "
                f"{hub.url(one.kind, one.repo_id)}/settings, or push without --private."
            )


def _tag(request: Request, items: Iterable[Item]) -> str | None:
    """The tag asked for, or one that the content decides: the day of the newest claim and a hash. None for
    pull requests, which are not merged yet, and for a restoration."""
    if request.settings.create_pr or request.restore:
        return None
    if request.settings.tag:
        return request.settings.tag
    content = [
        [item.staged.repo_id, path, sha]
        for item in items
        for path, sha in item.staged.hashes.items()
        if path not in (MODELS, MANIFEST)  # made later
    ]
    newest = max((claim.date for claim in read_run(request.run_folder).claims), default=None)
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:10]
    return f"push-{newest.isoformat()}-{digest}" if newest else f"push-{digest}"


def _collection(request: Request) -> Collection | None:
    if not request.settings.collection or request.restore:
        return None
    targets = request.targets
    return collection(read_run(request.run_folder), targets.models | targets.datasets, targets.space)


def _refuse_taken_tag(request: Request, hub: Hub, items: Iterable[Item]) -> None:
    tag = request.settings.tag
    for item in items:
        if tag is None or item.remote is None:
            continue
        there = hub.commit_of(item.staged.kind, item.staged.repo_id, tag)
        if there and (there != item.plan.parent or not item.plan.empty):
            raise PublishError(
                f"{item.staged.repo_id}: has a tag {tag!r} already, at {there}. Tags do not "
                "move: choose another --tag."
            )

"""The plan of a push: what each repository gets, in which order, as JSON and as text for a terminal."""

import fnmatch
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from cards.render import CARD_FILE
from publish.pushing.collection import Collection

from ..errors import PublishError
from ..hub.remote import Kind
from ..terminal import redact, shown_size
from .request import Request, Strict

Action = Literal["add", "update", "same"]


class Change(Strict):
    """One file of a repository after the push."""

    path: str
    action: Action
    bytes: int
    sha256: str | None  # None: it names commits that this plan makes
    stored: bool = False  # the Hub holds it already, nothing is uploaded


class Conflict(Strict):
    """What people changed and this push would undo."""

    name: str  # a path, or a part of the card: what --overwrite takes
    found: str


class Pin(Strict):
    """A model that the Space shows."""

    repo_id: str
    revision: str | None  # full commit id; None: the commit that this plan makes there


class RepoPlan(Strict):
    """The one commit that a repository gets."""

    kind: Kind
    repo_id: str
    create: bool  # the repository is not there yet
    private: bool  # what it is, or is made as
    revision: str  # branch, or pull request, that is compared with and committed to
    open_pull_request: bool  # commit as a new pull request against `revision`
    parent: str | None  # full id of the commit compared with; the commit is made on it or not at all
    files: tuple[Change, ...]
    delete: tuple[str, ...]  # of the last push's manifest only
    keep: tuple[str, ...]  # put there by others: left alone
    conflicts: tuple[Conflict, ...]
    given_up: tuple[str, ...] = ()  # conflicts that --overwrite names: people's changes that will be lost
    pins: dict[str, Pin] = Field(default_factory=dict)
    card_diff: str

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.files if change.action != "same")

    @property
    def empty(self) -> bool:
        return not (self.changes or self.delete)


class Plan(Strict):
    schema_version: Literal[1] = 1
    endpoint: str
    request: Request
    repos: tuple[RepoPlan, ...]  # in the order in which they are pushed
    tag: str | None  # set on every repository once all are pushed
    collection: Collection | None = None  # made or completed last of all

    @property
    def conflicts(self) -> bool:
        return any(repo.conflicts for repo in self.repos)

    def write(self, path: Path) -> None:
        """Raises PublishError where `path` cannot be written."""
        try:
            path.write_text(redact(self.model_dump_json(indent=1)) + "\n", encoding="utf-8")
        except OSError as error:
            raise PublishError(f"--plan {path}: cannot be written ({error.strerror}).") from error


def read_plan(path: Path) -> Plan:
    """Read a plan that `--plan` wrote. Raises PublishError when it is none."""
    try:
        return Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PublishError(
            f"{path}: cannot be read ({error.strerror}). `push.py RUN --repo-id ... --plan {path}` writes it."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PublishError(
            f"{path}: not a plan of this version ({place and place + ': '}{first['msg']}). "
            "Write it anew with --plan."
        ) from error


def show(plan: RepoPlan, *, diff: bool, seen: bool = True) -> str:
    """One repository's plan for a terminal: a line a file, totals, conflicts, the card's diff if wanted.
    `seen`: whether the Hub would have shown it, were it there."""
    absent = "every file is new" if seen else "not seen on the Hub, so every file counts as new"
    against = absent if plan.create else f"compared with {(plan.parent or '')[:12]}"
    lines = [f"{plan.kind} {plan.repo_id} ({against})"]
    for change in plan.changes:
        size = "on the Hub" if change.stored else shown_size(change.bytes)
        lines.append(f"  {change.action:<7}{change.path:<36}{size:>10}")
    lines += [f"  delete {path}" for path in plan.delete] + [f"  keep   {path}" for path in plan.keep]
    lines += [
        f"  pins   {name} to {pin.repo_id} at {pin.revision or 'the commit that the push makes'}"
        for name, pin in plan.pins.items()
    ]
    lines.append(f"  {_counts(plan)}")
    lines += [f"  gives up what people changed: {name}" for name in plan.given_up]
    for conflict in plan.conflicts:
        lines += [f"  CONFLICT {conflict.name}: " + conflict.found.replace("\n", "\n  ")]
    if diff and plan.card_diff:
        lines += ["", plan.card_diff]
    return "\n".join(lines)


def summary(plan: Plan) -> str:
    """The whole plan for a terminal, a line a repository."""
    lines = ["In all:"]
    for repo in plan.repos:
        conflicts = f", {len(repo.conflicts)} CONFLICTS" if repo.conflicts else ""
        lines.append(f"  {repo.kind:<8}{repo.repo_id}: {_counts(repo)}{conflicts}")
    return "\n".join(lines)


def _counts(plan: RepoPlan) -> str:
    if plan.empty:
        return "no change"
    adds = sum(change.action == "add" for change in plan.changes)
    sent = sum(change.bytes for change in plan.changes if not change.stored)
    updates, deletes = len(plan.changes) - adds, len(plan.delete)
    return f"{adds} to add, {updates} to update, {deletes} to delete, {shown_size(sent)} to send"


def chosen(name: str, overwrite: Iterable[str]) -> bool:
    """Whether a pattern of --overwrite names this conflict."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in overwrite)


def idle_overwrites(plan: Plan) -> str:
    """What to say of patterns of --overwrite that give up nothing; "" where each does."""
    given_up = [name for repo in plan.repos for name in repo.given_up]
    patterns = plan.request.settings.overwrite
    idle = [pattern for pattern in patterns if not any(chosen(name, [pattern]) for name in given_up)]
    if not idle:
        return ""
    left = list(dict.fromkeys(conflict.name for repo in plan.repos for conflict in repo.conflicts))
    there = f"the conflicts left are {', '.join(left)}" if left else "no conflict is left"
    return "\n".join(
        f"--overwrite {pattern}: matches no conflict, so it changes nothing; {there}" for pattern in idle
    )


def refuse_conflicts(repos: Iterable[RepoPlan]) -> None:
    """Raise PublishError naming every conflict and how to go on."""
    found = [(repo.repo_id, conflict) for repo in repos for conflict in repo.conflicts]
    if not found:
        return
    told = "\n".join(
        f"{repo_id}: {conflict.name}: {conflict.found}".replace("\n", "\n  ") for repo_id, conflict in found
    )
    names = " ".join(f"--overwrite {name}" for name in dict.fromkeys(conflict.name for _, conflict in found))
    raise PublishError(
        f"{len(found)} conflict(s), so nothing was sent:\n{told}\nTake what people wrote into the run or the "
        f"templates, or move it out of our parts on the Hub; or give it up with {names}"
    )


def differences(planned: Plan, now: Plan) -> list[str]:
    """Why applying `planned` would not do what it says, given the plan made `now` for the same request.

    A repository that already holds what was planned is no difference: the plan was begun before.
    """
    if [(repo.kind, repo.repo_id) for repo in planned.repos] != [(r.kind, r.repo_id) for r in now.repos]:
        return ["its repositories, or their order, are not those of its request: it was edited"]
    found = []
    for then, today in zip(planned.repos, now.repos, strict=True):
        name = then.repo_id
        hashes = {change.path: change.sha256 for change in today.files}
        changed = [c.path for c in then.files if c.sha256 and hashes.get(c.path) not in (c.sha256, None)]
        changed += sorted({c.path for c in then.files} ^ set(hashes))
        found += [f"{name}: {path} is not the file that was planned" for path in changed]
        if today.empty or changed:
            continue
        # A new Space has a card of the Hub's own; one of people's would have changed the hash of ours.
        made = then.create and not today.keep
        made = made and all(c.action == "add" or c.path == CARD_FILE for c in today.changes)
        if today.parent != then.parent and not made:
            found.append(f"{name}: its head was {then.parent or 'not there'}, and is {today.parent} now")
        elif (today.revision, today.open_pull_request) != (then.revision, then.open_pull_request):
            found.append(f"{name}: would be committed to {_target(today)}, not to {_target(then)}")
        elif set(today.delete) != set(then.delete):
            found.append(f"{name}: other files would be deleted: {', '.join(today.delete) or 'none'}")
        elif today.private != then.private:
            found.append(f"{name}: is {'private' if today.private else 'public'} now")
    if planned.tag != now.tag:
        found.append(f"the tag is {planned.tag} there, and would be {now.tag}")
    if planned.collection != now.collection:
        found.append("the collection is not that of its request")
    return found


def _target(plan: RepoPlan) -> str:
    return f"a pull request against {plan.revision}" if plan.open_pull_request else plan.revision

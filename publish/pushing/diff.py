"""Compares staged files with a repository on the Hub: what a commit has to change, what stands in its way.

Pure but for reading the remote files that people may have changed.
"""

import difflib
import fnmatch
from collections.abc import Iterable, Mapping
from pathlib import Path

from cards.render import CARD_FILE

from ..errors import PublishError
from ..hub.remote import ATTRIBUTES, MANIFEST, Remote
from .plan import Action, Change, Conflict, Pin, RepoPlan, chosen
from .request import Settings
from .staging import MODELS, Staged

SHOWN_LINES = 24  # of a text file's difference
SHOWN_BYTES = 100_000  # of the largest file whose difference is shown

TAKEN_AWAY = "people deleted it since the last push, and this push would put it back"
RUNTIME_LOST = (
    "the private page on the Hub runs with this file, and it is not here: push where npm can fetch it"
)


def compare(
    staged: Staged,
    remote: Remote | None,
    settings: Settings,
    *,
    card: list[Conflict] | None = None,
    pins: Mapping[str, Pin] | None = None,
) -> RepoPlan:
    """Plan the commit that makes the remote hold the staged files.

    Only files that an earlier push put there are deleted: what people added stays. A file of theirs, or one
    that they changed since the last push, is a conflict where this push would replace or delete it; one of
    ours that they deleted, where it would come back.

    Args:
        staged: What the repository is to hold.
        remote: The repository as it is; None where there is none.
        settings: How to write to it.
        card: What merging the card came to; None where it was not merged.
        pins: Of a Space: the models that it shows.

    Raises:
        PublishError: The card would not be shown.
    """
    if remote:
        _refuse_lfs_card(staged.repo_id, remote.text(ATTRIBUTES))
    pins = dict(pins or {})
    open_ends = {MODELS, MANIFEST} if any(pin.revision is None for pin in pins.values()) else set()
    files = _changes(staged, remote, open_ends)
    ours, pushed = {change.path for change in files}, remote.manifest if remote else {}
    gone = [path for path in sorted(remote.files) if path not in ours | {ATTRIBUTES}] if remote else []
    delete = tuple(path for path in gone if path in pushed)
    found = list(card or ())
    if remote:
        touched = [change.path for change in files if change.action == "update"]
        touched += [*delete, *(c.path for c in files if c.action == "add" and c.path in pushed)]
        merged = {MANIFEST} if card is None else {MANIFEST, CARD_FILE}
        found += _conflicts(staged, remote, [path for path in touched if path not in merged])
    given_up = [conflict.name for conflict in found if chosen(conflict.name, settings.overwrite)]
    return RepoPlan(
        kind=staged.kind,
        repo_id=staged.repo_id,
        create=remote is None,
        private=remote.private if remote else settings.private,
        revision=remote.pull if remote and remote.pull else settings.revision,
        open_pull_request=settings.create_pr and not (remote and remote.pull),
        parent=remote.head if remote else None,
        files=files,
        delete=delete,
        keep=tuple(path for path in gone if path not in pushed),
        conflicts=tuple(conflict for conflict in found if conflict.name not in given_up),
        given_up=tuple(given_up),
        pins=pins,
        card_diff="\n".join(
            _lines(
                remote.text(CARD_FILE) if remote else "",
                staged.card,
                f"{staged.repo_id}/README.md on the Hub",
                f"{staged.repo_id}/README.md after this push",
            )
        ),
    )


def holds(staged: Staged, remote: Remote, deleted: Iterable[str]) -> bool:
    """Whether the remote has every staged file as it is, and none of those to be deleted."""
    same = all(change.action == "same" for change in _changes(staged, remote, set()))
    return same and not set(deleted) & set(remote.files)


def _changes(staged: Staged, remote: Remote | None, open_ends: set[str]) -> tuple[Change, ...]:
    local, there = staged.files, remote.files if remote else {}
    changes = []
    for path, sha in staged.hashes.items():
        kept, other = staged.stored.get(path), there.get(path)
        action: Action = "update" if other else "add"
        if other and (other.same(local[path]) if path in local else other.sha256 == sha):
            action = "same"
        changes.append(
            Change(
                path=path,
                action=action,
                bytes=kept.bytes if kept else local[path].stat().st_size,
                sha256=None if path in open_ends else sha,
                stored=kept is not None,
            )
        )
    return tuple(changes)


def _conflicts(staged: Staged, remote: Remote, touched: Iterable[str]) -> list[Conflict]:
    found, local = [], staged.files
    for path in touched:
        if path not in remote.files:
            found.append(Conflict(name=path, found=TAKEN_AWAY))
        elif remote.edited(path):
            found.append(Conflict(name=path, found=_edit(local.get(path), remote, path)))
        elif path.startswith("private/vendor/") and path not in local:
            found.append(Conflict(name=path, found=RUNTIME_LOST))
    return found


def _edit(local: Path | None, remote: Remote, path: str) -> str:
    """What people changed, for a person."""
    who = "people changed it since the last push" if path in remote.manifest else "people put it there"
    there = remote.files[path]
    if local is None:
        return f"{who}, and this push would delete or replace it"
    size = local.stat().st_size
    if there.sha256 or max(there.size, size) > SHOWN_BYTES:
        return f"{who}: {there.size:,} bytes there, {size:,} here"
    ours = local.read_text(encoding="utf-8", errors="replace")
    lines = _lines(remote.text(path), ours, "on the Hub", "here")[:SHOWN_LINES]
    return f"{who}; from theirs to ours:\n" + "\n".join(lines)


def _lines(old: str, new: str, before: str, after: str) -> list[str]:
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), before, after, lineterm=""))


def _refuse_lfs_card(repo_id: str, attributes: str) -> None:
    """An LFS rule that takes in README.md turns the card into a pointer, and the Hub shows none."""
    rule = None
    for line in attributes.splitlines():
        pattern, *settings = line.split() or [""]
        filters = [setting for setting in settings if "filter" in setting]
        if filters and fnmatch.fnmatch("README.md", pattern.removeprefix("/")):
            rule = line if "filter=lfs" in filters else None
    if rule:
        raise PublishError(
            f"{repo_id}: the line {rule!r} of its .gitattributes would store README.md with LFS, and the "
            "Hub would show no card. Remove that line on the Hub, then push again."
        )

"""What a push would change: staged files against those on the Hub. Pure; nothing is sent here."""

import difflib
import fnmatch
import hashlib
from dataclasses import dataclass
from pathlib import Path

from .errors import PublishError
from .staging import Kind, Staged, sha256

ATTRIBUTES = ".gitattributes"  # the Hub makes and needs it


@dataclass(frozen=True)
class RemoteFile:
    git_sha1: str  # of the content, or of the pointer when LFS holds the content
    sha256: str | None  # of the content, only when LFS holds it


@dataclass(frozen=True)
class Remote:
    """One repository as it is on the Hub at one commit."""

    head: str  # full commit id
    private: bool
    files: dict[str, RemoteFile]
    card: str  # text of README.md, "" when there is none
    attributes: str  # text of .gitattributes
    pushed: frozenset[str]  # paths that the manifest of the last push lists


@dataclass(frozen=True)
class Plan:
    """The difference that one commit makes."""

    kind: Kind
    repo_id: str
    head: str | None  # the commit compared with; None when there is no repository yet
    add: tuple[str, ...]
    update: tuple[str, ...]
    delete: tuple[str, ...]
    keep: tuple[str, ...]  # on the Hub, put there by others: left alone
    sizes: dict[str, int]  # bytes of each file to add or update
    card_diff: str

    @property
    def empty(self) -> bool:
        return not (self.add or self.update or self.delete)

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


def compare(staged: Staged, remote: Remote | None) -> Plan:
    """Plan the commit that makes the remote hold the staged files.

    Only files that an earlier push put there are deleted: what people added stays.
    """
    there = remote.files if remote else {}
    if remote:
        _refuse_lfs_card(staged.repo_id, remote.attributes)
    add = [path for path in staged.files if path not in there]
    update = [path for path, local in staged.files.items() if path in there and not _same(local, there[path])]
    gone = [path for path in there if path not in staged.files and path != ATTRIBUTES]
    pushed = remote.pushed if remote else frozenset()
    return Plan(
        kind=staged.kind,
        repo_id=staged.repo_id,
        head=remote.head if remote else None,
        add=tuple(add),
        update=tuple(update),
        delete=tuple(path for path in gone if path in pushed),
        keep=tuple(path for path in gone if path not in pushed),
        sizes={path: staged.files[path].stat().st_size for path in add + update},
        card_diff=_diff(staged, remote.card if remote else ""),
    )


def show(plan: Plan, *, diff: bool) -> str:
    """The plan for a terminal: one line a file, totals, and the card's unified diff if wanted."""
    against = f"compared with {plan.head[:12]}" if plan.head else "every file is new"
    lines = [f"{plan.kind} {plan.repo_id} ({against})"]
    for verb, paths in (
        ("add", plan.add),
        ("update", plan.update),
        ("delete", plan.delete),
        ("keep", plan.keep),
    ):
        lines += [
            f"  {verb:<7}{path:<36}{_size(plan.sizes[path]) if path in plan.sizes else '':>10}".rstrip()
            for path in paths
        ]
    counts = f"{len(plan.add)} to add, {len(plan.update)} to update, {len(plan.delete)} to delete"
    lines.append("  no change" if plan.empty else f"  {counts}, {plan.bytes:,} bytes to send")
    if diff and plan.card_diff:
        lines += ["", plan.card_diff]
    return "\n".join(lines)


def _same(local: Path, there: RemoteFile) -> bool:
    if there.sha256:
        return sha256(local) == there.sha256
    content = local.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == there.git_sha1


def _diff(staged: Staged, card: str) -> str:
    lines = difflib.unified_diff(
        card.splitlines(),
        staged.card.splitlines(),
        f"{staged.repo_id}/README.md on the Hub",
        f"{staged.repo_id}/README.md after this push",
        lineterm="",
    )
    return "\n".join(lines)


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


def _size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"

"""One repository as it is on the Hub at one commit."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cards.render.card_map import CardMap

Kind = Literal["model", "dataset", "space"]

# path -> sha256 of every file of a push; the next push deletes none that it does not list
MANIFEST = "clinstill-manifest.json"
ATTRIBUTES = ".gitattributes"  # the Hub makes and needs it


@dataclass(frozen=True)
class RemoteFile:
    git_sha1: str  # of the content, or of the pointer when LFS holds the content
    sha256: str | None  # of the content, only when LFS holds it
    bytes: int = 0

    def same(self, local: Path) -> bool:
        if self.sha256:
            return sha256(local) == self.sha256
        return has_content(self, local.read_bytes())


def has_content(file: RemoteFile, content: bytes) -> bool:
    if file.sha256:
        return hashlib.sha256(content).hexdigest() == file.sha256
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == file.git_sha1


@dataclass(frozen=True)
class Remote:
    head: str  # full commit id
    private: bool
    files: Mapping[str, RemoteFile]
    read: Callable[[str], bytes]  # the content of one of `files`
    manifest: Mapping[str, str] = field(default_factory=dict)  # of the last push: path -> sha256
    card_map: CardMap | None = None
    fresh: bool = False  # nothing but what the Hub itself put there when it was made
    pull: str | None = None  # the pull request that this was read at, "refs/pr/N"

    @property
    def card(self) -> str:
        """The text of README.md, "" when there is none."""
        return self.text("README.md")

    def text(self, path: str) -> str:
        return self.read(path).decode("utf-8", errors="replace") if path in self.files else ""

    def edited(self, path: str) -> bool:
        """Whether people put the file there, or changed it since the last push."""
        listed = self.manifest.get(path)
        if listed is None:
            return not self.fresh
        return (self.files[path].sha256 or hashlib.sha256(self.read(path)).hexdigest()) != listed


def sha256(path: Path) -> str:
    """Of a file's content; read once, unless it changes."""
    status = path.stat()
    return _sha256((path.resolve(), status.st_size, status.st_mtime_ns))


@lru_cache(maxsize=4096)
def _sha256(version: tuple[Path, int, int]) -> str:
    with version[0].open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

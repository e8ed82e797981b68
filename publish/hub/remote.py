"""One repository as it is on the Hub at one commit."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cards.render.card_map import CardMap

Kind = Literal["model", "dataset", "space"]

ATTRIBUTES = ".gitattributes"  # the Hub makes and needs it
# path -> sha256 of every file of a push; the next push deletes none that it does not list
MANIFEST = "clinstill-manifest.json"


@dataclass(frozen=True)
class RemoteFile:
    """A file in a repository's tree. git_sha1: of the content, or of the pointer where LFS holds the content;
    sha256: of the content, where LFS holds it."""

    git_sha1: str
    sha256: str | None
    size: int = 0

    def same(self, content: Path | bytes) -> bool:
        """Whether this is its content."""
        if self.sha256:
            here = sha256(content) if isinstance(content, Path) else hashlib.sha256(content).hexdigest()
            return here == self.sha256
        content = content.read_bytes() if isinstance(content, Path) else content
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == self.git_sha1


@dataclass(frozen=True)
class Remote:
    """A repository. read: gives the content of one of `files`; manifest: of the last push, path -> sha256;
    fresh: it holds nothing but what the Hub put there when it was made; pull: the pull request that this was
    read at, "refs/pr/N"."""

    head: str  # full commit id
    private: bool
    files: Mapping[str, RemoteFile]
    read: Callable[[str], bytes]
    manifest: Mapping[str, str] = field(default_factory=dict)
    card_map: CardMap | None = None
    fresh: bool = False
    pull: str | None = None

    def text(self, path: str) -> str:
        """The text of a file, "" where there is none."""
        return self.read(path).decode("utf-8", errors="replace") if path in self.files else ""

    def edited(self, path: str) -> bool:
        """Whether people put the file there, or changed it since the last push."""
        pushed = self.manifest.get(path)
        if pushed is None:
            return not self.fresh
        return (self.files[path].sha256 or hashlib.sha256(self.read(path)).hexdigest()) != pushed


def sha256(path: Path) -> str:
    """Hash of a file's content, read once unless the file changes."""
    status = path.stat()
    return _sha256(str(path), status.st_ino, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _sha256(path: str, _inode: int, _size: int, _changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The files beside a card: names, sizes and hashes, read only as far as a rule asks."""

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

JSON_LIMIT = 4_000_000  # bytes; configs and indexes are far smaller
RepoType = Literal["model", "dataset", "space"]

_NOT_OURS = {".git", ".cache", "__pycache__", "node_modules", ".ipynb_checkpoints"}
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Files(ABC):
    """The files of one repository or folder, by their path in it ("onnx/model.onnx")."""

    repo_id: str | None = None  # where they are a repository of the Hub: what, and which state of it
    repo_type: RepoType | None = None
    commit: str | None = None

    @property
    @abstractmethod
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file."""

    @abstractmethod
    def sha256(self, name: str) -> str | None:
        """Hash of a file; None where it is not known without fetching the file."""

    @abstractmethod
    def part(self, name: str, start: int, length: int) -> bytes:
        """`length` bytes from `start`, fewer where the file ends."""

    @abstractmethod
    def path(self, name: str) -> Path:
        """The whole file on this machine."""

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def ending(self, *endings: str) -> list[str]:
        """The names with one of these endings, sorted."""
        return sorted(name for name in self.sizes if name.endswith(endings))

    def is_pointer(self, name: str) -> bool:
        """Whether the file holds an LFS pointer instead of its content."""
        small = 0 < self.sizes[name] < 1024
        return small and self.part(name, 0, len(_LFS_POINTER)) == _LFS_POINTER

    def json(self, name: str) -> dict[str, object]:
        """A JSON file that is a mapping; empty where it is missing, no such file or too large."""
        if not 0 < self.sizes.get(name, 0) <= JSON_LIMIT:
            return {}
        try:
            data = json.loads(self.part(name, 0, JSON_LIMIT))
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    @cached_property
    def config(self) -> dict[str, object]:
        return self.json("config.json")

    @cached_property
    def heads(self) -> list[str]:
        """The classes in config.json: "BertForTokenClassification"."""
        found = self.config.get("architectures")
        return [str(name) for name in found] if isinstance(found, list) else []


class LocalFiles(Files):
    """A folder, or a few files of it by name."""

    def __init__(self, folder: Path, only: tuple[str, ...] | None = None):
        self.folder, self.only = folder, only

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        named = [self.folder / name for name in self.only or ()]
        found = _walk(self.folder) if self.only is None else filter(Path.is_file, named)
        return {path.relative_to(self.folder).as_posix(): path.stat().st_size for path in found}

    def sha256(self, name: str) -> str:
        with self.path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def part(self, name: str, start: int, length: int) -> bytes:
        with self.path(name).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def path(self, name: str) -> Path:
        return self.folder / name


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        yield from (path for name in names if (path := Path(here, name)).is_file())

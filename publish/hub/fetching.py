"""Downloads: the files asked for of a repository at one commit, with progress."""

import glob
from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import hf_hub_download, snapshot_download, try_to_load_from_cache

from ..terminal import plain_progress, shown_size, whisper
from .client import Hub
from .remote import Kind

LARGE = 1_000_000  # bytes from which a download is told


def fetch(hub: Hub, kind: Kind, repo_id: str, commit: str, files: Mapping[str, int]) -> Path:
    """Fetch `files` (path -> bytes) into the library's cache, where they are not there yet. Returns their
    folder, in which others may lie that were fetched before. Raises PublishError."""
    plain = plain_progress()
    cached = {"repo_type": kind, "revision": commit}
    where = cached | {"endpoint": hub.endpoint}
    with hub.explained(repo_id):
        small = [glob.escape(path) for path, size in files.items() if size < LARGE]
        folder = Path(snapshot_download(repo_id, allow_patterns=small, **where))
        large = {path: size for path, size in files.items() if size >= LARGE}
        lacking = [path for path in large if not _is_here(try_to_load_from_cache(repo_id, path, **cached))]
        for number, path in enumerate(lacking, 1):
            if plain:
                whisper(f"  fetching {path}, {shown_size(large[path])} ({number} of {len(lacking)})")
            hf_hub_download(repo_id, path, **where)
    return folder


def _is_here(found: object) -> bool:
    """The library answers with a path, None, or a mark for a file known to be missing."""
    return isinstance(found, str)

"""How a repository on the Hub is written: by its id, or by the address of its page."""

import os
import re
from dataclasses import dataclass

from .listing import RepoType

DEFAULT_ENDPOINT = "https://huggingface.co"

KINDS: dict[str, RepoType] = {"models": "model", "datasets": "dataset", "spaces": "space"}
_NAME = r"[A-Za-z0-9][\w.-]*"
_ID = re.compile(
    rf"(?:(?P<kind>models|datasets|spaces)/)?(?P<id>{_NAME}/{_NAME})"
    r"(?:/(?:tree|blob|resolve)/(?P<revision>[^/?#]+(?:/pr/\d+)?)(?:/.*)?)?/?(?:[?#].*)?"
)
_HOST = re.compile(r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://)")


@dataclass(frozen=True)
class Address:
    """What was asked for: `namespace/name` may be of any type, an address of the Hub says which."""

    repo_id: str
    repo_type: RepoType | None
    revision: str | None


def parse_address(target: str) -> Address | None:
    """`namespace/name`, `datasets/namespace/name` or an address of the Hub; None for anything else."""
    here = f"{endpoint()}/"
    rest = target.removeprefix(here) if target.startswith(here) else _HOST.sub("", target, count=1)
    found = _ID.fullmatch(rest)
    if not found:
        return None
    kind = KINDS.get(found["kind"])
    if kind is None and rest != target:
        kind = "model"  # an address without a kind is a model's
    return Address(found["id"], kind, found["revision"])


def endpoint() -> str:
    """Where the Hub is: HF_ENDPOINT, or the public one."""
    return os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")

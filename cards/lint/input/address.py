"""How a repository on the Hub is written: by its id, or by the address of its page."""

import os
import re
from dataclasses import dataclass
from urllib.parse import unquote

from .files import RepoType

KINDS: dict[str, RepoType] = {"models": "model", "datasets": "dataset", "spaces": "space"}
_KIND = r"(?P<kind>models|datasets|spaces)/"
_NAME = r"(?!(?:models|datasets|spaces|api|docs|collections|papers|blog)/)[A-Za-z0-9][\w.-]*"
_ID = re.compile(rf"(?:{_KIND})?(?P<id>{_NAME}/{_NAME})")
# Pages of a repository: its files at a revision, or its discussions. Old ids have no namespace.
_PAGE = re.compile(
    rf"(?:{_KIND})?(?P<id>{_NAME}(?:/(?!(?:tree|blob|resolve|raw|edit|commits?|discussions)\b){_NAME})?)"
    r"(?:/(?:tree|blob|resolve|raw|edit|commits?)/(?P<revision>refs/(?:pr|convert)/\w+|[^/?#]+)(?:/[^?#]*)?"
    r"|/(?:discussions|settings)(?:/[^?#]*)?)?/?(?:[?#].*)?"
)
_HOST = re.compile(r"(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://)")


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
    if rest == target:
        found = _ID.fullmatch(target)
        is_file = target.lower().endswith((".md", ".markdown"))
        return Address(found["id"], KINDS.get(found["kind"]), None) if found and not is_file else None
    found = _PAGE.fullmatch(unquote(rest))
    return Address(found["id"], KINDS.get(found["kind"], "model"), found["revision"]) if found else None


def endpoint() -> str:
    """Where the Hub is: HF_ENDPOINT, or the public one."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")

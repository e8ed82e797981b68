"""What may name a repository, a branch or tag, or a model of a run. A plan is read from a file that anybody
may have edited, so names are refused before one of them is asked of the Hub or becomes a folder."""

import re

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from .errors import PublishError

# What `git check-ref-format` allows, and no leading "-", which git's commands take for an option.
_REFERENCE = re.compile(
    r"(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)))(?![./-])[^\x00-\x20\x7f~^:?*\[\\]+(?<![./])"
)


def check_repo_id(repo_id: str) -> str:
    """`repo_id` itself when it reads namespace/name as the Hub wants it; otherwise a PublishError."""
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        raise PublishError(
            f"not a repo id: {error} Write NAME/REPOSITORY, as the Hub shows it; a folder is none."
        ) from error
    if "/" not in repo_id:
        raise PublishError(
            f"not a repo id: {repo_id!r} lacks the namespace. Write it as NAME/{repo_id}, with your user or "
            "organisation name."
        )
    return repo_id


def check_reference(name: str) -> None:
    """Raise PublishError where git takes no branch or tag of that name: the Hub would say so last of all."""
    if not _REFERENCE.fullmatch(name):
        raise PublishError(
            f"not a name of a branch or tag: {name!r}. Git allows no spaces, no '..' and none of ~^:?*[\\ in "
            "one, and no '.', '/' or '-' before it. Choose another."
        )


def check_part(name: str) -> None:
    """Raise PublishError where `name` cannot be a model or data set of a run, which is a folder's name."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise PublishError(
            f"not a name of a model or data set: {name!r}. It is that of its folder in the run, e.g. student."
        )

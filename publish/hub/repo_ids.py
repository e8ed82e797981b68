"""Checks of ids: of repositories, of branches and tags, of the models of a run.

A plan is read from a file that anybody may have edited, so names are refused before one of them is asked of
the Hub or becomes a folder.
"""

import re

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from cards.lint.input.address import parse_address

from ..errors import PublishError

# What `git check-ref-format` allows, and no leading "-", which git's commands take for an option.
_REFERENCE = re.compile(
    r"(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)))(?![./-])[^\x00-\x20\x7f~^:?*\[\\]+(?<![./])"
)


def check_repo_id(repo_id: str) -> str:
    """`repo_id` itself when it reads namespace/name as the Hub wants it; otherwise a PublishError that says
    what it is instead and what to write."""
    if why := _fault(repo_id):
        raise PublishError(f"not a repo id: {repo_id!r} {why}")
    return repo_id


def _fault(text: str) -> str:
    as_shown = "Write NAME/REPOSITORY, as the Hub shows it"
    page = parse_address(text)  # of the Hub, or an id with the kind of the repository before it
    if page and page.repo_id != text and "/" in page.repo_id:
        at = f" (revision {page.revision})" if page.revision else ""
        return f"is an address; the id in it is {page.repo_id}{at}. Write that."
    if "://" in text:
        return f"is an address, and of no repository on this Hub. {as_shown}."
    if re.search(r"\s", text):
        joined = "-".join(re.sub(r"\s*/\s*", "/", text).split())
        return f"has spaces, which no id has. Did you mean {joined}?"
    if text and "/" not in text:
        return f"lacks the namespace. Write it as NAME/{text}, with your user or organisation name."
    if text.count("/") != 1:
        return f"is none. {as_shown}. A folder is none either: `python -m cards lint FOLDER` checks one."
    try:
        validate_repo_id(text)
    except HFValidationError as error:
        return f"is none. {error} {as_shown}."
    return ""


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

"""What shell commands on a card fetch from the repository."""

import fnmatch
import re
import shlex
from collections.abc import Iterator

from ..finding import Finding, error, rule
from ..subject import Subject
from .calls import is_own_id
from .snippets import SHELL, snippets

_DOWNLOADERS = (["huggingface-cli", "download"], ["hf", "download"])
_SWITCHES = ("--quiet", "--force-download", "--resume-download", "--dry-run")  # options without a value
_ADDRESS = re.compile(
    r"https?://[^\s/]+/(?P<id>[\w.-]+/[\w.-]+)/(?:resolve|raw)/[^\s/]+/(?P<path>[^\s?\"']+)"
)


@rule("code.command")
def commands(subject: Subject) -> Iterator[Finding]:
    """Files that commands fetch from this repository are in it."""
    if not subject.files or subject.ledger:
        return
    for snippet in snippets(subject):
        if snippet.language not in ("", "text", *SHELL):
            continue
        lines = re.sub(r"\\\n", "  ", snippet.code).split("\n")  # as long as before, for the place
        offset = 0
        for line in lines:
            number = snippet.line + snippet.code.count("\n", 0, offset)
            offset += len(line) + 1
            for target, pattern in _fetched(line):
                if is_own_id(subject, target) and not fnmatch.filter(subject.files.sizes, pattern):
                    endings = subject.files.ending("." + pattern.rpartition(".")[2])
                    right = ", ".join(endings[:4]) or "a file of this repository"
                    yield error("code.command", subject.matter.at_line(number), f"no file {pattern!r}", right)


def _fetched(line: str) -> Iterator[tuple[str, str]]:
    """The repository's id and the name or pattern of each file that a command asks for."""
    for match in _ADDRESS.finditer(line):
        yield match["id"], match["path"]
    try:
        words = shlex.split(line.lstrip(" $!%>"), comments=True)
    except ValueError:
        return  # code.data says so
    if words[:2] not in _DOWNLOADERS or len(words) < 3:
        return
    option = ""
    for word in words[3:]:
        if word.startswith("-"):
            option = "" if word in _SWITCHES else word
        elif option in ("", "--include") and not re.search(r"[<${]", word):
            yield words[2], word
        elif option not in ("--include", "--exclude"):
            option = ""  # its one value

"""Files that a card names, links or promises, against the files that there are."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ..finding import Finding, error, rule, warning
from ..subject import Subject

_LINK = re.compile(
    r"!?\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)|<(?:img|a)\b[^>\n]*?\b(?:src|href)=[\"']([^\"'\n]+)[\"']"
)
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|mailto:|\{", re.IGNORECASE)
_NAMED = re.compile(
    r"`((?:[\w.-]+/)*[\w.-]+\.(?:onnx|safetensors|gguf|bin|pt|pth|tflite|h5|json|txt|model|msgpack))`"
)
_TAGS = {"onnx": (".onnx",), "gguf": (".gguf",), "safetensors": (".safetensors",), "tflite": (".tflite",)}


@rule("repo.pointer")
def pointers(subject: Subject) -> Iterator[Finding]:
    """The card and the configuration are files, not pointers to LFS objects."""
    if subject.text.startswith("version https://git-lfs.github.com/spec/"):
        right = "the card itself; .gitattributes must not send *.md to LFS"
        yield error("repo.pointer", subject.card, "an LFS pointer", right)
    for name in subject.files.ending(".json", ".onnx", ".safetensors", "vocab.txt") if subject.files else ():
        if subject.files.is_pointer(name):
            right = "its content: run `git lfs pull`"
            yield error("repo.pointer", subject.file(name), "an LFS pointer", right)


@rule("repo.link")
def links(subject: Subject) -> Iterator[Finding]:
    """Relative links and pictures lead to files of the repository."""
    if not subject.files:
        return
    folders = {name[: match.start()] for name in subject.files.sizes for match in re.finditer("/", name)}
    for found in _LINK.finditer(without_code(subject.text)):
        target = found[1] or found[2]
        path = unquote(re.split(r"[?#]", target)[0]).removeprefix("./").strip("/")
        path = re.sub(r"^(?:blob|resolve|tree|raw)/[\w.-]+/?", "", path)
        if _OUTSIDE.match(target) or target.startswith("/") or not path:
            continue
        if path not in subject.files and path not in folders:
            # The page of a repository, as some templates write it, may have been meant as an address.
            elsewhere = path.startswith("..") or re.search(r"^[\w.-]+/[\w.-]+/(?:tree|blob|resolve)/", path)
            report = warning if elsewhere else error
            right = "a file of this repository, or a whole address"
            yield report("repo.link", subject.at(found.start()), f"a link to {target}", right)


@rule("repo.file", severity="warning")
def named_files(subject: Subject) -> Iterator[Finding]:
    """Files that a card names are in the repository."""
    if not subject.files or subject.ledger or subject.repo_type != "model":
        return  # a Space speaks of other repositories' files
    here = {name.rpartition("/")[2] for name in subject.files.sizes} | subject.files.sizes.keys()
    for found in _NAMED.finditer(without_code(subject.text)):
        if found[1] not in here:
            right = "a file of this repository, or a word on where it is"
            yield warning("repo.file", subject.at(found.start()), f"{found[1]}, which is not there", right)


@rule("repo.format")
def formats(subject: Subject) -> Iterator[Finding]:
    """Formats in the front matter are those of the files."""
    if not subject.files or subject.repo_type != "model" or subject.ledger:
        return
    for tag, place in subject.matter.all("tags"):
        endings = _TAGS.get(str(tag).lower())
        if endings and not subject.files.ending(*endings):
            yield error(
                "repo.format", place, f"the tag {tag}", f"a file that ends in {endings[0]}, or no tag"
            )
        if str(tag).lower() in ("transformers.js", "transformers-js"):
            lacks = [name for name in ("tokenizer.json", "config.json") if name not in subject.files]
            lacks += [] if any(n.startswith("onnx/") for n in subject.files.sizes) else ["onnx/"]
            if lacks:
                yield warning("repo.format", place, f"the tag {tag}, and no {', '.join(lacks)}", "these too")
    library = [place for value, place in subject.matter.all("library_name") if value == "transformers"]
    if library and "config.json" not in subject.files and not subject.files.ending("adapter_config.json"):
        yield error(
            "repo.format", library[0], "transformers, and no config.json", "the file, or no library_name"
        )


def without_code(text: str) -> str:
    """The text with the content of fenced blocks blanked, lines and offsets kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])  # noqa: E731
    return re.sub(r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1[ \t]*$", blank, text, flags=re.MULTILINE | re.DOTALL)

"""Files that a card links, names or promises, against the files that there are."""

import re
from urllib.parse import unquote

from ..input.card import Card
from ..input.parts import Folder, Repository
from ..registry import Faults, rule

_LINK = re.compile(
    r"!?\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)|<(?:img|source|a)\b[^>\n]*?\b(?:src|srcset|href)=[\"']([^\"'\n]+)[\"']"
)
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|/|#|\{|\.\.", re.IGNORECASE)
# The page of a repository, as some templates write it, may have been meant as an address.
_PAGE = re.compile(r"[\w.-]+/[\w.-]+/(?:tree|blob|resolve)/")
_TAGS = {"onnx": (".onnx",), "gguf": (".gguf",), "safetensors": (".safetensors",), "tflite": (".tflite",)}


@rule("repo.link")
def link(folder: Folder) -> Faults:
    """Relative links and pictures lead to files of the repository.

    Why: Readers see a broken picture, or a page that is not there.
    Fix: Upload the file, or write the whole address.
    """
    sizes = folder.files.sizes
    folders = {name[: match.start()] for name in sizes for match in re.finditer("/", name)}
    for found in _LINK.finditer(_without_code(folder.card)):
        target = found[1] or found[2]
        path = unquote(re.split(r"[?#]", target)[0]).removeprefix("./").strip("/")
        path = re.sub(r"^(?:blob|resolve|tree|raw)/[\w.-]+/?", "", path)
        if (
            path
            and not _OUTSIDE.match(target)
            and not _PAGE.match(path)
            and path not in sizes
            and path not in folders
        ):
            yield folder.card.at(found.start()), f"the link {target} leads to no file of this repository"


@rule("repo.format")
def formats(folder: Repository) -> Faults:
    """Formats and the library in the front matter are those of the files.

    Why: The Hub lists the model among those of a format that it has not.
    Fix: Upload the file, or remove the tag.
    """
    if folder.card.repo_type != "model":
        return
    for tag, place in folder.card.front_matter.all("tags"):
        endings = _TAGS.get(str(tag).lower())
        if endings and not folder.files.ending(*endings):
            yield place, f"the tag {tag} stands on a repository without a file that ends in {endings[0]}"
    for value, place in folder.card.front_matter.all("library_name"):
        if value == "transformers" and not folder.files.ending("config.json"):
            yield place, "transformers loads no repository without config.json"


def _without_code(card: Card) -> str:
    """The text with the content of fenced blocks blanked, lines and offsets kept."""
    lines = card.text.split("\n")
    for block in card.blocks:
        for number in range(block.line - 1, block.last_line) if block.kind == "code" else ():
            lines[number] = " " * len(lines[number])
    return "\n".join(lines)

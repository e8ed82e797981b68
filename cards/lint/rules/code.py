"""Code on a card: that it can be read, and loads what there is; on ours, that it was run."""

import ast
import fnmatch
import re
import textwrap
from collections.abc import Iterator

from ...errors import CardError
from ...render.citations import citations
from ...render.exempt import covering, fences
from ...render.sections import outside
from ...render.variables import usage
from ..input.card import Card
from ..input.parts import Folder, OwnCard, Repository
from ..read.snippets import PYTHON, Call, calls, parse
from ..registry import Faults, rule
from ..report import Place

_COMMAND = re.compile(
    r"\$ |(?:sudo +)?(?:pip3?|uv|conda|mamba|git|cd|python3?|source|export|wget|curl|docker|npm|apt(?:-get)?"
    r"|brew) +\S"
)
_PLACEHOLDER = re.compile(
    r"(?:your|my)?[-_]?(?:user|username|user[-_]name|name|org|organi[sz]ation|namespace|hf[-_]?name|path)/.*"
    r"|your[-_ ].*|path[-_/ ]to.*|my[-_](?:model|repo)(?:/.*)?|.*[<{].*",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?:/|\./|\.\./|~/|[A-Za-z]:\\)")
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_HEAD = re.compile(r"(?:AutoModelFor|ORTModelFor|TFAutoModelFor|\w+For)(\w+)")
_HEADS = {"TokenClassification", "SequenceClassification", "MaskedLM", "QuestionAnswering"}
_ASKED = 6  # ids of others that are looked up on the Hub


@rule("code.python")
def python(card: Card) -> Faults:
    """Python on a card can be parsed.

    Why: Readers copy it, and it fails.
    Fix: Run the code as the card shows it. What is no Python (output, commands) goes into a block of
        its own.
    """
    for snippet in card.snippets:
        if snippet.language not in PYTHON or snippet.tree:
            continue
        problem = parse(snippet.readings[0])
        lines, number = snippet.code.split("\n"), (getattr(problem, "lineno", None) or 1) - 1
        shown = lines[number].strip() if isinstance(problem, SyntaxError) and number < len(lines) else ""
        if snippet.is_meant_to_run and not _is_output(shown, lines[:number]):
            said = f"{getattr(problem, 'msg', None) or problem}: {shown[:80]!r}"
            yield card.at_line(snippet.line + number), said


@rule("code.placeholder", severity="warning")
def placeholder(folder: Repository) -> Faults:
    """Code loads the model by the id that it has on the Hub, no path of one machine and no placeholder.

    Why: Readers copy it, and it fails.
    Fix: Write the repository's id.
    """
    for call in _calls(folder.card):
        if call.target and (_LOCAL.match(call.target) or _PLACEHOLDER.fullmatch(call.target)):
            yield folder.card.at_line(call.line), f"{call.target!r} is no id that readers can load"
            return  # one word on it is enough


@rule("code.repo-id")
def repo_id(folder: Folder) -> Faults:
    """Code loads this model by its own id, and no id that there is not.

    Why: A model that was renamed, or moved to another namespace, is not found by readers.
    Fix: Write the repository's id.
    """
    asked: set[str] = set()
    loaded = list(_calls(folder.card))
    ids = (call.target for call in loaded if call.target and "/" in call.target)
    own = folder.card.repo_id or next((target for target in ids if folder.is_own(target)), None)
    bases = {str(value) for value, _ in folder.card.front_matter.all("base_model")}
    for call in loaded:
        target, place = call.target or "", folder.card.at_line(call.line)
        if own and "/" in target and target not in (own, *bases) and _plain(target) == _plain(own):
            yield place, f"{target!r} is not {own!r}, the id of this repository"
        elif folder.files.commit and _ID.fullmatch(target) and target not in (own, *asked):
            asked.add(target)
            if len(asked) <= _ASKED and call.function != "load" and folder.files.exists(target) is False:
                yield place, f"there is no model {target!r}"


@rule("code.file")
def file(folder: Repository) -> Faults:
    """Files and folders that code loads from this repository are in it.

    Why: Readers copy it, and it fails.
    Fix: Name a file of the repository; for optimum its folder as `subfolder` and the name alone.
    """
    files = folder.files
    for call in _calls(folder.card):
        if not folder.is_own(call.target):
            continue
        inside = str(call.named.get("subfolder") or "").strip("/")
        name, place = (
            call.named.get("file_name") or call.named.get("filename"),
            folder.card.at_line(call.line),
        )
        if isinstance(name, str):
            path = f"{inside}/{name}" if inside else name
            searched = call.owner.startswith("ORT") and not inside and f"onnx/{name}" in files
            if not fnmatch.filter(files.sizes, path) and not searched:
                yield place, f"there is no file {path!r} in this repository"
            elif call.owner.startswith("ORT") and "/" in name:
                yield place, f"optimum does not find {name!r} without subfolder={name.rpartition('/')[0]!r}"
        elif inside and not any(path.startswith(f"{inside}/") for path in files.sizes):
            yield place, f"there is no folder {inside!r} in this repository"


@rule("code.task")
def task(folder: Folder) -> Faults:
    """Code loads the model with the head that config.json names.

    Why: Another head has random weights, and its output means nothing.
    Fix: Use the class of config.json's task.
    """
    has = {match[1] for head in folder.files.heads if (match := re.fullmatch(r"\w+?For(\w+)", head))}
    for call in _calls(folder.card) if has and has <= _HEADS else ():
        used = _HEAD.fullmatch(call.owner)
        if used and used[1] in _HEADS - has and folder.is_own(call.target):
            said = f"{call.owner} has random weights: the model's head is for {', '.join(sorted(has))}"
            yield folder.card.at_line(call.line), said


@rule("code.known")
def known(own: OwnCard) -> Faults:
    """Fenced code in our own parts of a card of ours is a usage snippet, its output, or a citation.

    Why: Code that was never run may not run, and its output holds numbers that nobody measured.
    Fix: Render the card again with `python -m cards render RUN`; write other code between our parts.
    """
    try:
        shown = _shown(own)
    except CardError:
        return  # code.shown tells
    installs = {example["install"] + "\n" for example in _examples(own)}
    for block in _own_fences(own):
        if block[2] not in shown | installs | set(citations(own.ledger, own.name)):
            first = block[2].split("\n")[0]
            yield own.card.at(block.start()), f"{first!r} begins no snippet, output or citation of the ledger"


@rule("code.shown")
def shown(own: OwnCard) -> Faults:
    """Every usage snippet of the ledger is shown with its output.

    Why: The card's snippets are those that were run.
    Fix: Render the card again with `python -m cards render RUN`.
    """
    try:
        wanted = _shown(own)
    except CardError as problem:
        yield Place(own.ledger_file.file), str(problem)
        return
    for missing in sorted(wanted - {block[2] for block in _own_fences(own)}):
        yield Place(own.card.file), f"the card lacks the block {missing[:80]!r}"


def _examples(own: OwnCard) -> list[dict[str, str]]:
    model = own.ledger.models.get(own.name)
    return usage(model, own.map.repos.get(own.name, own.name)) if model else []


def _shown(own: OwnCard) -> set[str]:
    return {part for example in _examples(own) for part in (example["code"], example["output"])}


def _own_fences(own: OwnCard) -> list[re.Match[str]]:
    is_theirs = covering(outside(own.card.text))
    return [block for block in fences(own.card.text) if not is_theirs(block.span())]


def _is_output(line: str, above: list[str]) -> bool:
    """Whether a line is a command, a sentence, or what the code above it printed."""
    words = re.fullmatch(r"[^=()\[\]:.]*", line) and len(line.split()) >= 4
    tree = parse(textwrap.dedent("\n".join(above)))
    printed = isinstance(tree, ast.Module) and tree.body and isinstance(tree.body[-1], ast.Expr)
    return bool(_COMMAND.match(line) or words or printed)


def _calls(card: Card) -> Iterator[Call]:
    return (call for snippet in card.snippets for call in calls(snippet))


def _plain(repo_id: str) -> str:
    """An id's last part, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", repo_id.rpartition("/")[2].lower())

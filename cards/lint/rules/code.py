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
from ...render.snippets import usage
from ..input.card import Card
from ..input.parts import Folder, OwnCard, Repository
from ..read.snippets import PYTHON, Call, calls, parse
from ..registry import Faults, rule
from ..report import Place

_COMMAND = re.compile(
    r"\$ |(?:sudo +)?(?:pip3?|uv|conda|mamba|git|cd|python3?|source|export|wget|curl|docker|npm|apt(?:-get)?"
    r"|brew) +\S"
)
_LOADERS = {"from_pretrained", "pipeline", "hf_hub_download", "snapshot_download", "SentenceTransformer"}
_HEAD = re.compile(r"(?:AutoModelFor|ORTModelFor|TFAutoModelFor|\w+For)(\w+)")
_HEADS = {"TokenClassification", "SequenceClassification", "MaskedLM", "QuestionAnswering"}


@rule("code.python")
def python(card: Card) -> Faults:
    """Python on a card can be parsed.

    Why: Readers copy it, and it fails.
    Fix: Run the code as the card shows it. What is no Python (output, commands) goes into a block of
        its own.
    """
    for snippet in card.snippets:
        problem = snippet.tree
        if snippet.language in PYTHON and snippet.is_meant_to_run and isinstance(problem, SyntaxError):
            lines, number = snippet.python.split("\n"), (problem.lineno or 1) - 1
            shown = lines[number].strip() if number < len(lines) else ""
            if not _is_output(shown, lines[:number]):
                yield card.at_line(snippet.line + number), f"{problem.msg}: {shown[:80]!r}"


@rule("code.repo-id")
def repo_id(folder: Folder) -> Faults:
    """Code loads this model by its own id.

    Why: A model that was renamed, or moved to another namespace, is not found by readers.
    Fix: Write the repository's id.
    """
    loaded = list(_calls(folder.card))
    ids = (call.target for call in loaded if call.target and "/" in call.target)
    own = folder.card.repo_id or next((target for target in ids if folder.is_own(target)), "")
    bases = {str(value) for value, _ in folder.card.front_matter.all("base_model")}
    for call in loaded if own else ():
        target = call.target or ""
        if "/" in target and target not in (own, *bases) and _plain(target) == _plain(own):
            place = folder.card.at_line(call.line)
            yield place, f"{target!r} is not {own!r}, the id of this repository"


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
        place = folder.card.at_line(call.line)
        given = call.given[1:2] if call.function == "hf_hub_download" else []
        names = (*given, call.named.get("file_name"), call.named.get("filename"))
        name = next(filter(None, names), None)
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
    model, repo = own.ledger.models.get(own.name), own.map.repos.get(own.name, own.name)
    try:
        examples = usage(model, repo) if model else []
    except CardError as problem:
        yield Place(own.ledger_file.file), str(problem)
        return
    shown = {text for example in examples for text in (example["code"], example["output"])}
    shown |= {f"{example['install']}\n" for example in examples} | set(citations(own.ledger))
    is_theirs = covering(outside(own.card.text))
    for block in fences(own.card.text):
        if block[2] not in shown and not is_theirs(block.span()):
            first = block[2].split("\n")[0]
            yield own.card.at(block.start()), f"{first!r} begins no snippet, output or citation of the ledger"


def _is_output(line: str, above: list[str]) -> bool:
    """Whether a line is a command, a sentence, or what the code above it printed."""
    words = re.fullmatch(r"[^=()\[\]:.]*", line) and len(line.split()) >= 4
    tree = parse(textwrap.dedent("\n".join(above)))
    printed = isinstance(tree, ast.Module) and tree.body and isinstance(tree.body[-1], ast.Expr)
    return bool(_COMMAND.match(line) or words or printed)


def _calls(card: Card) -> Iterator[Call]:
    """The calls that load a model, a file or a repository."""
    for snippet in card.snippets:
        for call in calls(snippet) if snippet.language in PYTHON else ():
            is_ours = call.function == "load" and call.owner in ("", "clinstill", "spacy")
            if call.function in _LOADERS or is_ours:
                yield call


def _plain(repo_id: str) -> str:
    """An id's last part, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", repo_id.rpartition("/")[2].lower())

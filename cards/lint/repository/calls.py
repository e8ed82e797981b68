"""What the Python on a card loads: ids, files and labels, against the repository."""

import ast
import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...reading import Place
from ..finding import Finding, error, rule, warning
from ..subject import Subject
from .labelling import config_labels, types
from .snippets import snippets

_LOADERS = (
    "from_pretrained",
    "pipeline",
    "hf_hub_download",
    "snapshot_download",
    "load",
    "SentenceTransformer",
)
_OPENERS = ("InferenceSession", "from_file", "load_file", "safe_open")
_MODEL_FILE = re.compile(r"[\w-]\.(?:onnx|safetensors|json)$")
_PLACE_HOLDER = re.compile(
    r"(?:your|my)?[-_]?(?:user|username|user[-_]name|name|org|organi[sz]ation|namespace|hf[-_]?name|path)/.*"
    r"|your[-_ ].*|path[-_/ ]to.*|my[-_](?:model|repo)(?:/.*)?|.*[<{].*",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?:/|\./|\.\./|~/|[A-Za-z]:\\)")
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_HEAD = re.compile(r"(?:AutoModelFor|ORTModelFor|TFAutoModelFor|\w+For)(\w+)")
_TASKS = {"ner": "token-classification", "sentiment-analysis": "text-classification"}
_ASKED = 6  # ids of others that are looked up on the Hub


@dataclass(frozen=True)
class Call:
    """One call that loads something: the function, its id or path, and its plain arguments."""

    function: str
    owner: str  # the class before `.from_pretrained`
    target: str | None
    named: dict[str, object]
    place: Place


@rule("code.repo-id")
def repo_ids(subject: Subject) -> Iterator[Finding]:
    """Code loads this model by its own id, and no path or id that there is not."""
    asked, calls = set(), list(_calls(subject))
    named = (call.target for call in calls if call.target and "/" in call.target)
    own = subject.repo_id or next((target for target in named if is_own_id(subject, target)), None)
    bases = {str(value) for value, _ in subject.matter.all("base_model")}
    for call in calls:
        target = call.target
        if target is None or (subject.ledger and target == subject.name):
            continue
        if _LOCAL.match(target):
            right = f"{own or 'the id of the repository'}, which others have too"
            yield warning("code.repo-id", call.place, repr(target), right)
        elif _PLACE_HOLDER.fullmatch(target):
            yield warning("code.repo-id", call.place, repr(target), own or "the id of the repository")
        elif own and target not in (own, *bases) and _nearly(target, own):
            yield error("code.repo-id", call.place, repr(target), f"{own!r}, the id of this repository")
        elif own and _slip(target.lower(), own.lower()):
            yield warning("code.repo-id", call.place, repr(target), f"{own!r}, the id of this repository")
        elif subject.commit and _ID.fullmatch(target) and target not in (own, *asked):
            asked.add(target)
            if len(asked) <= _ASKED and call.function != "load" and subject.files.exists(target) is False:
                yield error("code.repo-id", call.place, repr(target), "the id of a model that there is")


@rule("code.file")
def files(subject: Subject) -> Iterator[Finding]:
    """Files and folders that code loads from this repository are in it."""
    if not subject.files or subject.ledger:
        return
    for call in _calls(subject):
        if not is_own_id(subject, call.target):
            continue
        folder = str(call.named.get("subfolder") or "").strip("/")
        name = call.named.get("file_name") or call.named.get("filename")
        if isinstance(name, str):
            path = f"{folder}/{name}" if folder else name
            searched = call.owner.startswith("ORT") and not folder and f"onnx/{name}" in subject.files
            if not fnmatch.filter(subject.files.sizes, path) and not searched:
                right = _nearest(subject, name)
                yield error("code.file", call.place, f"no file {path!r}", right)
            elif call.owner.startswith("ORT") and "/" in name:
                right = 'subfolder="onnx" and the name alone: optimum does not find it otherwise'
                yield error("code.file", call.place, f"file_name={name!r}", right)
        elif folder and not any(file.startswith(f"{folder}/") for file in subject.files.sizes):
            yield error("code.file", call.place, f"no folder {folder!r}", "a folder of this repository")
    yield from _opened(subject)


def _opened(subject: Subject) -> Iterator[Finding]:
    """Files that code opens by their path, which nothing else on the card writes or fetches."""
    here = {name.rpartition("/")[2] for name in subject.files.sizes}
    for snippet in snippets(subject):
        for node in ast.walk(snippet.tree) if snippet.is_python and snippet.tree else ():
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            function = ast.unparse(node.func).rpartition(".")[2]
            name = str(node.args[0].value).rpartition("/")[2]
            made_there = subject.text.count(name) > 1
            if function in _OPENERS and _MODEL_FILE.search(name) and name not in here and not made_there:
                right = _nearest(subject, name)
                yield warning("code.file", _place(subject, snippet, node), f"no file {name!r}", right)


@rule("code.label")
def compared_labels(subject: Subject) -> Iterator[Finding]:
    """Labels with which code compares what the model finds are labels of the model."""
    labels = config_labels(subject)
    known = types(labels) | {label.lower() for label in labels}
    for snippet in snippets(subject) if labels else ():
        for node in ast.walk(snippet.tree) if snippet.is_python and snippet.tree else ():
            if not isinstance(node, ast.Compare) or not re.search(
                r"\b(?:entity_group|entity|label|label_)\b", ast.unparse(node.left)
            ):
                continue
            for said in ast.walk(ast.Tuple(node.comparators, ast.Load())):
                text = said.value if isinstance(said, ast.Constant) else None
                if isinstance(text, str) and text.lower() not in known:
                    right = f"one of {', '.join(labels)}"
                    yield error("code.label", _place(subject, snippet, node), repr(text), right)


@rule("code.task")
def task(subject: Subject) -> Iterator[Finding]:
    """Code loads the model with the head that config.json names."""
    heads = subject.files.config.get("architectures") if subject.files else None
    has = {match[1] for head in heads or () if (match := re.fullmatch(r"\w+?For(\w+)", str(head)))}
    known = {"TokenClassification", "SequenceClassification", "MaskedLM", "QuestionAnswering"}
    if not has or not has <= known:
        return
    for call in _calls(subject):
        used = _HEAD.fullmatch(call.owner)
        if used and used[1] in known - has and is_own_id(subject, call.target):
            right = f"a class for {', '.join(sorted(has))}: the weights of its head would be random"
            yield error("code.task", call.place, call.owner, right)


def _calls(subject: Subject) -> Iterator[Call]:
    for snippet in snippets(subject):
        tree = snippet.tree if snippet.is_python else None
        if tree is None:
            continue
        names = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (call := _read(subject, snippet, node, names)):
                yield call


def _read(subject: Subject, snippet, node: ast.Call, names: dict[str, object]) -> Call | None:
    """A call of one of the loaders."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if function not in _LOADERS:
        return None
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if function == "load" and owner not in ("", "clinstill", "spacy"):
        return None  # json.load, np.load and the like
    said = {keyword.arg: _value(keyword.value, names) for keyword in node.keywords if keyword.arg}
    given = [_value(argument, names) for argument in node.args]
    at = 1 if function == "pipeline" else 0
    target = said.get("model") or said.get("repo_id") or said.get("pretrained_model_name_or_path")
    target = target or (given[at] if len(given) > at else None)
    if function == "hf_hub_download" and len(given) > 1:
        said.setdefault("filename", given[1])
    return Call(
        function,
        owner.rpartition(".")[2],
        target if isinstance(target, str) else None,
        said,
        _place(subject, snippet, node),
    )


def _value(node: ast.expr, names: dict[str, object]) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    return names.get(node.id) if isinstance(node, ast.Name) else None


def _place(subject: Subject, snippet, node: ast.AST) -> Place:
    return Place(subject.card, snippet.line + node.lineno - 1, node.col_offset + 1)


def is_own_id(subject: Subject, target: str | None) -> bool:
    """Whether an id is surely that of this repository, whatever the namespace where that is unknown."""
    if subject.repo_id:
        return target == subject.repo_id
    return bool(target) and target.rpartition("/")[2].lower() == subject.folder.name.lower()


def _nearly(one: str, other: str) -> bool:
    """The same name in another namespace or spelling."""
    plain = [re.sub(r"[^a-z0-9]", "", text.rpartition("/")[2].lower()) for text in (one, other)]
    return plain[0] == plain[1] and ("/" in one or one.lower() != other.rpartition("/")[2].lower())


def _slip(one: str, other: str) -> bool:
    """Whether the one is the other with a letter doubled, or not doubled."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    doubled = (m.start() for m in re.finditer(r"([a-z])\1", longer))
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in doubled)


def _nearest(subject: Subject, name: str) -> str:
    last = name.rpartition("/")[2]
    same = [file for file in subject.files.sizes if file.rpartition("/")[2] == last]
    endings = subject.files.ending("." + last.rpartition(".")[2])
    return ", ".join((same or endings)[:4]) or "a file of this repository"

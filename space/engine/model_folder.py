"""Model folders: where one is, which of its ONNX files to run, and what its configuration says."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as quote
from typing import TypeGuard

from .decoding import RULES
from .errors import EngineError

# In this order: the INT8 file is what ships for use, the FP32 file is what everybody exports.
PREFERRED = ("onnx/model_quantized.onnx", "onnx/model.onnx")
WINDOW = 256  # tokens; longer windows cost more a token and were not more exact
LONGEST_WINDOW = 8192  # attention takes memory by its square
_LARGEST_CONFIG = 1 << 24  # bytes
# In these, as transformers has them, positions begin behind the padding id: 514 of them hold 512 tokens.
_BEHIND_PADDING = {
    "camembert",
    "data2vec-text",
    "esm",
    "ibert",
    "layoutlmv3",
    "lilt",
    "longformer",
    "luke",
    "markuplm",
    "mpnet",
    "roberta",
    "roberta-prelayernorm",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
}
_HUB_ID = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")
_LONGEST_HUB_ID = 96
_TAG = re.compile(r"O|[BI]-.+")


@dataclass(frozen=True)
class Config:
    """What the engine needs of a `config.json`.

    Attributes:
        tags: IOB tag of each output column.
        window: Tokens of a window, special tokens included.
        overlap: Tokens that neighbouring windows share.
        vocabulary: Rows of the embedding.
        rules: Those of `decoding.RULES` that the model runs with, in their order.
        temperature: What its scores before softmax are divided by, see `decoding.decode`.
    """

    tags: list[str]
    window: int
    overlap: int
    vocabulary: int
    rules: tuple[str, ...] = ()
    temperature: float = 1.0


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk; `revision` is the Hub's commit, None for a plain folder."""

    folder: Path
    file: Path
    config: Config
    revision: str | None

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"


def find(model: str | Path, revision: str | None, file: str | None) -> ModelFolder:
    """Locate a model and read its configuration; a Hub model is downloaded once and then cached.

    Args:
        model: A folder, or a Hub id.
        revision: Branch, tag or commit of a Hub model.
        file: The ONNX file to run; by default see `choose`.

    Raises:
        EngineError: There is no such model, a file is missing, or the configuration is not that of an IOB
            tagger.
    """
    if _is_folder(model):
        if revision is not None:
            raise EngineError(
                f"{model}: is a folder, so it has no revision {revision!r}; leave the revision out"
            )
        folder = Path(model)
    else:
        folder = download(str(model), revision, file)
        revision = folder.name  # snapshots are kept under the name of their commit
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise EngineError(
                f"{folder}: {name} is missing; a model folder has config.json, tokenizer.json and onnx/"
            )
    return ModelFolder(folder, choose(folder, file), read_config(folder / "config.json"), revision)


def check_given(model: str | Path, revision: str | None, file: str | None) -> None:
    """Raise EngineError for what is known to be wrong before a Hub is asked or a model loaded."""
    if _is_folder(model):
        find(model, revision, file)
    else:
        _check_hub_id(str(model))


def _check_hub_id(repo: str) -> None:
    if not _HUB_ID.fullmatch(repo) or len(repo) > _LONGEST_HUB_ID:
        raise EngineError(f"{repo[:200]}: no such folder, and not a Hub id (owner/name) either")


def _is_folder(model: str | Path) -> bool:
    try:
        return Path(model).is_dir()
    except OSError:  # e.g. a name too long for the file system
        return False


def download(repo: str, revision: str | None, file: str | None) -> Path:
    """Fetch configuration, tokenizer and the one ONNX file to run; return their folder."""
    _check_hub_id(repo)
    # Imported here: a model from a folder needs none of it.
    import huggingface_hub

    patterns = [_in_onnx(file)] if file else [*PREFERRED, "onnx/*.onnx"]
    for pattern in patterns:
        try:
            folder = huggingface_hub.snapshot_download(
                repo, revision=revision, allow_patterns=["config.json", "tokenizer.json", pattern]
            )
        except Exception as error:  # the HTTP library, and so its errors, differ between versions
            raise EngineError(_explain(repo, revision, error)) from error
        if any(Path(folder).glob(pattern)):
            return Path(folder)
    raise EngineError(
        f"{repo}: has no {' or '.join(patterns)} at revision {revision or 'main'}; "
        "choose another file or revision, or export the model to ONNX"
    )


def _explain(repo: str, revision: str | None, error: Exception) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return f"{repo}: access is gated; ask for it on the model's page, then run: hf auth login"
    status = getattr(getattr(error, "response", None), "status_code", None)
    # To somebody unknown the Hub does not tell a private model from one that does not exist.
    if isinstance(error, errors.RepositoryNotFoundError) or status == 401:
        return f"{repo}: no such folder, and no such model on the Hub; check the name, or run: hf auth login"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repo}: the Hub has no revision {revision!r} of it; give a branch, tag or commit that exists"
    if isinstance(error, errors.LocalEntryNotFoundError):
        return (
            f"{repo}: no such folder, not in the cache, and the Hub could not be reached; check the "
            "connection (HF_ENDPOINT, HF_HUB_OFFLINE), or give the folder of a downloaded model"
        )
    found = f"{type(error).__name__}: {error}"
    return f"{repo}: could not be downloaded ({found}); check the connection, or give a folder"


def choose(folder: Path, file: str | None) -> Path:
    """Choose the ONNX file to run: the named one, else the first of `PREFERRED`, else the only one."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob("onnx/*.onnx"))
    listing = f"found: {', '.join(found) or 'no onnx/*.onnx'}"
    if file is not None:
        if _in_onnx(file) not in found:
            raise EngineError(f"{folder}: {_in_onnx(file)} is missing; {listing}")
        return folder / _in_onnx(file)
    for name in PREFERRED:
        if name in found:
            return folder / name
    if len(found) != 1:
        raise EngineError(f"{folder}: cannot tell which ONNX file to run; {listing}; name one with `file`")
    return folder / found[0]


def _in_onnx(file: str) -> str:
    return f"onnx/{file.removeprefix('onnx/')}"


def read_config(path: Path) -> Config:
    """Read a `config.json`.

    Raises:
        EngineError: The file is broken, or not the configuration of an IOB tagger.
    """
    data = _read_object(path)
    architectures = data.get("architectures") or []
    if not _are_texts(architectures):
        raise EngineError(f"{path}: architectures should be a list of names, found {quote(architectures)}")
    if architectures and not any(name.endswith("ForTokenClassification") for name in architectures):
        raise EngineError(
            f"{path}: is a {architectures[0]}, not a token classifier; give a model that tags tokens"
        )
    own = data.get("clinstill", {})
    if not isinstance(own, dict):
        raise EngineError(
            f'{path}: clinstill should be an object {{"window", "overlap", "rules", "temperature"}}, '
            f"found {quote(own)}"
        )
    tags, (window, overlap) = _tags(path, data.get("id2label")), _window(path, data, own)
    rules = chosen_rules(own.get("rules", []), f"{path}: clinstill.rules")
    temperature = own.get("temperature", 1.0)
    if (
        isinstance(temperature, bool)
        or not isinstance(temperature, int | float)
        or not 0.01 <= temperature <= 100
    ):
        raise EngineError(
            f"{path}: clinstill.temperature should be a number from 0.01 to 100, found {quote(temperature)}"
        )
    return Config(tags, window, overlap, _count(path, data, "vocab_size"), rules, float(temperature))


def chosen_rules(rules: object, place: str) -> tuple[str, ...]:
    """Rules in the order of `RULES`.

    Args:
        rules: Their names.
        place: Where they were given, for the error.

    Raises:
        EngineError: There is no such rule, or it is no list of names.
    """
    known = ", ".join(RULES)
    if isinstance(rules, str) or not isinstance(rules, Collection) or not _are_texts(list(rules)):
        raise EngineError(f"{place}: should be a list of rules ({known}), found {quote(rules)}")
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise EngineError(f"{place}: there is no rule {quote(unknown[0])}; there are {known}")
    return tuple(rule for rule in RULES if rule in rules)


def _read_object(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise EngineError(f"{path}: has {path.stat().st_size:,} bytes, too many for a configuration")
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise EngineError(f"{path}: not valid JSON ({error}); download it again") from error
    if not isinstance(data, dict):
        raise EngineError(f"{path}: not a JSON object; download it again")
    return data


def _are_texts(values: object) -> TypeGuard[list[str]]:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _tags(path: Path, id2label: object) -> list[str]:
    """Tags in the order of the output columns."""
    if not isinstance(id2label, dict) or not id2label:
        raise EngineError(
            f'{path}: has no id2label such as {{"0": "O", "1": "B-X", "2": "I-X"}}, so its outputs have no '
            f"names; found {quote(id2label)}"
        )
    if set(id2label) != {str(number) for number in range(len(id2label))}:
        raise EngineError(
            f"{path}: the keys of id2label are not 0 to {len(id2label) - 1}: {quote(list(id2label))}"
        )
    tags = [id2label[str(number)] for number in range(len(id2label))]
    wrong = [tag for tag in tags if not (isinstance(tag, str) and _TAG.fullmatch(tag) and tag.isprintable())]
    if wrong:
        raise EngineError(
            f"{path}: {quote(wrong[0])} is no IOB tag; id2label has O, B-X and I-X for each type X"
        )
    if "O" not in tags or len(tags) == 1 or len(set(tags)) < len(tags):
        raise EngineError(
            f"{path}: id2label needs O once and each B-X, I-X once; found {quote(', '.join(tags))}"
        )
    return tags


def _window(path: Path, data: dict[str, object], own: dict[str, object]) -> tuple[int, int]:
    """Window and overlap as the model was trained with, else for what its positions allow."""
    positions = _count(path, data, "max_position_embeddings")
    if str(data.get("model_type")) in _BEHIND_PADDING:
        padding = 1 if data.get("pad_token_id") is None else data["pad_token_id"]
        if not _is_whole(padding) or not 0 <= padding < positions - 1:
            raise EngineError(
                f"{path}: pad_token_id should be below max_position_embeddings ({positions}), since "
                f"positions begin behind it; found {quote(padding)}"
            )
        positions -= padding + 1
    longest = min(positions, LONGEST_WINDOW)
    window = own.get("window", min(WINDOW, longest))
    overlap = own.get("overlap", window // 4 if _is_whole(window) else 0)
    if not (_is_whole(window) and _is_whole(overlap) and 0 <= overlap < window <= longest):
        raise EngineError(
            f"{path}: clinstill.window {quote(window)} and clinstill.overlap {quote(overlap)} do not fit: "
            f"0 <= overlap < window <= {longest}, the tokens that the model's positions allow"
        )
    return window, overlap


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(path: Path, data: dict[str, object], key: str) -> int:
    value = data.get(key)
    if not _is_whole(value) or value < 1:
        raise EngineError(f"{path}: {key} should be a count, found {quote(value)}")
    return value

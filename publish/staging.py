"""What each repository gets: a folder per repository, laid out as on the Hub, card rendered.

A model repository gets the files of the Hub layout and nothing else that lies in the model folder;
the Space gets `space/` without the bundled models, plus `models.json`. Weights are linked, not copied.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from cards.ledger import read_ledger
from cards.lint import lint
from cards.render import render, subject
from space.engine.bundle import choose

from .errors import PublishError

Kind = Literal["model", "space"]

# path -> sha256 of every file of a push; the next push deletes none that it does not list
MANIFEST = "clinstill-manifest.json"
MODELS = "models.json"  # in the Space: which revision of which model it shows
SHOWN = ("student", "teacher")  # the models that the Space needs
SPACE = Path(__file__).resolve().parents[1] / "space"

REQUIRED = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "ledger.json")
OPTIONAL = (
    "golden.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)
# Of space/, what is ours but not the app's: committed weights (the Space loads published ones), what
# tools leave behind, and hidden folders.
NOT_IN_SPACE = re.compile(r"^(bundled|tests|node_modules|__pycache__|.*\.egg-info|\..*)$|\.pyc$")


@dataclass(frozen=True)
class Staged:
    """The content of one repository, in a folder of its own."""

    kind: Kind
    repo_id: str
    folder: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Path in the repository -> local file, sorted by path."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path for path in sorted(found)}

    @property
    def card(self) -> str:
        return (self.folder / "README.md").read_text(encoding="utf-8")


def stage_model(model_folder: Path, repos: Mapping[str, str], into: Path) -> Staged:
    """Stage one model of a run into the empty folder `into`, with its card rendered for `repos`
    (model name -> repo id).

    Raises PublishError when a file is missing or the lint finds an error, such as a file that is not
    the one that was measured; CardError when ledger or card cannot be made sense of.
    """
    ledger = read_ledger(model_folder / "ledger.json")
    name = subject(ledger)
    wanted = [*REQUIRED, *(variant.file for variant in ledger.models[name].variants)]
    missing = [file for file in wanted if not (model_folder / file).is_file()]
    if missing:
        raise PublishError(
            f"{model_folder}: {', '.join(missing)} missing. Run the training stages that write them, "
            "then push again."
        )
    for file in wanted + [file for file in OPTIONAL if (model_folder / file).is_file()]:
        _link(model_folder / file, into / file)
    render(model_folder, repos).write(into)
    _refuse_errors(into, repos[name])
    _write_manifest(into)
    return Staged("model", repos[name], into)


def stage_space(repo_id: str, models: Mapping[str, dict], into: Path) -> Staged:
    """Stage the Space into the empty folder `into`; `models` is the content of its models.json."""
    into.mkdir(parents=True)
    for source in sorted(SPACE.rglob("*")):
        path = source.relative_to(SPACE)
        if source.is_file() and not any(NOT_IN_SPACE.search(part) for part in path.parts):
            _link(source, into / path)
    (into / MODELS).write_text(json.dumps(models, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _write_manifest(into)
    return Staged("space", repo_id, into)


def model_entry(staged: Staged, revision: str) -> dict:
    """What models.json says of one model: the file that the engine takes, by hash, at a revision."""
    file = choose(staged.folder, None).relative_to(staged.folder).as_posix()
    return {"repo": staged.repo_id, "revision": revision, "file": file, "sha256": sha256(staged.files[file])}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_errors(folder: Path, repo_id: str) -> None:
    """Refuse what the lint finds wrong: the card, the ledger, and whether the files are those measured."""
    errors = [
        str(finding).replace(f"{folder}/", "") for finding in lint(folder) if finding.severity == "error"
    ]
    if errors:
        listed = "\n".join(f"  {line}" for line in errors)
        raise PublishError(
            f"{repo_id}: {len(errors)} error(s) in the card or its files, so nothing is pushed:\n{listed}"
        )


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source.resolve())


def _write_manifest(folder: Path) -> None:
    hashes = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / MANIFEST).write_text(
        json.dumps({"files": hashes}, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )

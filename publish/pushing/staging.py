"""What each repository gets: a folder per repository, laid out as on the Hub, card rendered.

A model repository gets the files of the Hub layout and nothing else that lies in the model folder;
a data set's the files that its ledger names; the Space gets `space/` without the bundled models, plus
`models.json`. Weights are linked, not copied. `seal` comes last, once people's text is in the card.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cards.ledger import read_ledger
from cards.lint import lint
from cards.render import render, subject
from cards.render.card import CARD_FILE
from cards.render.card_map import MAP_FILE
from cards.render.space_card import space_card
from space.engine.model_folder import choose

from ..errors import PublishError
from ..hub.remote import MANIFEST, Kind, sha256
from .browser_runtime import VENDOR, has_runtime

MODELS = "models.json"  # in the Space: which revision of which model it shows
SHOWN = ("student", "teacher")  # the models that the Space needs
SPACE = Path(__file__).resolve().parents[2] / "space"

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
class Stored:
    """A file that the repository's LFS storage already holds."""

    sha256: str
    bytes: int
    revision: str  # full id of a commit that has it under the same path


@dataclass(frozen=True)
class Staged:
    """The content of one repository, in a folder of its own."""

    kind: Kind
    repo_id: str
    folder: Path
    stored: Mapping[str, Stored] = field(default_factory=dict)  # by path; not in the folder

    @property
    def files(self) -> dict[str, Path]:
        """Path in the repository -> local file, sorted by path."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path for path in sorted(found)}

    @property
    def hashes(self) -> dict[str, str]:
        """Path -> sha256 of every file, local or stored, sorted by path."""
        local = {path: sha256(file) for path, file in self.files.items()}
        return dict(sorted((local | {path: kept.sha256 for path, kept in self.stored.items()}).items()))

    @property
    def card(self) -> str:
        return (self.folder / "README.md").read_text(encoding="utf-8")


def stage_model(
    model_folder: Path, repos: Mapping[str, str], into: Path, templates: Path | None = None
) -> Staged:
    """Stage one model of a run into the empty folder `into`, with its card rendered for `repos`
    (name of a model or data set -> repo id), by the user's `templates` where they have one.

    Raises PublishError when a file is missing; CardError when ledger or card cannot be made sense of.
    """
    ledger = read_ledger(model_folder / "ledger.json")
    name = subject(ledger)
    _link_all(model_folder, into, [*REQUIRED, *(variant.file for variant in ledger.models[name].variants)])
    for file in OPTIONAL:
        if (model_folder / file).is_file():
            _link(model_folder / file, into / file)
    render(model_folder, repos, templates).write(into)
    return Staged("model", repos[name], into)


def stage_dataset(
    folder: Path, repos: Mapping[str, str], into: Path, templates: Path | None = None
) -> Staged:
    """Stage one labelled corpus of a run, as `stage_model` does."""
    ledger = read_ledger(folder / "ledger.json")
    corpus = ledger.datasets[subject(ledger)]
    _link_all(folder, into, ["ledger.json", *(file.file for file in corpus.files)])
    wrong = [file.file for file in corpus.files if sha256(folder / file.file) != file.sha256]
    if wrong:
        raise PublishError(
            f"{folder}: {', '.join(wrong)} changed since the ledger was written. Label the corpus again."
        )
    render(folder, repos, templates).write(into)
    return Staged("dataset", repos[subject(ledger)], into)


def stage_space(repo_id: str, student: Path, repos: Mapping[str, str], into: Path) -> Staged:
    """Stage the Space into the empty folder `into`, its card with the figures of the model folder `student`
    and its teacher; `pin` then says at which revisions it shows them."""
    into.mkdir(parents=True)
    whole = has_runtime(SPACE / "private")  # part of it, left by a fetch that failed, is not published
    for source in sorted(SPACE.rglob("*")):
        path = source.relative_to(SPACE)
        if path.parts[:2] == ("private", VENDOR) and not whole:
            continue
        if source.is_file() and not any(NOT_IN_SPACE.search(part) for part in path.parts):
            _link(source, into / path)
    card = space_card((into / CARD_FILE).read_text("utf-8"), read_ledger(student / "ledger.json"), repos)
    replace(into, CARD_FILE, b"")
    card.write(into)
    return Staged("space", repo_id, into)


def pin(space: Staged, models: Mapping[str, Staged], revisions: Mapping[str, str]) -> None:
    """Write models.json: of each model that the Space shows, the file that the engine takes, by hash, at
    its revision."""
    entries = {}
    for name in SHOWN:
        model = models[name]
        file = choose(model.folder, None).relative_to(model.folder).as_posix()
        entries[name] = {
            "repo": model.repo_id,
            "revision": revisions[name],
            "file": file,
            "sha256": sha256(model.files[file]),
        }
    text = json.dumps(entries, indent=2, sort_keys=True) + "\n"
    (space.folder / MODELS).write_text(text, encoding="utf-8")


def seal(staged: Staged) -> None:
    """Refuse what the lint finds wrong (the card, the ledger, whether the files are those measured), then
    write the manifest. Raises PublishError."""
    if staged.kind != "space" and (staged.folder / MAP_FILE).is_file() and not staged.stored:
        _refuse_errors(staged.folder, staged.repo_id)
    hashes = {path: sha for path, sha in staged.hashes.items() if path != MANIFEST}
    text = json.dumps({"files": hashes}, indent=1, sort_keys=True) + "\n"
    (staged.folder / MANIFEST).write_text(text, encoding="utf-8")


def replace(folder: Path, path: str, content: bytes) -> None:
    """Write a staged file; what it was linked to stays as it is."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.write_bytes(content)


def _refuse_errors(folder: Path, repo_id: str) -> None:
    errors = [
        str(finding).replace(f"{folder}/", "") for finding in lint(folder) if finding.severity == "error"
    ]
    if errors:
        listed = "\n".join(f"  {line}" for line in errors)
        raise PublishError(
            f"{repo_id}: {len(errors)} error(s) in the card or its files, so nothing is pushed:\n{listed}"
        )


def _link_all(source: Path, target: Path, files: Iterable[str]) -> None:
    files = list(files)
    missing = [file for file in files if not (source / file).is_file()]
    if missing:
        raise PublishError(
            f"{source}: {', '.join(missing)} missing. Run the training stages that write them, "
            "then push again."
        )
    for file in files:
        _link(source / file, target / file)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source.resolve())

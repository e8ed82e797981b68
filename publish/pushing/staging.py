"""Stages what each repository gets: a folder per repository, laid out as on the Hub, its card rendered.

A model repository gets the files of the Hub layout and nothing else that lies in the model folder;
a data set's the files that its ledger names; the Space gets `space/` without the bundled models, plus
`models.json`. Weights are linked, not copied. `seal` comes last, once people's text is in the card.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cards.ledger import read_folder_ledger
from cards.lint import examine
from cards.render import CARD_FILE, render
from cards.render.card_map import MAP_FILE
from cards.render.readme import space_card
from space.engine.model_folder import choose

from ..errors import PublishError
from ..hub.client import Hub
from ..hub.remote import MANIFEST, Kind, sha256
from .browser_runtime import VENDOR, has_runtime

MODELS = "models.json"  # in the Space: which revision of which model it shows
SHOWN = ("student", "teacher")  # the models that the Space needs
SPACE = Path(__file__).resolve().parents[2] / "space"

REQUIRED = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "ledger.json")
OPTIONAL = (
    "golden.json",
    "recipe.yaml",
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
        return (self.folder / CARD_FILE).read_text(encoding="utf-8")

    def replace(self, path: str, content: bytes) -> None:
        """Write a file; what it was linked to stays as it is."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(content)


def stage_model(
    model_folder: Path, repos: Mapping[str, str], into: Path, templates: Path | None = None
) -> Staged:
    """Stage one model of a run, with its card.

    Args:
        model_folder: The model's folder in the run.
        repos: Name of each model and data set -> repo id, as the card links them.
        into: An empty folder.
        templates: A folder of the user's card templates, which replace ours by name.

    Raises:
        PublishError: A file is missing.
        CardError: Ledger or card cannot be made sense of.
    """
    ledger = read_folder_ledger(model_folder / "ledger.json")
    name = ledger.subject
    _link_all(model_folder, into, [*REQUIRED, *(variant.file for variant in ledger.models[name].variants)])
    _link_all(model_folder, into, [file for file in OPTIONAL if (model_folder / file).is_file()])
    render(model_folder, repos, templates).write(into)
    return Staged("model", repos[name], into)


def stage_dataset(
    folder: Path, repos: Mapping[str, str], into: Path, templates: Path | None = None
) -> Staged:
    """Stage one labelled corpus of a run, as `stage_model` does."""
    ledger = read_folder_ledger(folder / "ledger.json")
    corpus = ledger.datasets[ledger.subject]
    _link_all(folder, into, ["ledger.json", *(file.file for file in corpus.files)])
    wrong = [file.file for file in corpus.files if sha256(folder / file.file) != file.sha256]
    if wrong:
        raise PublishError(
            f"{folder}: {', '.join(wrong)} changed since the ledger was written. Label the corpus again."
        )
    render(folder, repos, templates).write(into)
    return Staged("dataset", repos[ledger.subject], into)


def stage_space(repo_id: str, student: Path, repos: Mapping[str, str], into: Path) -> Staged:
    """Stage the Space, its card with the figures of the model folder `student` and its teacher; `pin` then
    says at which revisions it shows them."""
    _link_all(SPACE, into, _space_files())
    staged = Staged("space", repo_id, into)
    card = space_card(staged.card, read_folder_ledger(student / "ledger.json"), repos)
    staged.replace(CARD_FILE, b"")
    card.write(into)
    return staged


def stage_tagged(hub: Hub, kind: Kind, repo_id: str, tag: str, into: Path) -> Staged:
    """Stage the content that a repository had at a tag, to be pushed again.

    Only files that pushes manage are taken: those that the manifest at the tag lists. What people added
    or wrote on the card since then stays. Files in LFS are not fetched: the repository holds them.

    Raises:
        PublishError: There is no such tag, or no push before it.
    """
    into.mkdir(parents=True)
    commit = hub.commit_of(kind, repo_id, tag)
    then = hub.read(kind, repo_id, commit) if commit else None
    if then is None:
        raise PublishError(
            f"{repo_id}: no tag {tag!r} there, or not visible with this token. A push states its tag; the "
            f"Hub lists them at {hub.url(kind, repo_id)}/tree/main."
        )
    if not then.manifest:
        raise PublishError(
            f"{repo_id}: nothing was pushed there before the tag {tag!r}: it has no {MANIFEST}."
        )
    stored: dict[str, Stored] = {}
    staged = Staged(kind, repo_id, into, stored)
    for path in (*then.manifest, MANIFEST):
        there = then.files.get(path)
        if there is None:
            continue  # people had removed it by then
        if there.sha256:
            stored[path] = Stored(there.sha256, there.size, then.head)
        else:
            staged.replace(path, then.read(path))
    return staged


def pin(space: Staged, models: Mapping[str, Staged], revisions: Mapping[str, str]) -> None:
    """Write models.json: of each model that the Space shows, the file that the engine takes, by hash, at
    its revision."""
    entries = {}
    for name in SHOWN:
        folder = models[name].folder
        file = choose(folder, None)
        entries[name] = {
            "repo": models[name].repo_id,
            "revision": revisions[name],
            "file": file.relative_to(folder).as_posix(),
            "sha256": sha256(file),
        }
    text = json.dumps(entries, indent=2, sort_keys=True) + "\n"
    (space.folder / MODELS).write_text(text, encoding="utf-8")


def seal(staged: Staged) -> None:
    """Write the manifest, unless the lint finds an error: in the card, in the ledger, or in files that are
    not those measured. Raises PublishError."""
    if staged.kind != "space" and (staged.folder / MAP_FILE).is_file() and not staged.stored:
        _refuse_errors(staged.folder, staged.repo_id)
    hashes = {path: sha for path, sha in staged.hashes.items() if path != MANIFEST}
    text = json.dumps({"files": hashes}, indent=1, sort_keys=True) + "\n"
    (staged.folder / MANIFEST).write_text(text, encoding="utf-8")


def _refuse_errors(folder: Path, repo_id: str) -> None:
    errors = [str(finding).replace(f"{folder}/", "") for finding in examine(folder).errors]
    if errors:
        lines = "\n".join(f"  {line}" for line in errors)
        raise PublishError(
            f"{repo_id}: {len(errors)} error(s) in the card or its files, so nothing is pushed:\n{lines}"
        )


def _space_files() -> Iterator[str]:
    """The app's files, as paths below SPACE."""
    # Part of the runtime, left by a fetch that failed, is not published.
    left_out = None if has_runtime(SPACE / "private") else SPACE / "private" / VENDOR
    for folder, folders, files in os.walk(SPACE):
        here = Path(folder)
        folders[:] = [name for name in folders if not NOT_IN_SPACE.search(name) and here / name != left_out]
        yield from (
            (here / name).relative_to(SPACE).as_posix() for name in files if not NOT_IN_SPACE.search(name)
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
        link = target / file
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((source / file).absolute())

"""What is linted: a card, a folder with files, a run or a repository, with the parts that rules read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Literal, TypeVar

from ..errors import CardError
from ..ledger import LabelledCorpus, Ledger, Model, read_ledger
from ..reading import Card, Place, read
from ..render import CARD_FILE
from ..render.card_map import MAP_FILE, CardMap, read_map
from .address import Address, parse_address
from .finding import Finding, error
from .listing import Files, LocalFiles, RepoType
from .matter import FrontMatter, read_matter

LEDGER_FILE = "ledger.json"
CARD_LIMIT = 20_000_000  # bytes
Part = TypeVar("Part")


@dataclass(eq=False)  # one is equal to itself alone, so that what was found out about it can be kept
class Subject:
    """One thing to check. Parts that could not be read are None and stand in `problems`.

    A card of ours has a ledger or a map beside it; a card of others has neither, and lacks nothing.
    """

    kind: Literal["card", "model", "run"]  # a card alone, a folder or repository with its files, a run
    folder: PurePath  # for a repository of the Hub its id
    card_file: str = CARD_FILE
    text: str | None = None
    ledger: Ledger | None = None
    map: CardMap | None = None
    files: Files | None = None  # None for a card alone
    problems: list[Finding] = field(default_factory=list)

    @property
    def card(self) -> str:
        return str(self.folder / self.card_file)

    @property
    def ledger_file(self) -> str:
        return str(self.folder / LEDGER_FILE)

    @property
    def name(self) -> str:
        """Name of the model or labelled corpus that the folder holds."""
        return self.ledger.subject

    @property
    def model(self) -> Model:
        return self.ledger.models[self.name]

    @property
    def holds_corpus(self) -> bool:
        """Whether it is a labelled corpus of ours."""
        return bool(self.ledger) and self.ledger.subject in self.ledger.datasets

    @property
    def corpus(self) -> LabelledCorpus:
        return self.ledger.datasets[self.name]

    @property
    def repo_id(self) -> str | None:
        """The id on the Hub, where it is known."""
        if self.files and self.files.repo_id:
            return self.files.repo_id
        return self.map.repos.get(self.name) if self.map and self.ledger else None

    @property
    def commit(self) -> str | None:
        """What was read of a repository on the Hub."""
        return self.files.commit if self.files else None

    @property
    def repo_type(self) -> RepoType:
        if self.files and self.files.repo_type:
            return self.files.repo_type
        keys = self.matter.data.keys()
        if "sdk" in keys:
            return "space"
        if {"task_categories", "dataset_info", "configs", "size_categories", "annotations_creators"} & keys:
            return "dataset"
        return "model"

    @cached_property
    def matter(self) -> FrontMatter:
        return read_matter(self.text or "", self.card)

    @cached_property
    def reading(self) -> Card:
        """What the card states itself: figures that it quotes are blanked out."""
        lines = (self.text or "").split("\n")
        for entry in self.map.numbers if self.map and self.ledger else ():
            if entry.claim.startswith("quoted.") and entry.line <= len(lines):
                line, start = lines[entry.line - 1], entry.column - 1
                number = re.match(r"[^ |]*", line[start:])
                lines[entry.line - 1] = line[:start] + " " * len(number[0]) + line[start + len(number[0]) :]
        return read("\n".join(lines), self.card)

    def at(self, offset: int) -> Place:
        """The place of an offset in the card."""
        line = self.text.count("\n", 0, offset) + 1
        return Place(self.card, line, offset - self.text.rfind("\n", 0, offset))

    def at_claim(self, claim_id: str) -> Place | str:
        """The line of the ledger on which a claim begins."""
        if not isinstance(self.folder, Path):
            return self.ledger_file
        before, found, _ = (self.folder / LEDGER_FILE).read_text("utf-8").partition(f'"id": "{claim_id}"')
        return Place(self.ledger_file, before.count("\n") + 1, 1) if found else self.ledger_file

    def file(self, name: str) -> str:
        """A file of the folder or repository, as findings name it."""
        return str(self.folder / name)


def open_subjects(target: str | Path, revision: str | None = None) -> Iterator[Subject]:
    """The subjects at a path or of a repository on the Hub: one, or several for a run.

    What exists here as a path is a path. Raises CardError when `target` is neither.
    """
    path = Path(target)
    address = None if path.exists() else parse_address(str(target))
    if address:
        files = _repository(address, revision)
        yield _folder_subject(PurePosixPath(files.repo_id), files)
    elif revision:
        raise CardError(f"{target}: is no repository on the Hub, so it has no revision {revision!r}")
    elif path.is_file() and path.suffix.lower() in (".md", ".markdown"):
        yield _card_subject(path)
    elif _is_run(path):
        yield _run_subject(path)
        for folder in [*sorted(path.glob("models/*/")), *sorted(path.glob("datasets/*/"))]:
            yield _folder_subject(folder, LocalFiles(folder))
    elif (path / CARD_FILE).is_file() or (path / LEDGER_FILE).is_file():
        yield _folder_subject(path, LocalFiles(path))
    else:
        raise CardError(
            f"{target or path}: nothing to check; give a card (.md), a folder with {CARD_FILE} or "
            f"{LEDGER_FILE}, a run (models/), or a repository on the Hub (namespace/name)"
        )


def _is_run(path: Path) -> bool:
    """Whether a folder holds models or labelled corpora, and no card of its own."""
    holds = (path / "models").is_dir() or any(path.glob(f"datasets/*/{LEDGER_FILE}"))
    return holds and not (path / CARD_FILE).is_file()


def _repository(address: Address, revision: str | None) -> Files:
    """The files on the Hub. A run is trained, and linted, where another version of its client is."""
    try:
        from .hub import open_repository
    except ImportError as problem:
        raise CardError(
            f"{address.repo_id}: no such path here, and repositories on the Hub are not read in this "
            f"environment ({problem.name} is another version). Check the spelling, or run the command with "
            "the packages of requirements.txt."
        ) from problem
    return open_repository(address, revision)


def _card_subject(card: Path) -> Subject:
    subject = Subject("card", card.parent, card.name)
    _read_parts(subject, LocalFiles(card.parent, deep=False), ours_for_sure=False)
    return subject


def _folder_subject(folder: PurePath, files: Files) -> Subject:
    subject = Subject("model", folder, files=files)
    _read_parts(
        subject,
        files,
        ours_for_sure=isinstance(folder, Path) and folder.parent.name in ("models", "datasets"),
    )
    return subject


def _run_subject(run: Path) -> Subject:
    subject = Subject("run", run)
    subject.ledger = _part(subject, LocalFiles(run, deep=False), LEDGER_FILE, read_ledger)
    return subject


def _read_parts(subject: Subject, files: Files, ours_for_sure: bool) -> None:
    if subject.card_file in files:
        content = files.part(subject.card_file, 0, CARD_LIMIT)
        subject.text = content.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    else:
        right = "the card that `python -m cards render` writes"
        subject.problems.append(error("parts", subject.card, "no card", right))
    if not (ours_for_sure or LEDGER_FILE in files or MAP_FILE in files):
        return
    subject.ledger = _part(subject, files, LEDGER_FILE, read_ledger)
    subject.map = _part(subject, files, MAP_FILE, read_map)
    has = {**subject.ledger.models, **subject.ledger.datasets} if subject.ledger else {}
    if subject.ledger and subject.ledger.subject not in has:
        found = f"subject {subject.ledger.subject!r}"
        right = f"one that it has: {', '.join(has)} (cards.ledger.project sets it)"
        subject.problems.append(error("parts", subject.ledger_file, found, right))
        subject.ledger = None


def _part(subject: Subject, files: Files, name: str, read_part: Callable[[Path], Part]) -> Part | None:
    """What `read_part` makes of a file, or None and a problem."""
    place = subject.file(name)
    if name not in files:
        right = "a readable file, written by training or rendering"
        subject.problems.append(error("parts", place, "no file", right))
        return None
    try:
        return read_part(files.path(name))
    except CardError as problem:
        right = "a readable file, written by training or rendering"
        subject.problems.append(error("parts", place, str(problem), right))
        return None

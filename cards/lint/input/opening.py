"""From a path, or an id on the Hub, to the parts that rules check."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...errors import CardError
from ...ledger import FolderLedger, read_ledger
from ...render import CARD_FILE
from ...render.card_map import MAP_FILE, read_map
from ..report import Place
from .address import Address, parse_address
from .card import Card
from .files import Files, LocalFiles
from .parts import Folder, LedgerFile, OwnCard, OwnCorpus, OwnModel, Repository, Run, Unreadable

LEDGER_FILE = "ledger.json"
CARD_LIMIT = 20_000_000  # bytes
Read = TypeVar("Read")


@dataclass(frozen=True)
class Target:
    """What was asked for: the folder or repository, which state of it, and its parts."""

    base: str
    commit: str | None
    parts: list[object]

    @property
    def cards(self) -> list[Card]:
        return [part for part in self.parts if isinstance(part, Card)]


def open_target(target: str | Path, revision: str | None = None, online: bool = False) -> Target:
    """The parts at a path or of a repository on the Hub. What exists here as a path is a path.

    Args:
        target: A card, a folder with one, a run, or an id or address on the Hub.
        revision: Branch, tag or commit of a repository.
        online: Whether the Hub is asked about the front matter of cards that lie here, too.

    Raises:
        CardError: There is nothing to check at `target`, or it cannot be reached.
    """
    path = Path(target)
    address = None if path.exists() else parse_address(str(target))
    if address:
        files = _repository(address, revision)
        opened = Target(str(files.repo_id), files.commit, _folder(str(files.repo_id), files, is_ours=False))
    elif revision:
        raise CardError(f"{target}: is no repository on the Hub, so it has no revision {revision!r}")
    elif path.is_file() and path.suffix.lower() in (".md", ".markdown"):
        beside = LocalFiles(path.parent, only=(path.name, LEDGER_FILE, MAP_FILE))
        parts = _card(str(path.parent), beside, path.name, is_ours=False)
        opened = Target(str(path.parent), None, parts)
    elif _is_run(path):
        folders = [*sorted(path.glob("models/*/")), *sorted(path.glob("datasets/*/"))]
        inside = [part for folder in folders for part in _folder(str(folder), LocalFiles(folder), True)]
        opened = Target(str(path), None, [*_run(path), *inside])
    elif (path / CARD_FILE).is_file() or (path / LEDGER_FILE).is_file():
        is_ours = path.parent.name in ("models", "datasets")
        opened = Target(str(path), None, _folder(str(path), LocalFiles(path), is_ours))
    else:
        raise CardError(
            f"{target or path}: nothing to check; give a card (.md), a folder with {CARD_FILE} or "
            f"{LEDGER_FILE}, a run (models/), or a repository on the Hub (namespace/name)"
        )
    return _asked(opened) if address or online else opened


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


def _asked(target: Target) -> Target:
    """The target with what the Hub says of its cards' front matter, where it says anything."""
    from .hub import check_front_matter

    answers = [check_front_matter(card) for card in target.cards]
    return Target(target.base, target.commit, [*target.parts, *filter(None, answers)])


def _run(path: Path) -> list[object]:
    parts: list[object] = []
    ledger = _ledger(parts, str(path), LocalFiles(path, only=(LEDGER_FILE,)))
    if ledger:
        parts.append(Run(path, ledger.ledger))
    return parts


def _folder(name: str, files: Files, is_ours: bool) -> list[object]:
    """The parts of a folder with all its files; `is_ours` where it must have a ledger and a map."""
    parts = _card(name, files, CARD_FILE, is_ours)
    own = next((part for part in parts if isinstance(part, OwnCard)), None)
    for card in [part for part in parts if isinstance(part, Card)]:
        folder = Folder(name, card, files) if own else Repository(name, card, files)
        parts.append(folder)
        if own and own.name in own.ledger.models:
            parts.append(OwnModel(own, folder, own.ledger.models[own.name]))
        elif own:
            parts.append(OwnCorpus(folder, own.ledger.datasets[own.name]))
    return parts


def _card(name: str, files: Files, card_file: str, is_ours: bool) -> list[object]:
    """A card with the ledger and the map beside it; a card of others has neither, and lacks nothing."""
    parts: list[object] = []
    ledger = card_map = None
    if is_ours or LEDGER_FILE in files or MAP_FILE in files:
        ledger, card_map = _ledger(parts, name, files), _read(parts, name, files, MAP_FILE, read_map)
    subject = ledger.ledger.subject if ledger and isinstance(ledger.ledger, FolderLedger) else ""
    if ledger and subject not in {**ledger.ledger.models, **ledger.ledger.datasets}:
        said = f"the ledger has no {subject!r}, of which it says that it is"
        parts.append(Unreadable(Place(ledger.file), said))
        ledger = None
    if card_file not in files:
        said = "no card; `python -m cards render` writes it"
        return [*parts, Unreadable(Place(f"{name}/{card_file}"), said)]
    content = files.part(card_file, 0, CARD_LIMIT).decode("utf-8", errors="replace")
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    repo_id = card_map.repos.get(subject) if ledger and card_map else None
    place = f"{name}/{card_file}" if name != "." else card_file
    card = Card(place, text, files.repo_id or repo_id, files.repo_type)
    return [*parts, card, *([OwnCard(card, ledger, card_map)] if ledger and card_map else [])]


def _ledger(parts: list[object], name: str, files: Files) -> LedgerFile | None:
    ledger = _read(parts, name, files, LEDGER_FILE, read_ledger)
    if not ledger:
        return None
    text = files.path(LEDGER_FILE).read_text("utf-8")
    parts.append(found := LedgerFile(f"{name}/{LEDGER_FILE}", text, ledger))
    return found


def _read(
    parts: list[object], name: str, files: Files, file: str, read: Callable[[Path], Read]
) -> Read | None:
    """What `read` makes of a file; where it makes nothing, `parts` says why."""
    try:
        if file in files:
            return read(files.path(file))
        problem = f"no {file}, which training or rendering writes"
    except CardError as error:
        problem = str(error)
    parts.append(Unreadable(Place(f"{name}/{file}"), problem))
    return None

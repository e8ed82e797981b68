"""From a path, or an id on the Hub, to the parts that rules check."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...errors import CardError
from ...ledger import Ledger, read_ledger
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
    parts: tuple[object, ...]

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
        opened = Target(str(path.parent), None, tuple(parts))
    elif _is_run(path):
        folders = [*sorted(path.glob("models/*/")), *sorted(path.glob("datasets/*/"))]
        inside = [part for folder in folders for part in _folder(str(folder), LocalFiles(folder), True)]
        opened = Target(str(path), None, (*_run(path), *inside))
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
    return Target(target.base, target.commit, (*target.parts, *(each for each in answers if each)))


def _run(path: Path) -> list[LedgerFile | Run | Unreadable]:
    ledger = _ledger_file(str(path), LocalFiles(path, only=(LEDGER_FILE,)))
    return [ledger] if isinstance(ledger, Unreadable) else [ledger, Run(path, ledger.ledger)]


def _folder(name: str, files: Files, is_ours: bool) -> tuple[object, ...]:
    """The parts of a folder with all its files; `is_ours` where it must have a ledger and a map."""
    parts = _card(name, files, CARD_FILE, is_ours)
    for card in [part for part in parts if isinstance(part, Card)]:
        own = next((part for part in parts if isinstance(part, OwnCard)), None)
        folder = Folder(name, card, files) if own else Repository(name, card, files)
        parts.append(folder)
        if own and own.name in own.ledger.models:
            parts.append(OwnModel(own, folder, own.ledger.models[own.name]))
        elif own:
            parts.append(OwnCorpus(folder, own.ledger.datasets[own.name]))
    return tuple(parts)


def _card(name: str, files: Files, card_file: str, is_ours: bool) -> list[object]:
    """A card with the ledger and the map beside it; a card of others has neither, and lacks nothing."""
    parts: list[object] = []
    ledger = card_map = None
    if is_ours or LEDGER_FILE in files or MAP_FILE in files:
        ledger, card_map = _own_ledger(name, files), _read(name, files, MAP_FILE, read_map)
        parts += [ledger] + ([card_map] if isinstance(card_map, Unreadable) else [])
    if card_file not in files:
        parts.append(Unreadable(Place(f"{name}/{card_file}"), "no card; `python -m cards render` writes it"))
        return parts
    content = files.part(card_file, 0, CARD_LIMIT).decode("utf-8", errors="replace")
    repo_id = files.repo_id
    if isinstance(ledger, LedgerFile) and card_map and not isinstance(card_map, Unreadable):
        repo_id = repo_id or card_map.repos.get(str(ledger.ledger.subject))
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    card = Card(f"{name}/{card_file}" if name != "." else card_file, text, repo_id, files.repo_type)
    parts.append(card)
    if isinstance(ledger, LedgerFile) and card_map and not isinstance(card_map, Unreadable):
        parts.append(OwnCard(card, ledger, card_map))
    return parts


def _own_ledger(name: str, files: Files) -> LedgerFile | Unreadable:
    """The ledger of a folder, which says of which model or corpus it is."""
    found = _ledger_file(name, files)
    if isinstance(found, Unreadable):
        return found
    has = {**found.ledger.models, **found.ledger.datasets}
    if found.ledger.subject not in has:
        said = f"the ledger is of {found.ledger.subject!r} and has only {', '.join(has)}"
        return Unreadable(Place(found.file), said)
    return found


def _ledger_file(name: str, files: Files) -> LedgerFile | Unreadable:
    ledger: Ledger | Unreadable = _read(name, files, LEDGER_FILE, read_ledger)
    if isinstance(ledger, Unreadable):
        return ledger
    return LedgerFile(f"{name}/{LEDGER_FILE}", files.path(LEDGER_FILE).read_text("utf-8"), ledger)


def _read(name: str, files: Files, file: str, read: Callable[[Path], Read]) -> Read | Unreadable:
    """What `read` makes of a file, or why it makes nothing."""
    place = Place(f"{name}/{file}")
    if file not in files:
        return Unreadable(place, f"no {file}, which training or rendering writes")
    try:
        return read(files.path(file))
    except CardError as problem:
        return Unreadable(place, str(problem))

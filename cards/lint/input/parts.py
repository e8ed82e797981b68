"""The parts of a target, besides the card, that rules check: its files, and what makes it ours."""

from dataclasses import dataclass
from pathlib import Path

from ...ledger import ClaimId, FolderLedger, LabelledCorpus, Ledger, Model
from ...render.card_map import CardMap
from ..report import Place
from .card import Card
from .files import Files


@dataclass(frozen=True, eq=False)
class Folder:
    """A card with the files beside it, here or on the Hub, whoever made them."""

    name: str  # of the folder, or the repository's id
    card: Card
    files: Files

    def file(self, path: str) -> Place:
        return Place(f"{self.name}/{path}")

    def is_own(self, repo_id: str | None) -> bool:
        """Whether an id is that of this repository; by its last part, where the namespace is unknown."""
        if self.card.repo_id:
            return repo_id == self.card.repo_id
        names = [str(each).rpartition("/")[2].lower() for each in (repo_id, self.name)]
        return bool(repo_id) and names[0] == names[1]


class Repository(Folder):
    """The folder of others, with every file that there is. One of ours may be the inference-only subset."""


@dataclass(frozen=True, eq=False)
class LedgerFile:
    """A ledger and the file that it was read from."""

    file: str
    text: str
    ledger: Ledger

    def at(self, claim_id: ClaimId) -> Place:
        """The line on which a claim begins."""
        before, found, _ = self.text.partition(f'"id": "{claim_id}"')
        return Place(self.file, before.count("\n") + 1, 1) if found else Place(self.file)


@dataclass(frozen=True, eq=False)
class OwnCard:
    """A card that was rendered from the ledger beside it, with the map of its numbers."""

    card: Card
    ledger_file: LedgerFile
    map: CardMap

    @property
    def ledger(self) -> FolderLedger:
        assert isinstance(self.ledger_file.ledger, FolderLedger)  # with another there is no OwnCard
        return self.ledger_file.ledger

    @property
    def name(self) -> str:
        """Name of the model or labelled corpus, which the ledger has."""
        return self.ledger.subject


@dataclass(frozen=True, eq=False)
class OwnModel:
    """The folder of a model of ours."""

    card: OwnCard
    folder: Folder
    model: Model


@dataclass(frozen=True, eq=False)
class OwnCorpus:
    """The folder of a labelled corpus of ours."""

    folder: Folder
    corpus: LabelledCorpus


@dataclass(frozen=True, eq=False)
class Run:
    """A run's folder and its ledger."""

    path: Path
    ledger: Ledger


@dataclass(frozen=True)
class Unreadable:
    """A part that a target should have, and why there is none."""

    place: Place
    problem: str


@dataclass(frozen=True, eq=False)
class HubCheck:
    """What the Hub's own check says of a card's front matter."""

    card: Card
    errors: tuple[str, ...]

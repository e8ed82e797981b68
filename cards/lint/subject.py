"""What is linted: a card, a model folder or a run, with the parts that rules read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..errors import CardError
from ..ledger import Ledger, Model, read_ledger
from ..numbers import MAP_FILE, CardMap, read_map
from ..render import CARD_FILE
from .finding import Finding, error

LEDGER_FILE = "ledger.json"


@dataclass
class Subject:
    """One thing to check. Parts that could not be read are None and stand in `problems`."""

    kind: Literal["card", "model", "run"]
    folder: Path
    text: str | None = None
    ledger: Ledger | None = None
    map: CardMap | None = None
    problems: list[Finding] = field(default_factory=list)

    @property
    def card(self) -> str:
        return str(self.folder / CARD_FILE)

    @property
    def ledger_file(self) -> str:
        return str(self.folder / LEDGER_FILE)

    @property
    def name(self) -> str:
        """Name of the model that the folder holds."""
        return self.ledger.subject

    @property
    def model(self) -> Model:
        return self.ledger.models[self.name]

    def at(self, offset: int) -> str:
        """file:line:column of an offset in the card."""
        line = self.text.count("\n", 0, offset) + 1
        return f"{self.card}:{line}:{offset - self.text.rfind(chr(10), 0, offset)}"


def open_subjects(path: Path) -> Iterator[Subject]:
    """The subjects at a path: one for a card or a model folder, several for a run.

    Raises CardError when the path is none of the three.
    """
    if path.is_file() and path.suffix == ".md":
        yield _model_subject(path.parent, "card", card=path)
    elif (path / "models").is_dir():
        yield _run_subject(path)
        for folder in sorted(folder for folder in (path / "models").iterdir() if folder.is_dir()):
            yield _model_subject(folder, "model", card=folder / CARD_FILE)
    elif (path / CARD_FILE).is_file() or (path / LEDGER_FILE).is_file():
        yield _model_subject(path, "model", card=path / CARD_FILE)
    else:
        raise CardError(
            f"{path}: nothing to check; give a card (.md), a model folder ({LEDGER_FILE}) or a run (models/)"
        )


def _model_subject(folder: Path, kind: Literal["card", "model"], card: Path) -> Subject:
    subject = Subject(kind, folder)
    if card.is_file():
        subject.text = card.read_text(encoding="utf-8")
    else:
        subject.problems.append(
            error("parts", str(card), "no card", "the card that `python -m cards render` writes")
        )
    subject.ledger = _read(read_ledger, folder / LEDGER_FILE, subject)
    subject.map = _read(read_map, folder / MAP_FILE, subject)
    if subject.ledger and subject.ledger.subject not in subject.ledger.models:
        found = f"subject {subject.ledger.subject!r}"
        right = f"one of its models: {', '.join(subject.ledger.models)} (cards.ledger.project sets it)"
        subject.problems.append(error("parts", subject.ledger_file, found, right))
        subject.ledger = None
    return subject


def _run_subject(run: Path) -> Subject:
    subject = Subject("run", run)
    subject.ledger = _read(read_ledger, run / LEDGER_FILE, subject)
    return subject


def _read(read, path: Path, subject: Subject):
    """What `read` gives for the file, or None and a problem."""
    try:
        return read(path)
    except CardError as problem:
        subject.problems.append(
            error("parts", str(path), str(problem), "a readable file, written by training or rendering")
        )
        return None

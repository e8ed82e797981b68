"""Folder of a model or a labelled corpus -> README.md, card.map.json and figures.

A card is a Jinja template over the folder's ledger. Rendering twice gives the same bytes; a claim
that the template asks for and the ledger lacks fails the rendering.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from ..errors import CardError
from ..ledger import FolderLedger, read_folder_ledger
from . import figures
from .card_map import MAP_FILE, CardMap, Numbers, write_map
from .metadata import front_matter
from .sandbox import Sandbox
from .sections import digests, mark
from .variables import of_corpus, of_model

TEMPLATES = Path(__file__).parent / "templates"
CARD_FILE = "README.md"


@dataclass(frozen=True)
class Card:
    """A rendered card: its text, with the map and the figures beside it."""

    text: str
    map: CardMap
    drawings: Mapping[str, figures.Drawing] = field(default_factory=dict)  # the figures, by kind

    def write(self, folder: Path) -> None:
        """Write README.md, card.map.json and the figures into `folder`."""
        (folder / CARD_FILE).write_text(self.text, encoding="utf-8")
        write_map(self.map, folder / MAP_FILE)
        figures.write(self.drawings, folder)


def render(folder: Path, repos: Mapping[str, str], templates: Path | None = None) -> Card:
    """Render the card of a model or a labelled corpus from the folder's `ledger.json`.

    Args:
        folder: A model folder or the folder of a labelled corpus.
        repos: Name -> Hub id, used in links and snippets. What has none appears under its name, which is
            also the name of its folder in a run; "space" is the Space that shows the models.
        templates: A folder whose templates replace ours of the same name; `{% extends "ours/NAME" %}` in
            one builds on ours.

    Raises:
        CardError: The ledger lacks a claim that the card needs, or a template is wrong.
    """
    ledger = read_folder_ledger(Path(folder) / "ledger.json")
    name, number = ledger.subject, Numbers(ledger)
    ids = dict(repos) | {known: repos.get(known, known) for known in (*ledger.models, *ledger.datasets)}
    template = "dataset.md.j2" if name in ledger.datasets else f"{ledger.models[name].task}.md.j2"
    text, entries = number.place(mark(fill(template, ledger, ids, number, templates)))
    drawings = {} if name in ledger.datasets else figures.gather(ledger, name)
    return Card(text, CardMap(repos=ids, numbers=entries, regions=digests(text)), drawings)


def fill(
    template: str,
    ledger: FolderLedger,
    repos: Mapping[str, str],
    number: Numbers,
    templates: Path | None = None,
) -> str:
    """A template for what a folder holds, with placeholders where `number` will write. Raises CardError."""
    holds_corpus = ledger.subject in ledger.datasets
    about = of_corpus(ledger, repos) if holds_corpus else of_model(ledger, repos, number)
    about |= {"number": number, "front_matter": lambda: front_matter(ledger, repos, number)}
    return _environment(templates).write(template, about)


@cache
def _environment(templates: Path | None) -> Sandbox:
    ours = FileSystemLoader(TEMPLATES)
    theirs = [FileSystemLoader(_templates_in(templates))] if templates else []
    return Sandbox(ChoiceLoader([*theirs, ours, PrefixLoader({"ours": ours})]))


def copy_templates(folder: Path) -> list[Path]:
    """Copy our templates into `folder`; returns the copies. Raises CardError rather than overwrite one."""
    if found := sorted(folder.glob("*.j2")):
        raise CardError(f"{folder} has templates already, such as {found[0].name}; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(path, folder)) for path in sorted(TEMPLATES.glob("*.j2"))]


def _templates_in(folder: Path) -> Path:
    """A user's folder of templates. One that replaces nothing is a mistake in the path."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.j2")}
    ours = {path.name for path in TEMPLATES.glob("*.j2")}
    if not found & ours:
        raise CardError(
            f"{folder}: no template of ours is replaced by one there; they are {', '.join(sorted(ours))}. "
            f"`python -m cards templates --copy {folder}` writes them to start from."
        )
    return folder


def render_run(run: Path, repos: Mapping[str, str], templates: Path | None = None) -> list[Path]:
    """Render the card of every model and labelled corpus of a run, or of a bundled pair, into its folder.

    Returns:
        The paths of the cards.

    Raises:
        CardError: `run` is no such folder, `repos` names something that it has not, or a card fails; then
            none is written.
    """
    kinds = ("models/*", "datasets/*", "*")  # the last are a bundle's
    folders = sorted(path.parent for kind in kinds for path in run.glob(f"{kind}/ledger.json"))
    if not folders:
        raise CardError(
            f"{run}: not a run folder, no models/NAME/ledger.json in it. `python -m training run` makes one."
        )
    unknown = sorted(set(repos) - {"space", *(folder.name for folder in folders)})
    if unknown:
        has = ", ".join(folder.name for folder in folders)
        raise CardError(f"{run} has no model or data set {', '.join(unknown)}; it has {has}")
    cards = [(folder, render(folder, repos, templates)) for folder in folders]
    for folder, card in cards:
        card.write(folder)
    return [folder / CARD_FILE for folder, _ in cards]

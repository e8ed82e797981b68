"""What a model or corpus was made from, against the licence that it gives."""

import re
from collections.abc import Iterator

from ...ledger import FolderLedger, LabelledCorpus, Ledger, Model
from ...ledger.licences import conflict, kind, only_measures
from ..input.card import Card
from ..input.files import RepoType
from ..input.parts import Folder, LedgerFile
from ..read.tables import plain
from ..registry import Faults, rule
from ..report import Place

_ASKED = 5  # bases and data sets that are looked up on the Hub
_LICENCE_HEAD = re.compile(r"\W*licen[cs]e\W*", re.I)
_LICENCE_ITEM = re.compile(r"\W*licen[cs]e\W+(.{1,60})", re.I)
_SHORT = 120  # characters; a longer text tells of several things
_OF_OTHERS = re.compile(r"\b(?:not|data|datasets?|code|images?|corpus|base)\b", re.I)
_LICENCES = {
    r"\bapache(?: licen[cs]e)?,?[ -]*(?:version |v)?2(?:\.0)?\b": "apache-2.0",
    r"\bmit\b": "mit",
    r"(?<![al])\bgpl[ -]?v?3(?:\.0)?\b": "gpl-3.0",
    r"\bagpl[ -]?v?3(?:\.0)?\b": "agpl-3.0",
    r"\bcc[ -]by[ -]4\.0\b": "cc-by-4.0",
    r"\bcc[ -]by[ -]sa[ -]4\.0\b": "cc-by-sa-4.0",
    r"\bcc[ -]by[ -]nc[ -]4\.0\b": "cc-by-nc-4.0",
    r"\bcc[ -]by[ -]nc[ -]sa[ -]4\.0\b": "cc-by-nc-sa-4.0",
    r"\bcc0(?:[ -]1\.0)?\b": "cc0-1.0",
}
_ORIGINS: tuple[tuple[str, RepoType], ...] = (("base_model", "model"), ("datasets", "dataset"))


@rule("licence.conflict")
def own(file: LedgerFile) -> Faults:
    """A licence grants no more than those of the base, of the teacher and of the data allow.

    Why: Whoever takes the licence at its word breaks another.
    Fix: Give a licence in the recipe that all sources allow.
    """
    ledger = file.ledger
    own = ledger.subject if isinstance(ledger, FolderLedger) else None
    things: dict[str, Model | LabelledCorpus] = {**ledger.models, **ledger.datasets}
    for name, thing in things.items():
        for what, upstream in _origins(ledger, thing) if own in (None, name) else ():
            found = conflict(thing.license, upstream)
            if found and found.severity == "error":
                yield Place(file.file), f"{name}: {what}: {found.why}"


@rule("licence.upstream")
def on_hub(folder: Folder) -> Faults:
    """The licence of a repository grants no more than those of its base and data on the Hub.

    Why: Whoever takes the licence at its word breaks another.
    Fix: Give a licence that the sources allow.
    """
    given = folder.card.front_matter.data.get("license")
    for key, repo_type in _ORIGINS if isinstance(given, str) and folder.files.commit else ():
        for value, place in folder.card.front_matter.all(key)[:_ASKED]:
            licence = folder.files.licence_of(value, repo_type) if isinstance(value, str) else None
            found = conflict(str(given), licence) if licence and kind(licence) != "unknown" else None
            if found and found.severity == "error":
                yield place, f"{value}: {found.why}"


@rule("licence.section", preview=True)
def section(card: Card) -> Faults:
    """The licence in a section or item of that name is that of the front matter.

    Why: Whoever uses the model by the one breaks the other.
    Fix: Write the licence that holds in both.
    """
    given = card.front_matter.data.get("license")
    if not isinstance(given, str) or given in ("other", "unknown") or card.repo_type != "model":
        return
    for block in card.blocks:
        if block.kind not in ("paragraph", "item"):
            continue
        text = plain(block.text)
        item = _LICENCE_ITEM.fullmatch(text)
        is_section = block.headings and _LICENCE_HEAD.fullmatch(block.headings[-1])
        if item or (is_section and len(text) <= _SHORT and not _OF_OTHERS.search(text)):
            said = item[1] if item else text
            named = {name for pattern, name in _LICENCES.items() if re.search(pattern, said, re.I)}
            if len(named) == 1 and given not in named:
                fault = f"the licence is {named.pop()} here and {given} in the front matter"
                yield card.at_line(block.line), fault


def _origins(ledger: Ledger, thing: Model | LabelledCorpus) -> Iterator[tuple[str, str]]:
    """(what, its licence) of everything that a model or corpus was made from."""
    if isinstance(thing, Model):
        yield thing.base.id, thing.base.license
        for name in (thing.teacher, thing.parent):
            if name in ledger.models:
                yield name, ledger.models[name].license
        sources = ledger.sources
    else:
        yield from ((labeler.name, labeler.license) for labeler in thing.labelers)
        sources = thing.sources
    yield from ((source.id, source.license) for source in sources if not only_measures(source.use))

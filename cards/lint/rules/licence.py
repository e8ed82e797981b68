"""What a model or corpus was made from, against the licence that it gives."""

from collections.abc import Iterator

from ...ledger import FolderLedger, LabelledCorpus, Ledger, Model
from ...ledger.licences import conflict, kind, only_measures
from ..input.files import RepoType
from ..input.parts import Folder, LedgerFile
from ..registry import Faults, rule
from ..report import Place

_ASKED = 5  # bases and data sets that are looked up on the Hub
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

"""What a model or corpus was made from, against the licence that it gives."""

import re
from collections.abc import Iterator

from ...ledger import FolderLedger, LabelledCorpus, Ledger, Model
from ...ledger.licences import conflict, only_measures
from ..input.card import Card
from ..input.parts import LedgerFile
from ..read.tables import plain
from ..registry import Faults, rule
from ..report import Place
from .front_matter import hub_licence

_HEAD = re.compile(r"\W*licen[cs]e\W*", re.I)
_ITEM = re.compile(r"\W*licen[cs]e\W+(.{1,60})", re.I)


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


@rule("licence.section", preview=True)
def section(card: Card) -> Faults:
    """The licence in a section or item of that name is that of the front matter.

    Why: Whoever uses the model by the one breaks the other.
    Fix: Write the licence that holds in both.
    """
    given = card.front_matter.data.get("license")
    for block in card.blocks if isinstance(given, str) and card.repo_type == "model" else ():
        if block.kind not in ("paragraph", "item"):
            continue
        text = plain(block.text)
        item = _ITEM.fullmatch(text)
        alone = block.kind == "paragraph" and block.headings and _HEAD.fullmatch(block.headings[-1])
        named = hub_licence(item[1] if item else text) if item or alone else None
        # "gpl" and "gpl-3.0" may be one; a licence of one's own has a name beside it.
        if named and str(given) not in ("other", "unknown") and not named.startswith(str(given)):
            yield card.at_line(block.line), f"the licence is {named} here and {given} in the front matter"


def _origins(ledger: Ledger, thing: Model | LabelledCorpus) -> Iterator[tuple[str, str]]:
    """(what, its licence) of everything that a model or corpus was made from."""
    if isinstance(thing, Model):
        yield thing.base.id, thing.base.license
        for name in thing.origins:
            if name in ledger.models:
                yield name, ledger.models[name].license
        sources = ledger.sources
    else:
        yield from ((labeler.name, labeler.license) for labeler in thing.labelers)
        sources = thing.sources
    yield from ((source.id, source.license) for source in sources if not only_measures(source.use))

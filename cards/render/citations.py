"""What to cite for a model or a labelled corpus: itself, the method, and the corpora that give a citation."""

import re

from ..ledger import FolderLedger
from .tasks import its_teachers

DISTILLATION = """\
@article{hinton2015distilling,
  title   = {Distilling the Knowledge in a Neural Network},
  author  = {Hinton, Geoffrey and Vinyals, Oriol and Dean, Jeff},
  journal = {arXiv preprint arXiv:1503.02531},
  year    = {2015}
}
"""


def citations(ledger: FolderLedger) -> list[str]:
    """BibTeX entries for what a folder holds, each ending with a line break."""
    name = ledger.subject
    thing = ledger.models.get(name) or ledger.datasets[name]
    fields = {
        "title": thing.title,
        "author": ledger.author,
        "note": f"Recipe {ledger.recipe}, SHA-256 {ledger.recipe_sha256}",
        "year": max(claim.date for claim in ledger.claims).year,
    }
    lines = [f"  {field:<6} = {{{value}}}" for field, value in fields.items() if value]
    key = re.sub(r"[^a-z0-9]+", "_", thing.title.lower()).strip("_") or name
    own = f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"
    distilled = name in ledger.models and its_teachers(ledger, name)
    sources = ledger.sources if name in ledger.models else ledger.datasets[name].sources
    others = [ledger.citation, DISTILLATION if distilled else None, *(source.citation for source in sources)]
    return list(dict.fromkeys([own, *(other.rstrip("\n") + "\n" for other in others if other)]))

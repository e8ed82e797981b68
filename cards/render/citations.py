"""What to cite for a model or a labelled corpus: itself, the method, and the corpora that give a citation."""

from ..ledger import FolderLedger

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
    year = max(claim.date for claim in ledger.claims).year
    own = (
        f"@misc{{clinstill_{ledger.recipe}_{name},\n"
        f"  title  = {{{thing.title}}},\n"
        f"  author = {{{{Clinstill contributors}}}},\n"
        f"  note   = {{Recipe {ledger.recipe}, SHA-256 {ledger.recipe_sha256}}},\n"
        f"  year   = {{{year}}}\n"
        "}\n"
    )
    distilled = name in ledger.models and ledger.models[name].teacher
    method = [DISTILLATION] if distilled else []
    sources = ledger.sources if name in ledger.models else ledger.datasets[name].sources
    corpora = [source.citation.rstrip("\n") + "\n" for source in sources if source.citation]
    return list(dict.fromkeys([own, *method, *corpora]))

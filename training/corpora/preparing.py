"""Node `corpora`: reads the corpora, sets the guard apart, leaves out what measured texts hold too.

Every split is kept as JSON lines.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cards.ledger import Claim, ClaimId

from .apart import set_apart
from .document import Document
from .formats import jsonl
from .overlap import Measured, Overlap
from .splits import LeftOut, load

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..run_context import Context

Place = tuple[str, str]  # corpus of the recipe, and its split


def run(context: "Context", recipe: "Recipe") -> list[Claim]:
    """Write corpora/NAME/SPLIT.jsonl and corpora/guard.jsonl, and return their counts as claims.

    Under cross-validation the latter has the whole split: the folds choose on all of it, each on its part.
    """
    documents: dict[Place, list[Document]] = {}
    left_out = {name: LeftOut() for name in context.corpora}
    for name, corpus in context.corpora.items():
        for split, own in load(corpus, context.data, left_out[name]).items():
            documents[name, split] = own
    chosen_on = recipe.guard.corpus, recipe.guard.split
    apart, documents[chosen_on] = set_apart(documents[chosen_on], recipe.guard)
    guarded = {(recipe.guard.corpus, "guard"): apart} if apart else {}
    claims = list(_counts(context, recipe, documents | guarded))
    overlaps = _leave_out_overlaps(recipe, documents, apart)

    for (name, split), own in documents.items():
        file = context.run.split(name, split)
        file.parent.mkdir(parents=True, exist_ok=True)
        jsonl.write(own, file)
    jsonl.write(apart or documents[chosen_on], context.run.guard)
    claims += _overlap_claims(context, recipe, overlaps)
    for name, left in left_out.items():
        claims += _left_out_claims(context, recipe, name, left)
    return claims


def _leave_out_overlaps(
    recipe: "Recipe", documents: dict[Place, list[Document]], apart: list[Document]
) -> dict[Place, list[Overlap]]:
    """Drop from every split that is not measured what overlaps with the measured ones or the guard."""
    places = set(recipe.measure.items())
    splits = {" ".join(place): own for place, own in documents.items() if place in places}
    measured = Measured(splits | {"the guard": apart})
    found = {}
    for place in documents.keys() - places:
        documents[place], found[place] = measured.hold_apart(documents[place])
    for (name, split), overlaps in sorted(found.items()):
        if overlaps:
            by_reason = Counter(overlap.reason for overlap in overlaps)
            reasons = ", ".join(f"{count} by {reason}" for reason, count in by_reason.items())
            print(f"corpora: left out of {name} {split} what is measured on or guard: {reasons}", flush=True)
            for overlap in overlaps[:3]:
                same = f"{overlap.measured} of {overlap.split}"
                print(f"  {overlap.document} has a text of {same} ({overlap.reason})", flush=True)
    return found


def _counts(context: "Context", recipe: "Recipe", documents: dict[Place, list[Document]]) -> Iterator[Claim]:
    """Counts of what was read, overlaps included."""
    unlabelled = [own for (name, _), own in documents.items() if not recipe.corpora[name].types]
    if unlabelled:
        texts = ClaimId("corpus", split="unlabelled", metric="texts")
        yield context.claim(texts, "unlabelled texts", sum(map(len, unlabelled)), "count")
    for (name, split), own in documents.items():
        corpus = recipe.corpora[name]
        if not corpus.types:
            continue
        whole = ClaimId("corpus", data=recipe.data_name(name), split=split, metric="documents")
        yield context.claim(whole, f"{split} documents", len(own), "count", split=split)
        for label in recipe.labels if name in recipe.measure else corpus.annotates:
            mentions = sum(span.label == label for document in own for span in document.spans)
            of_type = whole.replace(group=label, metric="mentions")
            yield context.claim(of_type, f"{label} mentions in {split}", mentions, "count", split=split)


def _overlap_claims(
    context: "Context", recipe: "Recipe", overlaps: dict[Place, list[Overlap]]
) -> Iterator[Claim]:
    title = "texts left out, which measured or guard documents hold too"
    unlabelled = [found for (name, _), found in overlaps.items() if not recipe.corpora[name].types]
    if unlabelled:
        claim_id = ClaimId("corpus", split="unlabelled", metric="overlaps")
        yield context.claim(claim_id, f"unlabelled {title}", sum(map(len, unlabelled)), "count")
    for (name, split), found in sorted(overlaps.items()):
        if recipe.corpora[name].types:
            claim_id = ClaimId("corpus", data=recipe.data_name(name), split=split, metric="overlaps")
            yield context.claim(claim_id, f"{split} {title}", len(found), "count", split=split)


def _left_out_claims(context: "Context", recipe: "Recipe", corpus: str, left: LeftOut) -> Iterator[Claim]:
    data = recipe.data_name(corpus)
    for split, mentions in left.mended.items():
        if mentions:
            claim_id = ClaimId("corpus", data=data, split=split, metric="mended")
            name = f"mentions of {split} that were left out or trimmed"
            yield context.claim(claim_id, name, mentions, "count", split=split)
    if left.ignored:
        types = ", ".join(f"{label} {mentions}" for label, mentions in left.ignored.most_common())
        print(f"corpora: {corpus} has mentions that the recipe ignores: {types}", flush=True)
        claim_id = ClaimId("corpus", data=data, split="all", metric="ignored")
        kinds = f"mentions of types of {corpus} that are no labels here"
        yield context.claim(claim_id, kinds, left.ignored.total(), "count")

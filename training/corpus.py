"""Stage `corpus`: reads the corpora, sets the guard documents apart, keeps every split as JSON lines."""

from functools import partial

from cards.ledger import Claim, ClaimId

from . import corpora
from .corpora import Document
from .corpora.formats import jsonl
from .run_context import Context


def run(context: Context) -> list[Claim]:
    """Write the splits to work/corpus and return their counts as claims."""
    recipe = context.recipe
    mended: dict[str, int] = {}
    splits = corpora.load(recipe.corpus, context.data, mended)
    splits["guard"], splits[recipe.guard_split] = corpora.guard(
        splits[recipe.guard_split], recipe.guard_documents
    )
    for split, documents in splits.items():
        jsonl.write(documents, context.run.split(split))
    unlabelled = _unlabelled(context, measured=splits["guard"] + splits[recipe.evaluation.split])
    jsonl.write(unlabelled, context.run.split("unlabelled"))

    count = partial(context.claim, "corpus", unit="count")
    claims = []
    if context.unlabelled:
        texts = ClaimId("corpus", split="unlabelled", metric="texts")
        claims.append(count(texts, "unlabelled texts", len(unlabelled)))
    for split, documents in splits.items():
        whole = ClaimId("corpus", split=split, metric="documents")
        claims.append(count(whole, f"{split} documents", len(documents), split=split))
        for label in recipe.labels:
            mentions = sum(span.label == label for document in documents for span in document.spans)
            of_type = ClaimId("corpus", split=split, group=label, metric="mentions")
            claims.append(count(of_type, f"{label} mentions in {split}", mentions, split=split))
    for split, mentions in mended.items():
        if mentions:
            name = f"mentions of {split} that were left out or trimmed"
            claims.append(count(ClaimId("corpus", split=split, metric="mended"), name, mentions, split=split))
    return claims


def _unlabelled(context: Context, measured: list[Document]) -> list[Document]:
    """The unlabelled texts, without any that models are chosen or measured on."""
    ids, texts = {document.id for document in measured}, {document.text for document in measured}
    read = [
        document
        for corpus in context.unlabelled
        for documents in corpora.load(corpus, context.data).values()
        for document in documents
    ]
    kept = [document for document in read if document.id not in ids and document.text not in texts]
    if len(kept) < len(read):
        print(
            f"corpus: left out {len(read) - len(kept)} unlabelled texts of the guard or test documents",
            flush=True,
        )
    return kept

"""Stage `corpus`: read the corpora, set the guard documents apart, keep every split as JSON lines."""

from cards.ledger import Claim

from . import corpora
from .context import Context
from .corpora import jsonl
from .measuring import claim


def run(context: Context) -> list[Claim]:
    """Write the splits to work/corpus and return their counts as claims."""
    recipe = context.recipe
    splits = corpora.load(recipe.corpus, context.data)
    splits["guard"], splits[recipe.guard_split] = corpora.guard(splits[recipe.guard_split], recipe.guard_documents)
    for split, documents in splits.items():
        jsonl.write(documents, context.run.split(split))
    unlabelled = [
        document
        for corpus in recipe.unlabelled
        for documents in corpora.load(corpus, context.data).values()
        for document in documents
    ]
    jsonl.write(unlabelled, context.run.split("unlabelled"))

    claims = []
    for split, documents in splits.items():
        claims.append(claim(f"corpus.{split}.documents", f"{split} documents", len(documents), "count", split=split))
        for label in recipe.labels:
            mentions = sum(span.label == label for document in documents for span in document.spans)
            name = f"{label} mentions in {split}"
            claims.append(claim(f"corpus.{split}.{label.lower()}.mentions", name, mentions, "count", split=split))
    claims.append(claim("corpus.unlabelled.documents", "unlabelled texts", len(unlabelled), "count"))
    return claims

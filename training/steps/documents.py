"""Documents that a step's settings name, cut as its training takes them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..corpora.apart import Fold, smallest_hashes
from ..corpora.document import Document
from ..fitting.examples import Cutter, Prepared
from ..fitting.variation import prepare_labelled

if TYPE_CHECKING:
    from ..recipe.fitting import Fitting
    from ..recipe.vocabulary import Vocabulary
    from ..run_context import Context


def labelled(context: "Context", splits: Mapping[str, Iterable[str]]) -> dict[str, list[Document]]:
    """The documents of these splits by the name of their corpus, without the guard."""
    return {
        corpus: [document for split in names for document in context.split(corpus, split)]
        for corpus, names in splits.items()
    }


def unlabelled(context: "Context", corpora: Iterable[str]) -> Iterator[Document]:
    """All documents of these corpora."""
    for corpus in corpora:
        for split in context.recipe.corpora[corpus].split_names:
            yield from context.split(corpus, split)


def texts_of(context: "Context", step: "Vocabulary") -> Iterator[str]:
    """The texts that a vocabulary step counts pieces in, or learns them from."""
    for documents in (*labelled(context, step.on).values(), unlabelled(context, step.texts)):
        for document in documents:
            yield document.text


def chosen(context: "Context", step: "Fitting") -> dict[str, list[Document]]:
    """The labelled documents of a training, by the name of their corpus."""
    documents = labelled(context, step.on)
    if step.at_most is None:
        return documents
    return {corpus: _fewer(own, step.at_most) for corpus, own in documents.items()}


def prepared(context: "Context", step: "Fitting", cutter: Cutter, fold: Fold | None = None) -> list[Prepared]:
    """The labelled documents of a training, varied and cut as it says.

    Args:
        context: of the step.
        step: its settings.
        cutter: cuts them.
        fold: documents that are left out.
    """
    recipe, documents = context.recipe, chosen(context, step)
    if fold:
        documents = {corpus: fold.part(own)[0] for corpus, own in documents.items()}
    replacement = step.replace_mentions
    names = labelled(context, replacement.names).values() if replacement else ()
    return prepare_labelled(
        documents,
        {corpus: recipe.corpora[corpus].annotates for corpus in step.on},
        [document for own in names for document in own],
        recipe.guard.corpus,
        cutter,
        step,
    )


def _fewer(documents: list[Document], count: int) -> list[Document]:
    """Those with the smallest hash of their id, in their order."""
    return smallest_hashes(documents, count)[0] if len(documents) > count else documents


def fold_of(step: BaseModel) -> Fold | None:
    """The part of the labelled documents that a step leaves out, if it does."""
    left_out = getattr(step, "fold", None)
    return Fold(left_out.number, left_out.of) if left_out else None

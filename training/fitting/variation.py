"""Variation of what a training learns from: documents of several corpora, changed and cut as it says."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..corpora.document import Document
from .examples import Cutter, Prepared
from .noise import add_noise
from .replacement import names_of, replace_mentions

if TYPE_CHECKING:
    from ..recipe.fitting import Fitting


def prepare_labelled(
    corpora: Mapping[str, Sequence[Document]],
    annotates: Mapping[str, Mapping[str, bool]],
    names: Iterable[Document],
    guarded: str,
    cutter: Cutter,
    fitting: "Fitting",
) -> list[Prepared]:
    """Vary and cut the labelled documents as a fitting says.

    With `corpus_tag`, a window begins with its corpus' name, unless it is of the guard's corpus: a model that
    reads no name reads as that corpus is annotated. So it runs in the engine as it is, and the guard and the
    corpus' own test measure it as it ships.

    Args:
        corpora: documents by the name of their corpus.
        annotates: by the name of the corpus, type -> whether all of its mentions are annotated.
        names: documents whose mentions are the names of `replace_mentions`; none: those of `corpora`.
        guarded: name of the guard's corpus.
        cutter: cuts them.
        fitting: the settings.
    """
    everything = {tag[2:]: True for tag in cutter.tags if tag != "O"}
    replacement, noise = fitting.replace_mentions, fitting.noise
    known_names = names_of(names or (d for own in corpora.values() for d in own)) if replacement else {}
    prepared = []
    for corpus, documents in corpora.items():
        known = annotates[corpus] if fitting.unknown == "marginal" else everything
        for document in documents:
            if replacement:
                document = replace_mentions(document, known_names, replacement.share, fitting.seed)
            if noise:
                document = add_noise(document, noise.kinds, noise.share, fitting.seed)
            tagged = fitting.corpus_tag and corpus != guarded
            prepared.append(cutter.prepare(document, known, corpus, tagged))
    return prepared

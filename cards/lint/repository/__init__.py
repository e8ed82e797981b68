"""What a card says against the files beside it, its own code, and what must not stand on a card."""

from collections.abc import Callable, Iterator

from ..finding import Finding
from ..subject import Subject
from . import (
    calls,
    commands,
    headers,
    index_text,
    labelling,
    naming,
    privacy,
    shape,
    shipping,
    snippets,
    upstream,
    window,
)

REPOSITORY_RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    headers.readable,
    headers.parameters,
    headers.sizes,
    headers.hashes,
    index_text.index_and_text,
    labelling.inverse,
    labelling.output,
    labelling.numbered,
    labelling.listed,
    labelling.generic,
    snippets.parses,
    snippets.data,
    calls.repo_ids,
    calls.files,
    commands.commands,
    window.in_code,
    window.in_words,
    shape.shape,
    calls.compared_labels,
    calls.task,
    naming.pointers,
    naming.links,
    naming.named_files,
    naming.formats,
    shipping.space,
    shipping.dataset,
    shipping.task,
    privacy.secrets,
    privacy.patients,
    privacy.hosted,
    upstream.upstream,
)

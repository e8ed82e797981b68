"""What a model or corpus was made from, against the licence that it gives."""

from collections.abc import Iterator

from ..ledger import LabelledCorpus, Model
from ..ledger.licences import conflict, only_measures
from .finding import Finding, error, rule, warning
from .subject import Subject


@rule("licence.conflict")
def licences(subject: Subject) -> Iterator[Finding]:
    """A licence grants no more than those of the base, of the teacher and of the data allow."""
    ledger = subject.ledger
    for name, thing in {**ledger.models, **ledger.datasets}.items():
        if ledger.subject not in (None, name):
            continue
        for what, upstream in _origins(subject, thing):
            if found := conflict(thing.license, upstream):
                report = error if found.severity == "error" else warning
                right = "a licence for it that all of its sources allow"
                yield report("licence.conflict", subject.ledger_file, f"{what}: {found.why}", right, name)


def _origins(subject: Subject, thing: Model | LabelledCorpus) -> Iterator[tuple[str, str]]:
    """(what, its licence) of everything that a model or corpus was made from."""
    if isinstance(thing, Model):
        yield thing.base.id, thing.base.license
        for name in (thing.teacher, thing.parent):
            if name in subject.ledger.models:
                yield name, subject.ledger.models[name].license
        sources = subject.ledger.sources
    else:
        yield from ((labeler.name, labeler.license) for labeler in thing.labelers)
        sources = thing.sources
    yield from ((source.id, source.license) for source in sources if not only_measures(source.use))

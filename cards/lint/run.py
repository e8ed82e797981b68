"""A run's models against the run."""

from collections.abc import Iterator

from ..errors import CardError
from ..ledger import project, read_ledger
from .finding import Finding, error, rule
from .subject import LEDGER_FILE, Subject


@rule("run.projection")
def projections(subject: Subject) -> Iterator[Finding]:
    """Every model and labelled corpus of the ledger has a folder, whose ledger is its part of the run's."""
    kinds = [("models", name) for name in subject.ledger.models]
    kinds += [("datasets", name) for name in subject.ledger.datasets]
    for kind, name in kinds:
        path = subject.folder / kind / name / LEDGER_FILE
        try:
            same = read_ledger(path) == project(subject.ledger, name)
        except CardError:
            same = False
        if not same:
            yield error(
                "run.projection", str(path), "another ledger, or none", f"the run's claims about {name}"
            )

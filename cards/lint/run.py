"""A run's models against the run."""

from collections.abc import Iterator

from ..errors import CardError
from ..ledger import project, read_ledger
from .finding import Finding, error
from .subject import LEDGER_FILE, Subject


def projections(subject: Subject) -> Iterator[Finding]:
    """Every model of the ledger has a folder, whose ledger is the run's own projection."""
    for name in subject.ledger.models:
        path = subject.folder / "models" / name / LEDGER_FILE
        try:
            same = read_ledger(path) == project(subject.ledger, name)
        except CardError:
            same = False
        if not same:
            yield error(
                "run.projection", str(path), "another ledger, or none", f"the run's claims about {name}"
            )

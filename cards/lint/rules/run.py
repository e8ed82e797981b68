"""A run's models against the run."""

from ...errors import CardError
from ...ledger import project, read_ledger
from ..input.opening import LEDGER_FILE
from ..input.parts import Run
from ..registry import Faults, rule
from ..report import Place


@rule("run.projection")
def projection(run: Run) -> Faults:
    """Every model and labelled corpus of a run's ledger has a folder, whose ledger is its part of the run's.

    Why: A card is published with the folder's ledger, which must say what the run measured.
    Fix: Let training write the ledgers again.
    """
    kinds = [("models", name) for name in run.ledger.models]
    kinds += [("datasets", name) for name in run.ledger.datasets]
    for kind, name in kinds:
        path = run.path / kind / name / LEDGER_FILE
        try:
            same = read_ledger(path) == project(run.ledger, name)
        except CardError:
            same = False
        if not same:
            yield Place(str(path)), f"this ledger is not the run's part about {name}"

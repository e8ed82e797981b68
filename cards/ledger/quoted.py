"""What others published on the data sets of a ledger: `quoted.yaml`, put into the ledger as records."""

from dataclasses import dataclass
from pathlib import Path

from .. import parsing
from ..errors import CardError
from .ids import slug
from .records import FolderLedger, Ledger, Quoted, read_ledger, write_ledger

_FILE = Path(__file__).with_name("quoted.yaml")


def quote(ledger: Ledger) -> Ledger:
    """The ledger with the quoted figures on the data that it was tested on, in place of those that it had."""
    if isinstance(ledger, FolderLedger) and ledger.subject in ledger.datasets:
        return ledger.model_copy(update={"quoted": ()})
    tested = {claim.data.id for claim in ledger.claims if claim.data and claim.split != "guard"}
    return ledger.model_copy(update={"quoted": tuple(q for q in read() if q.data in tested)})


def quote_all(run: Path) -> list[Path]:
    """`quote` for each ledger of a run or bundled pair; returns their paths. Raises CardError without one."""
    kinds = ("", "models/*/", "datasets/*/", "*/")  # the last are a bundle's
    paths = sorted({path for kind in kinds for path in run.glob(f"{kind}ledger.json")})
    if not paths:
        raise CardError(f"{run}: no ledger.json in it; give a run folder or a bundled pair")
    for path in paths:
        write_ledger(quote(read_ledger(path)), path)
    return paths


def read(file: Path = _FILE) -> list[Quoted]:
    """Every quoted figure, one record for each entity type of an entry. Raises ValueError for a wrong one."""
    found, entries = [], parsing.load(file.read_text(encoding="utf-8"))
    assert isinstance(entries, list)
    for entry in entries:
        name, by_type = entry.pop("id"), entry.pop("f1")
        for group, value in by_type.items():
            figure = {"id": f"quoted.{name}.{slug(group)}", "group": group, "metric": "F1", "value": value}
            found.append(Quoted(**figure, **entry))
    return found


@dataclass(frozen=True)
class Row:
    """What one source says of a system."""

    shared: Quoted  # any of its figures, for what they have in common
    figures: dict[str, str]  # entity type -> id


def rows(ledger: Ledger) -> list[Row]:
    """The quoted figures by system and source, in the ledger's order."""
    found: dict[str, Row] = {}
    for quoted in ledger.quoted:
        source = quoted.id.rpartition(".")[0]
        found.setdefault(source, Row(quoted, {})).figures[quoted.group] = quoted.id
    return list(found.values())

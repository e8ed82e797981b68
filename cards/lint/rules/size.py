"""Sizes in a table, against the files of the folder."""

from ..input.parts import Folder
from ..read.numbers import BYTES
from ..read.tables import Record, Results
from ..registry import Faults, rule


@rule("size.file", preview=True)
def files(folder: Folder) -> Faults:
    """The size that a table gives for a file is that of the file.

    Why: Whoever plans memory or a download by the card plans wrong.
    Fix: Copy the size of the file; MB and MiB are both read either way.
    """
    for results in folder.card.results:
        for at, head in enumerate(results.heads):
            for record in results.records if head.kind == "size" else ():
                number, name = record.numbers[at], _file(folder, results, record)
                unit = number.unit or head.unit if number else ""
                if not number or not name or unit not in BYTES:
                    continue
                bytes_ = folder.files.sizes[name]
                decimal = unit.replace("i", "")
                scales = {BYTES[unit], BYTES[decimal], 2.0 ** (10 * "bkmg".index(decimal[0]))}
                if all(abs(bytes_ / scale - number.value) > number.step for scale in scales):
                    place = folder.card.at_line(results.line_of(record, at))
                    yield place, f"{name} has {bytes_ / BYTES[decimal]:.4g} {unit.upper()}, not {number.text}"


def _file(folder: Folder, results: Results, record: Record) -> str | None:
    """The one file of the folder that a row names."""
    named = [name for name in record.names if name in folder.files] if results.kinds else []
    return named[0] if len(named) == 1 else None

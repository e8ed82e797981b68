"""Sizes in a table: against each other, and against the files of the folder."""

import re

from ..input.card import Card
from ..input.parts import Folder
from ..read.numbers import BYTES, Number, in_base
from ..read.tables import Record, Results
from ..registry import Faults, rule

_FULL = {"fp32", "float32", "f32"}
_INT8 = {"int8", "uint8", "q8", "quantized", "quantised"}
_TOKEN = re.compile(r"[a-z0-9]+", re.I)


@rule("size.quantized", severity="warning", preview=True)
def quantized(card: Card) -> Faults:
    """An INT8 file is smaller than the FP32 file of the same model.

    Why: Its weights take a quarter of the bytes: the sizes are of other files, or the columns are swapped.
    Fix: Copy the sizes of the two files that ship.
    """
    for results in card.results:
        for at, head in enumerate(results.heads):
            full: dict[tuple[str, ...], tuple[str, Number]] = {}
            small: dict[tuple[str, ...], tuple[Record, Number]] = {}
            for record in results.records if head.kind == "size" else ():
                words = [word.lower() for word in _TOKEN.findall(record.name)]
                rest = tuple(word for word in words if word not in _FULL | _INT8)
                if number := record.numbers[at]:
                    if _INT8 & {*words}:
                        small[rest] = record, number
                    else:
                        full[rest] = record.name, number
            for rest in small.keys() & full.keys():
                record, number = small[rest]
                name, other = full[rest]
                if in_base(number, head.unit) >= in_base(other, head.unit):
                    said = f"{record.name} has {number.text}, no less than {name} with {other.text}"
                    yield card.at_line(results.line_of(record, at)), said


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

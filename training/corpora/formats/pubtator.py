"""Reads PubTator: `ID|t|title`, `ID|a|abstract`, mentions as `ID start end text type [concept ...]`.

Offsets run over title + one space + abstract; the text of a record without an abstract line is its title.
Columns after the type (concepts, the parts of a composite mention) are not read. A line whose second column
is a word is a relation, not a mention.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..document import Document, Span
from ..findings import Findings
from ..source import make_document, read_lines

_PASSAGE = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_RELATION = re.compile(r"[A-Za-z][A-Za-z_-]*")


@dataclass
class _Record:
    id: str
    title: str
    abstract: str | None = None
    spans: list[Span] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.title if self.abstract is None else f"{self.title} {self.abstract}"


def read(path: Path, findings: Findings | None = None) -> list[Document]:
    """Read documents in the file's order, with the source's own labels.

    Raises:
        CorpusError: it lists the broken lines: a mention whose text is not what the document reads at its
            offsets, anything unreadable.
    """
    findings = findings or Findings(path)
    records: list[_Record] = []
    for number, line in read_lines(path, findings):
        with findings.at(path, number):
            if passage := _PASSAGE.fullmatch(line):
                _add_passage(records, *passage.groups())
            elif line.strip():
                _add_annotation(records, line, findings)
    findings.check()
    return [make_document(record.id, record.text, record.spans) for record in records]


def _add_passage(records: list[_Record], identifier: str, kind: str, text: str) -> None:
    if kind == "t":
        records.append(_Record(identifier, text))
        return
    record = _current(records, identifier)
    if record.abstract is not None:
        raise ValueError(f"a second abstract of document {identifier}")
    record.abstract = text


def _add_annotation(records: list[_Record], line: str, findings: Findings) -> None:
    columns = line.split("\t")
    record = _current(records, columns[0])
    if len(columns) > 1 and _RELATION.fullmatch(columns[1]):
        return
    if len(columns) < 5:
        raise ValueError(
            "a mention has at least 5 columns divided by tabs (id, start, end, text, type),"
            f" found {len(columns)}: {line[:80]!r}"
        )
    _, start, end, quoted, label, *_ = columns
    if not (start.isdecimal() and end.isdecimal()):
        raise ValueError(f"offsets are two whole numbers, found {start!r} and {end!r}")
    record.spans += findings.spans(record.text, int(start), int(end), label, quoted)


def _current(records: list[_Record], identifier: str) -> _Record:
    """The document that a line with this id belongs to: the one whose title came last."""
    if not records or records[-1].id != identifier:
        before = f"the title before it is of {records[-1].id}" if records else "no title comes before it"
        raise ValueError(f"this line names document {identifier[:40]!r}, but {before}")
    return records[-1]

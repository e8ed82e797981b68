"""Reads brat standoff: a folder of pairs NAME.txt and NAME.ann.

A mention is a line `T1<TAB>Label start end<TAB>text`; events, relations, attributes,
normalisations and notes (E, R, *, A, M, N, #) are not read. Offsets count the characters of the
.txt file as it stands, line ends and a byte order mark included.

A discontinuous mention (`Label 10 15;20 25`) becomes the span that covers all its parts, the first
rule of the field's converter standoff2conll ("full-span"): a tagger of contiguous spans can find
that span and no other, and leaving the mention out would count its words as outside.
"""

import re
from pathlib import Path

from ..document import CorpusError, Document, Span
from ..findings import Findings
from ..source import decode, make_document, read_bytes, read_lines

_TEXT_BOUND = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")
_NOT_READ = tuple("ERAMN*#")


def read(path: Path, findings: Findings | None = None) -> list[Document]:
    """Read documents sorted by file name, which is their id, with the source's own labels.

    Raises:
        CorpusError: it lists the broken places of all files: a line that cannot be read, a mention whose text
            is not what the document reads there, a file without its partner.
    """
    path = Path(path)
    if not path.is_dir():
        raise CorpusError(f"{path}: brat takes a folder of .txt and .ann files, this is a file")
    names = sorted({file.with_suffix("").name for file in path.iterdir() if file.suffix in (".txt", ".ann")})
    if not names:
        raise CorpusError(f"{path}: no .txt and .ann files in this folder")
    findings = findings or Findings(path)
    documents = []
    for name in names:
        pair = path / f"{name}.txt", path / f"{name}.ann"
        missing = [file for file in pair if not file.exists()]
        if missing:
            findings.add(missing[0], None, "does not exist, but its partner does")
        else:
            documents.append(_read_pair(name, *pair, findings))
    findings.check()
    return documents


def _read_pair(name: str, text_file: Path, annotation_file: Path, findings: Findings) -> Document:
    text = decode(read_bytes(text_file), text_file, 1, findings)
    spans = []
    for number, line in read_lines(annotation_file, findings):
        if line.strip() and not line.startswith(_NOT_READ):
            with findings.at(annotation_file, number):
                spans += _spans(line, text, findings)
    return make_document(name, text, spans)


def _spans(line: str, text: str, findings: Findings) -> list[Span]:
    """The mention of a T line; none where it is skipped. Columns after the third are a tail, which brat
    ignores too."""
    columns = line.split("\t")
    match = _TEXT_BOUND.fullmatch(columns[1]) if len(columns) >= 3 and line.startswith("T") else None
    if match is None:
        raise ValueError(f"a mention reads T1<TAB>Label start end<TAB>text, found {line[:80]!r}")
    label, offsets = match.groups()
    parts = [tuple(map(int, part.split(" "))) for part in offsets.split(";")]
    for start, end in parts:
        if not start < end <= len(text):
            raise ValueError(
                f"mention {start}:{end} is empty or lies outside its text of {len(text)} characters"
            )
    first, last = min(start for start, _ in parts), max(end for _, end in parts)
    reads = " ".join(text[start:end] for start, end in parts).replace("\n", " ")  # as brat writes line ends
    return findings.spans(text, first, last, label, columns[2], reads)

"""Reads plain text, gzipped or not: every line that is not blank is one document without mentions."""

from pathlib import Path

from ..document import Document
from ..findings import Findings
from ..source import read_lines


def read(path: Path, findings: Findings | None = None) -> list[Document]:
    """Read documents in the file's order; a document's id is `FILE:LINE`.

    Raises:
        CorpusError: a line is not UTF-8.
    """
    findings = findings or Findings(path)
    name = Path(path).name
    documents = [
        Document(id=f"{name}:{number}", text=line)
        for number, line in read_lines(path, findings)
        if line.strip()
    ]
    findings.check()
    return documents

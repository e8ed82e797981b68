"""Reads CoNLL: one token a line, its IOB tag in the last column, a blank line after each sentence.

Columns are divided by tabs, or by spaces in a line without a tab, and by nothing else: a no-break space is
part of a token. Empty columns at the end of a line are dropped; every line then has as many columns as
the others. Columns between the token and the tag (part of speech, chunk) are not read. In a file with
`-DOCSTART-` lines each one begins a document; in a file without, every sentence is a document. A document's
id is `FILE:LINE` of its first token. How tokens become text: see `iob`.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..document import Document
from ..findings import Findings
from ..iob import check_tag, make_tagged_document
from ..source import read_lines


def read(path: Path, findings: Findings | None = None) -> list[Document]:
    """Read documents in the file's order, with the source's own labels.

    Raises:
        CorpusError: it lists the broken lines: no tag, an empty token, a tag that is not IOB, another number
            of columns than most lines have, a mention with white space at an edge.
    """
    findings = findings or Findings(path)
    rows = [(number, _columns(line)) for number, line in read_lines(path, findings)]
    usual = _usual_width(columns for _, columns in rows)
    sentences: list[_Sentence] = []
    document = 0
    open_sentence = None
    for number, columns in rows:
        if _begins_document(columns):
            document, open_sentence = document + 1, None
        elif not columns:
            open_sentence = None
        else:
            if open_sentence is None:
                open_sentence = _Sentence(number, document)
                sentences.append(open_sentence)
            with findings.at(path, number):
                open_sentence.add(columns, usual)
    documents = _documents(sentences, Path(path), document == 0, findings)
    findings.check()
    return documents


def _columns(line: str) -> list[str]:
    """The columns of a line; none of a blank one."""
    line = line.rstrip(" \t")
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    return [column for column in line.split(" ") if column]


def _begins_document(columns: list[str]) -> bool:
    return bool(columns) and columns[0].startswith("-DOCSTART-")


def _usual_width(rows: Iterable[list[str]]) -> int:
    """How many columns most lines have."""
    widths = Counter(len(columns) for columns in rows if columns and not _begins_document(columns))
    return widths.most_common(1)[0][0] if widths else 0


class _Sentence:
    def __init__(self, line: int, document: int):
        self.line = line  # of its first token
        self.document = document  # how many -DOCSTART- lines came before
        self.tokens: list[str] = []
        self.tags: list[str] = []

    def add(self, columns: list[str], usual: int) -> None:
        if len(columns) < 2:
            raise ValueError(f"a line has a token and its tag, found {columns[0][:80]!r}")
        if not columns[0]:
            raise ValueError(f"the token is empty; the other columns are {columns[1:]!r:.80}")
        if len(columns) != usual:
            raise ValueError(
                f"{len(columns)} columns, but most lines of the file have {usual}: {columns!r:.80};"
                " tabs divide columns, spaces do in a line without a tab"
            )
        self.tokens.append(columns[0])
        self.tags.append(check_tag(columns[-1]))


def _documents(
    sentences: list[_Sentence], path: Path, by_sentence: bool, findings: Findings
) -> list[Document]:
    groups: dict[int, list[_Sentence]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.line if by_sentence else sentence.document, []).append(sentence)
    documents = []
    for group in groups.values():
        line = group[0].line
        tagged = [(sentence.tokens, sentence.tags) for sentence in group]
        with findings.at(path, line):
            documents.append(make_tagged_document(f"{path.name}:{line}", tagged, findings))
    return documents

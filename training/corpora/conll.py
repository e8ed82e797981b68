"""CoNLL: one token a line, its IOB tag in the last column, a blank line after each sentence.

Columns are divided by tabs, or by white space in a line without a tab; columns between the token
and the tag (part of speech, chunk) are not read. In a file with `-DOCSTART-` lines each one begins
a document; in a file without, every sentence is a document. A document's id is `FILE:LINE` of its
first token. How tokens become text: see `iob`.
"""

from pathlib import Path

from .document import Document
from .iob import check_tag, make_tagged_document
from .source import Findings, read_lines


def read(path: Path) -> list[Document]:
    """Documents in the file's order, with the source's own labels.

    Raises CorpusError that lists the broken lines: no tag, an empty token, a tag that is not IOB.
    """
    findings = Findings(path)
    sentences: list[_Sentence] = []
    document = 0
    open_sentence = None
    for number, line in read_lines(path, findings):
        if line.startswith("-DOCSTART-"):
            document, open_sentence = document + 1, None
        elif not line.strip():
            open_sentence = None
        else:
            if open_sentence is None:
                open_sentence = _Sentence(number, document)
                sentences.append(open_sentence)
            with findings.at(path, number):
                open_sentence.add(line)
    findings.check()
    return _documents(sentences, Path(path).name, by_sentence=document == 0)


class _Sentence:
    def __init__(self, line: int, document: int):
        self.line = line  # of its first token
        self.document = document  # how many -DOCSTART- lines came before
        self.tokens: list[str] = []
        self.tags: list[str] = []

    def add(self, line: str) -> None:
        columns = [column.strip() for column in line.split("\t")] if "\t" in line else line.split()
        if len(columns) < 2:
            raise ValueError(f"a line has a token and its tag, found {line[:80]!r}")
        if not columns[0]:
            raise ValueError(f"the token is empty: {line[:80]!r}")
        self.tokens.append(columns[0])
        self.tags.append(check_tag(columns[-1]))


def _documents(sentences: list[_Sentence], file: str, by_sentence: bool) -> list[Document]:
    groups: dict[int, list[_Sentence]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.line if by_sentence else sentence.document, []).append(sentence)
    return [
        make_tagged_document(f"{file}:{group[0].line}", [(s.tokens, s.tags) for s in group])
        for group in groups.values()
    ]

"""JSON lines, gzipped or not: `{"id", "text", "entities": [{"start", "end", "label"}]}`.

Offsets are code points. `entities` may be missing (an unlabelled document), and so may `text`
where `title` and `abstract` stand (PubMed: text = title + one space + abstract) and `id` where
`pmid` stands. An entity's `text`, where given, must be what the document reads there. Other keys
are not read.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from .document import Document, Span
from .source import Findings, make_document, make_span, read_lines


def read(path: Path) -> list[Document]:
    """Documents in the file's order, with the source's own labels.

    Raises CorpusError that lists the broken lines.
    """
    findings = Findings(path)
    documents = []
    for number, line in read_lines(path, findings):
        if line.strip():
            with findings.at(path, number):
                documents.append(parse(json.loads(line)))
    findings.check()
    return documents


def write(documents: Iterable[Document], path: Path) -> None:
    """Write documents so that `read` gives them back; the file's SHA-256 is `sha256(documents)`."""
    with Path(path).open("wb") as file:
        file.writelines(map(_line, documents))


def sha256(documents: Iterable[Document]) -> str:
    """Digest of ids, texts, mentions and order: what `sha256sum` says of the written documents."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(_line(document))
    return digest.hexdigest()


def _line(document: Document) -> bytes:
    entities = [{"start": s.start, "end": s.end, "label": s.label} for s in document.spans]
    record = {"id": document.id, "text": document.text, "entities": entities}
    return json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"


def parse(record: object) -> Document:
    """One record as a document. Raises ValueError that says what it lacks."""
    if not isinstance(record, dict):
        raise ValueError(f"a line is one JSON object, found {type(record).__name__}")
    identifier, text = record.get("id", record.get("pmid")), record.get("text")
    if text is None and isinstance(record.get("title"), str) and isinstance(record.get("abstract"), str):
        text = f"{record['title']} {record['abstract']}"
    if not isinstance(identifier, str | int) or identifier == "":
        raise ValueError(f"a document needs an `id`, found keys {sorted(record)}")
    if not isinstance(text, str):
        raise ValueError(f"document {identifier} needs a `text`, found keys {sorted(record)}")
    text.encode("utf-8")  # JSON can escape half of a surrogate pair, which no tokenizer takes
    entities = record.get("entities") or []
    if not isinstance(entities, list):
        raise ValueError(f"document {identifier}: `entities` is a list, found {type(entities).__name__}")
    return make_document(str(identifier), text, [_span(entity, text) for entity in entities])


def _span(entity: object, text: str) -> Span:
    match entity:
        case {"start": int(start), "end": int(end), "label": str(label)}:
            return make_span(text, start, end, label, entity.get("text"))
    raise ValueError(f"an entity has numbers `start` and `end` and a string `label`, found {entity!r:.80}")

"""Reads and writes JSON lines, gzipped or not: `{"id", "text", "entities": [{"start", "end", "label"}]}`.

Offsets are code points. `entities` may be missing (an unlabelled document), and so may `text`
where `title` and `abstract` stand (PubMed: text = title + one space + abstract) and `id` where
`pmid` stands. An entity's `text`, where given, must be what the document reads there. Other keys
are not read; but in a labelled corpus a record without `entities` that has a key under which other tools
keep mentions is refused, since its mentions would be lost.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..document import Document, Span
from ..findings import Findings
from ..source import make_document, read_lines

# Where doccano, Prodigy, Label Studio, spaCy, LightTag, PubAnnotation and data sets on the Hub keep mentions,
# or what could be taken for them: they are never "no mentions".
FOREIGN = {
    *("annotation", "annotations", "denotations", "entity", "ents", "examples", "label", "labels"),
    *("mentions", "ner", "ner_tags", "spans", "tags"),
}
WANTED = '"entities": [{"start": 0, "end": 4, "label": "Disease"}]'


def read(path: Path, findings: Findings | None = None) -> list[Document]:
    """Read documents in the file's order, with the source's own labels.

    Raises:
        CorpusError: it lists the broken lines.
    """
    findings = findings or Findings(path)
    documents = []
    for number, line in read_lines(path, findings):
        if line.strip():
            with findings.at(path, number):
                documents.append(parse(_record(line), findings))
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


def _record(line: str) -> object:
    """Parse a line.

    Raises:
        ValueError: it is no JSON, or names a key twice.
    """
    try:
        return json.loads(line, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("nested too deep to be read") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"a line is one whole JSON object ({error}), found {line[:60]!r}") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise ValueError(f"key {twice!r} stands twice in one object")
    return record


def parse(record: object, findings: Findings) -> Document:
    """Make a document of one record.

    Raises:
        ValueError: the message says what the record lacks.
    """
    if not isinstance(record, dict):
        raise ValueError(f"a line is one JSON object, found {type(record).__name__}")
    if findings.labelled:
        _refuse_foreign(record)
    identifier, text = record.get("id", record.get("pmid")), record.get("text")
    if text is None and isinstance(record.get("title"), str) and isinstance(record.get("abstract"), str):
        text = f"{record['title']} {record['abstract']}"
    if not isinstance(identifier, str | int) or isinstance(identifier, bool) or identifier == "":
        raise ValueError(f"a document needs an `id`, found keys {sorted(record)}")
    if not isinstance(text, str):
        raise ValueError(f"document {identifier} needs a `text`, found keys {sorted(record)}")
    text.encode("utf-8")  # JSON can escape half of a surrogate pair, which no tokenizer takes
    entities = record.get("entities") or []
    if not isinstance(entities, list):
        raise ValueError(f"document {identifier}: `entities` is a list, found {type(entities).__name__}")
    spans = [span for entity in entities for span in _spans(entity, text, findings)]
    return make_document(str(identifier), text, spans)


def _refuse_foreign(record: dict[str, object]) -> None:
    """Raise ValueError where mentions may stand under another tool's key."""
    foreign = sorted(key for key in record if key.lower() in FOREIGN | {"entities"} and key != "entities")
    if foreign and record.get("entities") is None:
        raise ValueError(
            f"found {', '.join(map(repr, foreign))} but no `entities`; mentions are read from {WANTED} alone:"
            ' convert them, or write "entities": [] where there are none'
        )


def _spans(entity: object, text: str, findings: Findings) -> list[Span]:
    match entity:
        case {"start": bool()} | {"end": bool()}:
            pass
        case {"start": int(start), "end": int(end), "label": str(label), **others}:
            return findings.spans(text, start, end, label, others.get("text"))
    raise ValueError(f"an entity has numbers `start` and `end` and a string `label`, found {entity!r:.80}")

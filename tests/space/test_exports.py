"""Exports, made by the JavaScript in Chromium and read back by readers that know nothing of it."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bioc import biocjson, biocxml
from exporting import export, formats, open_exports
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from training.corpora.formats import brat

pytestmark = pytest.mark.browser
ORIGIN = {"model": "someone/tiny", "revision": "sha256:" + "0" * 64, "offset_unit": "code_point"}
CREATED = "2026-01-31T08:15:00.000Z"

# Elements of a BioC collection and their order, as its DTD has them.
BIOC = etree.DTD(
    io.StringIO("""
<!ELEMENT collection (source, date, key, infon*, document+)>
<!ELEMENT document (id, infon*, passage+, relation*)>
<!ELEMENT passage (infon*, offset, ((text?, annotation*) | sentence*), relation*)> <!ELEMENT sentence EMPTY>
<!ELEMENT annotation (infon*, location*, text)>
<!ATTLIST annotation id CDATA #IMPLIED> <!ELEMENT relation EMPTY>
<!ELEMENT location EMPTY> <!ATTLIST location offset CDATA #REQUIRED length CDATA #REQUIRED>
<!ELEMENT infon (#PCDATA)> <!ATTLIST infon key CDATA #REQUIRED>
<!ELEMENT source (#PCDATA)> <!ELEMENT date (#PCDATA)> <!ELEMENT key (#PCDATA)> <!ELEMENT id (#PCDATA)>
<!ELEMENT offset (#PCDATA)> <!ELEMENT text (#PCDATA)>
""")
)


def document(identity, text: str, *mentions: str, label: str = "Disease") -> dict:
    """A document in which each of `mentions` is an entity, one after another."""
    entities, at = [], 0
    for number, mention in enumerate(mentions):
        start = text.index(mention, at)
        at = start + len(mention)
        entities.append(
            {"start": start, "end": at, "label": label, "score": 0.97 / (number + 1), "text": mention}
        )
    return {"id": identity, "text": text, "entities": entities}


def corpus(*documents: dict) -> dict:
    return {
        "model": ORIGIN["model"],
        "revision": ORIGIN["revision"],
        "offsetUnit": "code_point",
        "created": CREATED,
        "documents": list(documents),
    }


HOSTILE = corpus(
    document("plain", "Aspirin caused renal failure.", "renal failure"),
    document("emoji", "😀👩‍⚕️ Aspirin 🧠 caused 💊 renal failure 😀.", "renal failure"),
    document("combining marks", "cafe\u0301 nau\u0308sea Sjo\u0308gren", "nau\u0308sea", "Sjo\u0308gren"),
    document("line ends", "renal\r\nfailure\rand\nrenal\tfailure", "renal\r\nfailure", "renal\tfailure"),
    document("other ends", "renal\u2028failure renal\x0cfailure", "renal\u2028failure", "renal\x0cfailure"),
    document("lone surrogates", "a \ud83d renal\udc00failure \udfff", "renal\udc00failure"),
    document("control characters", "\0 \x01 \x1f renal\ufffffailure \x7f \ufeff", "renal\ufffffailure"),
    document('"quotes" & <marks>', 'a "renal" <b>failure</b> & ]]> more', '"renal" <b>failure</b> & ]]>'),
    document("=LINK()", "=cmd|' /C calc'!A1 +1 -1 @A '=1", "=cmd|' /C calc'!A1", "+1", "-1", "@A", "'=1"),
    document("full width", "＝1 ＋1 －1 ＠x", "＝1", "＋1", "－1", "＠x", label="Chemical, and = more"),
    document("../../etc/passwd", "renal failure", "renal failure"),
    document("..\\..\\etc passwd", "renal failure", "renal failure"),
    document(17, "a number for an id: nausea", "nausea"),
    document("nothing found", "nothing in here"),
    document("empty", ""),
    document("overlong", "word " * 40_000 + "renal " * 5_000 + "failure", "renal " * 5_000 + "failure"),
)  # fmt: skip


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context()
    page = context.new_page()
    open_exports(page)
    yield page
    context.close()


def well_formed(text: str) -> str:
    """What UTF-8 can hold of a text: as many code points, one U+FFFD for each lone surrogate."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def found(entities: list[dict], written=str) -> list[tuple]:
    """Entities as every reader below returns them, the texts as the format writes them."""
    return [(e["start"], e["end"], e["label"], e["score"], written(e["text"])) for e in entities]


# One reader a format: bytes -> {id: (text, entities)}, having checked that the file names its origin.


def read_json(data: bytes) -> dict:
    content = json.loads(data)
    assert {key: content[key] for key in ORIGIN} == ORIGIN and content["created"] == CREATED
    return {d["id"]: (d["text"], found(d["entities"])) for d in content["documents"]}


def read_json_lines(data: bytes) -> dict:
    lines = [json.loads(line) for line in data.decode("utf-8").split("\n")[:-1]]
    assert all({key: line[key] for key in ORIGIN} == ORIGIN for line in lines)
    return {line["id"]: (line["text"], found(line["entities"])) for line in lines}


def read_csv(data: bytes) -> dict:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    content = {}
    for row in rows:
        assert {key: row[key] for key in ORIGIN} == ORIGIN
        for value in row.values():
            assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", value), "a spreadsheet would run this"
        entities = content.setdefault(plain(row["document"]), (None, []))[1]
        if row["start"]:
            place = int(row["start"]), int(row["end"])
            entities.append((*place, plain(row["label"]), float(row["score"]), plain(row["text"])))
    return content


def plain(cell: str) -> str:
    return cell.removeprefix("'")


def read_brat(data: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(data)) as archive, TemporaryDirectory() as folder:
        assert archive.testzip() is None
        assert all(re.fullmatch(r"[\w-]+\.(txt|ann|conf|json)", name) for name in archive.namelist())
        archive.extractall(folder)
        folder = Path(folder)
        about = json.loads((folder / "clinstill.json").read_bytes())
        assert {key: about[key] for key in ORIGIN} == ORIGIN
        ids = {d["file"]: d["id"] for d in about["documents"]}
        return {ids[f"{d.id}.txt"]: _brat_document(d, folder / f"{d.id}.ann") for d in brat.read(folder)}


def _brat_document(read: brat.Document, annotations) -> tuple:
    notes = re.findall(r"^#\d+\tAnnotatorNotes T(\d+)\tscore (\S+), ", annotations.read_text("utf-8"), re.M)
    assert [int(number) for number, _ in notes] == list(range(1, len(read.spans) + 1))
    return read.text, [
        (span.start, span.end, span.label, float(score), read.text[span.start : span.end])
        for span, (_, score) in zip(read.spans, notes, strict=True)
    ]


def read_bioc(collection) -> dict:
    assert {key: collection.infons[key] for key in ORIGIN} == ORIGIN
    return {
        d.id: (d.passages[0].text or "", [_bioc_entity(a) for a in d.passages[0].annotations])
        for d in collection.documents
    }


def _bioc_entity(annotation) -> tuple:
    [place] = annotation.locations
    infons = annotation.infons
    return place.offset, place.end, infons["type"], float(infons["score"]), annotation.text


def read_bioc_xml(data: bytes) -> dict:
    tree = etree.fromstring(data)
    assert BIOC.validate(tree), BIOC.error_log
    return read_bioc(biocxml.loads(data.decode("utf-8")))


def read_bioc_json(data: bytes) -> dict:
    return read_bioc(biocjson.loads(data))


def read_fhir(data: bytes) -> dict:
    bundle = Bundle.model_validate_json(data)
    tags = {tag.system.removeprefix("urn:clinstill:"): tag.code for tag in bundle.meta.tag}
    assert tags == ORIGIN | {"created": CREATED}
    resources = {entry.fullUrl: entry.resource for entry in bundle.entry}
    assert len(resources) == len(bundle.entry)
    [(device_url, device)] = [(url, r) for url, r in resources.items() if r.get_resource_type() == "Device"]
    named = device.deviceName[0].name, device.version[0].value, device.property[0].valueCode[0].text
    assert named == tuple(ORIGIN.values())
    content, texts = {}, {}
    for url, resource in resources.items():
        if resource.get_resource_type() == "DocumentReference":
            attachment = resource.content[0].attachment
            texts[url] = (attachment.data or b"").decode("utf-8")
            content[attachment.title] = texts[url], []
        elif resource.get_resource_type() == "Observation":
            assert resource.device.reference == device_url
            parts = {part.url: part for part in resource.extension[0].extension}
            source = parts["reference"].valueReference.reference
            assert [reference.reference for reference in resource.focus + resource.derivedFrom] == [
                source
            ] * 2
            start = parts["offset"].valueInteger
            end = start + parts["length"].valueInteger
            score = float(resource.component[0].valueQuantity.value)
            entities = content[resources[source].content[0].attachment.title][1]
            entities.append((start, end, resource.code.text, score, resource.valueString))
    return content


# What each format cannot hold is one U+FFFD a code point, in texts (first) and in mentions (second).
WRITTEN = {
    "json": (str, str),
    "jsonl": (str, str),
    "csv": (lambda text: None, well_formed),
    "brat": (well_formed, well_formed),
    "bioc-json": (str, str),
    "bioc-xml": (lambda text: _without("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text),) * 2,
    "fhir": (well_formed, lambda text: _without("[\0-\x08\x0b\x0c\x0e-\x1f]", text)),
}


def _without(unwritable: str, text: str) -> str:
    return re.sub(unwritable, "\ufffd", well_formed(text))


READERS = {
    "json": read_json,
    "jsonl": read_json_lines,
    "csv": read_csv,
    "brat": read_brat,
    "bioc-xml": read_bioc_xml,
    "bioc-json": read_bioc_json,
    "fhir": read_fhir,
}


def check(name: str, read: dict, written: dict) -> None:
    """What was read back is what was written: each text, each entity, and its place in its text."""
    of_text, of_mention = WRITTEN[name]
    identity = str if name in ("csv", "bioc-json", "bioc-xml", "fhir") else lambda value: value
    label = (lambda value: re.sub(r"[^\w-]", "_", value)) if name == "brat" else str  # brat's have no spaces
    assert read.keys() == {identity(d["id"]) for d in written["documents"]}
    for d in written["documents"]:
        text, entities = read[identity(d["id"])]
        assert text == of_text(d["text"])
        assert entities == found([{**e, "label": label(e["label"])} for e in d["entities"]], of_mention)
        if text is not None:
            assert all(of_mention(text[start:end]) == mention for start, end, _, _, mention in entities)


@pytest.mark.parametrize("name", READERS)
def test_what_is_exported_can_be_read_back(page, name):
    check(name, READERS[name](export(page, name, HOSTILE)), HOSTILE)


def test_every_offered_format_is_read_back_here(page):
    offered = formats(page)
    assert [f["id"] for f in offered] == list(READERS)
    assert all(f["title"] and f["extension"] and "/" in f["type"] and f["about"] for f in offered)


@pytest.mark.parametrize("name", READERS)
def test_a_number_keeps_its_digits(page, name):
    ids = ["9007199254740993", "9007199254740992", "123456789012345678901234567890", "1.0", "1e3"]
    documents = [document({"digits": digits}, "nausea", "nausea") for digits in ids]
    read = READERS[name](export(page, name, corpus(*documents)))
    assert {json.loads(str(identity)) for identity in read} == set(map(json.loads, ids))
    if name in ("json", "jsonl"):  # the reader above knows no more digits than a float
        raw = export(page, name, corpus(*documents)).decode()
        assert re.findall(r'"id": ?([^",]+),', raw) == ids


# Any characters, the awkward ones more often.
AWKWARD = st.sampled_from("a \r\n\t'\"=+-@&<>,;\0\u2028\ud83d\udc00\u0301😀")
# A file with many NULs is taken for UTF-16, and refused.
TEXTS = st.text(AWKWARD | st.characters(), min_size=2).filter(lambda text: 4 * text.count("\0") <= len(text))


@st.composite
def corpora(draw) -> dict:
    """Texts whose mentions, as the engine's, do not begin or end with white space."""
    documents = []
    for number, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=20))):
        text = json.loads(json.dumps(text))  # two surrogates side by side are one character
        at, entities = 0, []
        for piece in re.findall(r"\w[^\w]*\w|\w", text):
            start = text.index(piece, at)
            at = start + len(piece)
            entities.append({"start": start, "end": at, "label": "X", "score": 0.5, "text": piece})
        documents.append({"id": str(number), "text": text, "entities": entities})
    return corpus(*documents)


@given(written=corpora())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_can_be_read_back(page, written):
    for name, read in READERS.items():
        check(name, read(export(page, name, written)), written)

"""Readers of corpus files: what they make of good files, and how they report broken ones."""

import gzip
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from training.corpora import CorpusError, Document, Span, sha256
from training.corpora.findings import Findings
from training.corpora.formats import brat, conll, jsonl, lines, pubtator

PUBTATOR = (
    "101|t|Zorvane and gastric pain.\n"
    "101|a|After zorvane | placebo, two of nine had kidney or liver failure.\n"
    "101\t0\t7\tZorvane\tChemical\tD000001\n"
    "101\t12\t24\tgastric pain\tDisease\tD000002\n"
    "101\t32\t39\tzorvane\tChemical\tD000001\n"
    "101\t67\t90\tkidney or liver failure\tDisease\tD3|D4\tkidney failure|liver failure\n"
    "101\t77\t90\tliver failure\tDisease\tD000004\n"
    "101\tCID\tD000001\tD000002\n"
    "101\tPositive_Correlation\tD000001\tD000002\tNovel\n"
    "\n"
    "102|t|No drug here.\n"
    "102|a|\n"
)


def entity_record(text, start, end, quoted):
    """A JSON line with one mention."""
    return {"id": 1, "text": text, "entities": [{"start": start, "end": end, "label": "D", "text": quoted}]}


def spans(document):
    return [(document.text[span.start : span.end], span.label) for span in document.spans]


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# PubTator


def test_pubtator_reads_title_and_abstract_as_one_text(tmp_path):
    first, second = pubtator.read(write(tmp_path / "a.txt", PUBTATOR))
    assert first.id == "101"
    assert first.text.startswith("Zorvane and gastric pain. After zorvane | placebo")
    assert second == Document(id="102", text="No drug here. ")


def test_pubtator_keeps_overlaps_and_composites_and_skips_relations(tmp_path):
    document = pubtator.read(write(tmp_path / "a.txt", PUBTATOR))[0]
    assert spans(document) == [
        ("Zorvane", "Chemical"),
        ("gastric pain", "Disease"),
        ("zorvane", "Chemical"),
        ("kidney or liver failure", "Disease"),
        ("liver failure", "Disease"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        PUBTATOR.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PUBTATOR.encode(),
        gzip.compress(PUBTATOR.encode()),
    ],
    ids=["CRLF", "byte order mark", "gzip"],
)
def test_pubtator_reads_other_encodings_of_the_same_file(tmp_path, content):
    plain = pubtator.read(write(tmp_path / "plain.txt", PUBTATOR))
    assert pubtator.read(write(tmp_path / "a.txt", content)) == plain


def test_pubtator_splits_lines_at_line_feeds_only(tmp_path):
    text = "1|t|A\u2028B\x85C\x0bD.\n1|a|\x1cE.\n1\t2\t3\tB\tDisease\t-1\n"
    assert spans(pubtator.read(write(tmp_path / "a.txt", text))[0]) == [("B", "Disease")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("101\t0\t6\tZorvane\tChemical\tD1", "mention 'Zorvane': the text at 0:6 reads 'Zorvan'"),
        (
            "101\t80\t95\tfailure\tDisease\tD1",
            "mention 80:95 is empty or lies outside its text of 91 characters",
        ),
        ("101\t5\t5\t\tDisease\tD1", "mention 5:5 is empty"),
        ("101\tx0\t7\tZorvane\tChemical\tD1", "offsets are two whole numbers, found 'x0' and '7'"),
        ("101\t-3\t7\tZorvane\tChemical\tD1", "offsets are two whole numbers, found '-3' and '7'"),
        ("101\t0\t7\tZorvane", "at least 5 columns divided by tabs (id, start, end, text, type), found 4"),
        ("101\t0\t7\tZorvane\t\tD1", "mention 0:7 has no label"),
        ("102\t0\t7\tZorvane\tChemical\tD1", "names document '102', but the title before it is of 101"),
        ("Zorvane, a new drug", "names document 'Zorvane, a new drug', but the title before it is of 101"),
        ("101|a|Again.", "a second abstract of document 101"),
    ],
)
def test_pubtator_reports_a_broken_line_with_its_place(tmp_path, line, message):
    broken = PUBTATOR.replace("101\tCID", f"{line}\n101\tCID")
    path = write(tmp_path / "a.txt", broken)
    with pytest.raises(CorpusError) as error:
        pubtator.read(path)
    assert f"{path}:8: " in str(error.value)
    assert message in str(error.value)


def test_pubtator_reports_a_mention_before_any_title(tmp_path):
    path = write(tmp_path / "a.txt", "9\t0\t1\tA\tDisease\t-1\n8|t|Title only.\n")
    with pytest.raises(CorpusError) as error:
        pubtator.read(path)
    assert f"{path}:1: this line names document '9', but no title comes before it" in str(error.value)


def test_pubtator_reads_a_record_without_an_abstract(tmp_path):
    text = (
        "1|t|Gout.\n1\t0\t4\tGout\tDisease\tD1\n\n2|t|Asthma.\n2|a|With gout.\n2\t0\t6\tAsthma\tDisease\tD1\n"
    )
    first, second = pubtator.read(write(tmp_path / "a.txt", text))
    assert (first.text, spans(first)) == ("Gout.", [("Gout", "Disease")])
    assert (second.text, spans(second)) == ("Asthma. With gout.", [("Asthma", "Disease")])


NORMALISED = (
    "1|t|TNF-α in gout\n1|a|IL‐6 in asthma.\n1\t0\t5\tTNF-a\tChemical\tD1\n"
    "1\t9\t13\tgout\tDisease\tD2\n1\t14\t18\tIL-6\tChemical\tD3\n"
)


def test_mentions_quoted_otherwise_are_counted_and_refused(tmp_path):
    path = write(tmp_path / "a.txt", NORMALISED)
    with pytest.raises(CorpusError) as error:
        pubtator.read(path)
    assert f"{path}:3: mention 'TNF-a': the text at 0:5 reads 'TNF-α'" in str(error.value)
    assert f"{path}:5: mention 'IL-6': the text at 14:18 reads 'IL‐6'" in str(error.value)
    assert "2 mentions quoted otherwise than the text reads there" in str(error.value)
    assert "`skip_mismatched: true`" in str(error.value)


def test_mentions_quoted_otherwise_are_left_out_and_told_where_the_recipe_says_so(tmp_path, capsys):
    path = write(tmp_path / "a.txt", NORMALISED)
    (document,) = pubtator.read(path, Findings(path, skip_mismatched=True))
    assert spans(document) == [("gout", "Disease")]
    told = capsys.readouterr().err
    assert f"{path}: 2 mentions left out or trimmed, as the recipe says" in told
    assert f"{path}:3: left out: mention 'TNF-a': the text at 0:5 reads 'TNF-α'" in told


@pytest.mark.parametrize(
    ("text", "start", "units"),
    [
        ("β😀 gout and more", 7, "UTF-8 bytes"),
        ("β😀 gout and more", 4, "UTF-16 units"),
        ("A.\r\n\r\ngout and more", 4, "characters of a text with LF line ends"),
        ("\ufeffA gout and more", 2, "characters behind a byte order mark"),
    ],
)
def test_offsets_in_other_units_are_named_and_never_left_out(tmp_path, text, start, units):
    path = write(tmp_path / "a.jsonl", json.dumps(entity_record(text, start, start + 4, "gout")))
    for skip in (False, True):
        with pytest.raises(CorpusError, match=f"the offsets seem to count {units}, not the text's"):
            jsonl.read(path, Findings(path, skip_mismatched=skip))


def test_all_broken_lines_are_counted_and_the_first_ten_shown(tmp_path):
    path = write(tmp_path / "a.txt", PUBTATOR + "102\t0\t2\tYes\tDisease\t-1\n" * 13)
    with pytest.raises(CorpusError) as error:
        pubtator.read(path)
    report = str(error.value).splitlines()
    assert report[0] == f"{path}: 13 broken places; correct the source, then run again"
    assert [line.split(": ")[0] for line in report[1:-2]] == [f"  {path}:{n}" for n in range(13, 23)]
    assert report[-2] == "  ... and 3 more"
    assert report[-1].startswith("13 mentions quoted otherwise than the text reads there")


def test_a_byte_that_is_not_utf8_is_reported_once_without_follow_on_findings(tmp_path):
    path = write(tmp_path / "a.txt", PUBTATOR.encode().replace(b"gastric pain.", b"gastric p\xe9in."))
    with pytest.raises(CorpusError) as error:
        pubtator.read(path)
    assert f"{path}:1: not UTF-8: byte 0xe9" in str(error.value)
    assert "101\t0\t7" not in str(error.value)
    assert len(str(error.value).splitlines()) == 4  # title, the byte, the mention that it broke, what to do


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:20] + b"\0\0\0\0" + data[24:]])
def test_a_damaged_gzip_file_is_refused(tmp_path, damage):
    path = write(tmp_path / "a.txt.gz", damage(gzip.compress(PUBTATOR.encode())))
    with pytest.raises(CorpusError, match="cannot be read"):
        pubtator.read(path)


ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\t|"), max_size=40)


@st.composite
def documents(draw, text, identifier="doc"):
    """A document over a drawn text, with any mentions, overlapping ones too."""
    content = draw(text)
    places = st.tuples(st.integers(0, len(content)), st.integers(0, len(content)), st.sampled_from("XY"))
    drawn = draw(st.sets(places, max_size=6))
    found = sorted((min(a, b), max(a, b), label) for a, b, label in drawn)
    found = [(a, b, label) for a, b, label in found if content[a:b] and content[a:b] == content[a:b].strip()]
    unique = [Span(start=a, end=b, label=label) for a, b, label in dict.fromkeys(found)]
    return Document(id=identifier, text=content, spans=tuple(unique))


@given(st.data(), ONE_LINE, ONE_LINE)
def test_pubtator_round_trip(tmp_path_factory, data, title, abstract):
    document = data.draw(documents(st.just(f"{title} {abstract}")))
    rows = [f"doc|t|{title}", f"doc|a|{abstract}"]
    rows += [
        f"doc\t{s.start}\t{s.end}\t{document.text[s.start : s.end]}\t{s.label}\t-1" for s in document.spans
    ]
    path = write(tmp_path_factory.mktemp("pubtator") / "a.txt", "\n".join(rows) + "\n")
    assert pubtator.read(path) == [document]


# CoNLL


def test_conll_makes_each_sentence_a_document(tmp_path):
    path = write(
        tmp_path / "a.tsv", "Zorvane\tB-Chemical\nhelps\tO\n\n\nSevere\tB-Disease\npain\tI-Disease\n.\tO\n"
    )
    first, second = conll.read(path)
    assert (first.id, first.text, spans(first)) == ("a.tsv:1", "Zorvane helps", [("Zorvane", "Chemical")])
    assert (second.id, second.text, spans(second)) == (
        "a.tsv:5",
        "Severe pain .",
        [("Severe pain", "Disease")],
    )


def test_conll_joins_the_sentences_of_a_docstart_document(tmp_path):
    text = "-DOCSTART- -X- O O\n\nPain NN I-NP B-D\n\nPain NN I-NP I-D\n-DOCSTART- -X- O O\nNone DT O O\n"
    first, second = conll.read(write(tmp_path / "a.txt", text))
    assert (first.text, spans(first)) == ("Pain\nPain", [("Pain", "D"), ("Pain", "D")])
    assert (second.id, second.text) == ("a.txt:7", "None")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B-X I-X O", ["a b"]),
        ("I-X I-X O", ["a b"]),  # IOB1
        ("I-X B-X I-X", ["a", "b c"]),  # IOB1: B- only between neighbours of one type
        ("B-X B-X O", ["a", "b"]),
        ("B-X I-Y I-Y", ["a", "b c"]),
        ("O I-X I-Y", ["b", "c"]),
    ],
)
def test_conll_reads_iob1_and_iob2(tmp_path, tags, expected):
    rows = "\n".join(f"{token}\t{tag}" for token, tag in zip("abc", tags.split(), strict=True))
    (document,) = conll.read(write(tmp_path / "a.tsv", rows))
    assert [text for text, _ in spans(document)] == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pain", "a line has a token and its tag, found 'pain'"),
        ("\tB-Disease", "the token is empty"),
        ("pain\tE-Disease", "tag 'E-Disease' is not IOB"),
        ("pain\tB-", "tag 'B-' is not IOB"),
        ("pain\t", "a line has a token and its tag, found 'pain'"),
        ("pain\t\tO", "3 columns, but most lines of the file have 2: ['pain', '', 'O']"),
        ("renal\u00a0 failure B-Disease", "3 columns, but most lines of the file have 2"),
        ("\u00a0\tB-Disease", "mention 0:1 '\\xa0' consists of white space"),
        ("pain\u00a0\tB-Disease", "mention 0:5 'pain\\xa0' begins or ends with white space"),
        ("\u2003", "a line has a token and its tag, found '\\u2003'"),
        ("pain\tDisease", "tag 'Disease' is not IOB"),
    ],
)
def test_conll_reports_a_broken_line_with_its_place(tmp_path, line, message):
    path = write(tmp_path / "a.tsv", f"Zorvane\tB-Chemical\n\n{line}\nnone\tO\nhere\tO\n")
    with pytest.raises(CorpusError) as error:
        conll.read(path)
    assert f"{path}:3: {message}" in str(error.value)


def test_conll_reads_crlf_byte_order_mark_and_tokens_with_spaces(tmp_path):
    path = write(tmp_path / "a.tsv", b"\xef\xbb\xbf1 1/2\tO\r\nmg\tO\r\n\r\nzorvane\tB-C\r\n")
    assert [document.text for document in conll.read(path)] == ["1 1/2 mg", "zorvane"]


def test_conll_parts_columns_at_spaces_and_tabs_alone(tmp_path):
    (document,) = conll.read(
        write(tmp_path / "a.conll", "dose O\n5\u00a0mg O\nof O\n renal\u2003failure  B-D \n")
    )
    assert (document.text, spans(document)) == (
        "dose 5\u00a0mg of renal\u2003failure",
        [("renal\u2003failure", "D")],
    )


def test_conll_reports_a_token_with_a_space_in_a_file_that_spaces_part(tmp_path):
    """As Label Studio writes it."""
    rows = "-DOCSTART- -X- O O\nPatient -X- _ O\nhas -X- _ O\nrenal failure -X- _ B-Disease\n. -X- _ O\n"
    path = write(tmp_path / "a.conll", rows)
    with pytest.raises(CorpusError, match=r"a\.conll:4: 5 columns, but most lines of the file have 4"):
        conll.read(path)


def test_conll_drops_empty_columns_at_the_end(tmp_path):
    (document,) = conll.read(write(tmp_path / "a.tsv", "gout\tB-Disease\t\nnow\tO\t\t\n.\tO\n"))
    assert (document.text, spans(document)) == ("gout now .", [("gout", "Disease")])


TOKEN = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=6)
TAGGED = st.lists(
    st.tuples(TOKEN, st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"])), min_size=1, max_size=9
)


@given(st.lists(TAGGED, min_size=1, max_size=4))
def test_conll_decodes_any_tags_as_seqeval_does(tmp_path_factory, sentences):
    rows = ["".join(f"{token}\t{tag}\n" for token, tag in sentence) for sentence in sentences]
    path = write(tmp_path_factory.mktemp("conll") / "a.tsv", "\n".join(rows))
    for document, sentence in zip(conll.read(path), sentences, strict=True):
        tokens, tags = zip(*sentence, strict=True)
        expected = [(" ".join(tokens[a : b + 1]), label) for label, a, b in get_entities(list(tags))]
        assert document.text == " ".join(tokens)
        assert spans(document) == expected


# brat

BRAT_TEXT = "A 63-year-old took zorvane.\r\nRight and left\nkidney pain followed. \U0001f600 Rash.\n"
BRAT = (
    "T1\tMedication 19 26\tzorvane\n"
    "T2\tSign_symptom 39 55\tleft kidney pain\n"
    "E1\tSign_symptom:T2 \n"
    "A1\tPOLARITY E1 NEG\n"
    "R1\tMODIFY Arg1:T1 Arg2:E1\t\n"
    "T3\tSign_symptom 29 34;44 55\tRight kidney pain\n"
    "*\tEQUIV T1 T2\n"
    "#1\tAnnotatorNotes T1\ta note\n"
    "N1\tReference T1 UMLS:C1\tzorvane\n"
    "M1\tNegation E1\n"
    "T4\tSign_symptom 68 72\tRash\ta tail\n"
)


def brat_folder(path, text=BRAT_TEXT, annotations=BRAT):
    path.mkdir(exist_ok=True)
    write(path / "case.txt", text)
    write(path / "case.ann", annotations)
    return path


def test_brat_reads_mentions_over_line_ends_and_skips_all_else(tmp_path):
    (document,) = brat.read(brat_folder(tmp_path))
    assert (document.id, document.text) == ("case", BRAT_TEXT)
    assert spans(document) == [
        ("zorvane", "Medication"),
        ("Right and left\nkidney pain", "Sign_symptom"),  # discontinuous: the covering span
        ("left\nkidney pain", "Sign_symptom"),
        ("Rash", "Sign_symptom"),
    ]


def test_brat_sorts_documents_by_name_and_takes_an_empty_annotation_file(tmp_path):
    for name in ("b", "a", "case.2"):
        write(tmp_path / f"{name}.txt", "Nothing.")
        write(tmp_path / f"{name}.ann", "")
    assert [document.id for document in brat.read(tmp_path)] == ["a", "b", "case.2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T9\tMedication 19 25\tzorvane", "mention 'zorvane': the text at 19:25 reads 'zorvan'"),
        (
            "T9\tMedication 19 999\tzorvane",
            "mention 19:999 is empty or lies outside its text of 74 characters",
        ),
        ("T9\tMedication 19\tzorvane", "a mention reads T1<TAB>Label start end<TAB>text"),
        ("T9\tMedication 19 26", "a mention reads T1<TAB>Label start end<TAB>text"),
        ("T9 Medication 19 26 zorvane", "a mention reads T1<TAB>Label start end<TAB>text"),
        ("zorvane", "a mention reads T1<TAB>Label start end<TAB>text"),
        ("T9\tMedication 18 26\t zorvane", "mention 18:26 ' zorvane' begins or ends with white space"),
        ("T9\tMedication 18 26\tzorvane", "mention 18:26 ' zorvane' begins or ends with white space"),
        ("T9\tMedication 14 19\ttook ", "mention 14:19 'took ' begins or ends with white space"),
        ("T9\tMedication 18 19\t ", "mention 18:19 ' ' consists of white space"),
        ("T9\tMedication 19 26;29 30\tzorvane Left", "the text at 19:30 reads 'zorvane R'"),
    ],
)
def test_brat_reports_a_broken_line_with_its_place(tmp_path, line, message):
    folder = brat_folder(tmp_path, annotations=BRAT + line + "\n")
    with pytest.raises(CorpusError) as error:
        brat.read(folder)
    assert f"{folder / 'case.ann'}:12: " in str(error.value)
    assert message in str(error.value)


def test_brat_parts_of_a_discontinuous_mention_may_have_white_space_inside_it(tmp_path):
    folder = brat_folder(tmp_path, annotations="T1\tD 29 35;44 55\tRight  kidney pain\n")
    assert spans(brat.read(folder)[0]) == [("Right and left\nkidney pain", "D")]
    folder = brat_folder(tmp_path, annotations="T1\tD 29 34;43 55\tRight  kidney pain\n")
    assert spans(brat.read(folder)[0]) == [("Right and left\nkidney pain", "D")]
    folder = brat_folder(tmp_path, annotations="T1\tD 28 34;44 55\t Right kidney pain\n")
    with pytest.raises(CorpusError, match=r"case\.ann:1: mention 28:55 .* begins or ends with white space"):
        brat.read(folder)


def test_brat_mentions_quoted_otherwise_are_left_out_where_the_recipe_says_so(tmp_path):
    lines = "T1\tD 19 26\tZorvan\nT2\tD 29 34;44 55\tright kidney pains\nT3\tD 68 72\tRash\n"
    folder = brat_folder(tmp_path, annotations=lines)
    (document,) = brat.read(folder, Findings(folder, skip_mismatched=True))
    assert spans(document) == [("Rash", "D")]


def test_brat_reports_all_files_of_the_folder_at_once(tmp_path):
    folder = brat_folder(tmp_path, annotations="T1\tMedication 0 3\tzor\n")
    write(folder / "alone.txt", "No partner.")
    write(folder / "orphan.ann", "")
    write(folder / "latin.txt", "one\ntwo caf\xe9".encode("latin-1"))
    write(folder / "latin.ann", "")
    with pytest.raises(CorpusError) as error:
        brat.read(folder)
    report = str(error.value)
    assert report.startswith(f"{folder}: 4 broken places")
    for place in (
        "alone.ann: does not exist",
        "orphan.txt: does not exist",
        "latin.txt:2: not UTF-8",
        "case.ann:1: ",
    ):
        assert f"{folder / place}" in report


def test_brat_refuses_a_file_and_a_folder_without_pairs(tmp_path):
    with pytest.raises(CorpusError, match=r"no \.txt and \.ann files"):
        brat.read(tmp_path)
    with pytest.raises(CorpusError, match="takes a folder"):
        brat.read(write(tmp_path / "case.txt", "text"))


@given(
    documents(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\t"), max_size=60), "case"
    )
)
def test_brat_round_trip(tmp_path_factory, document):
    def row(number, span):
        quoted = document.text[span.start : span.end].replace("\n", " ")
        return f"T{number}\t{span.label} {span.start} {span.end}\t{quoted}\n"

    rows = [row(number, span) for number, span in enumerate(document.spans, 1)]
    folder = brat_folder(tmp_path_factory.mktemp("brat"), document.text, "".join(rows))
    assert brat.read(folder) == [document]


# JSON lines and plain text


def test_jsonl_reads_labelled_unlabelled_and_pubmed_records(tmp_path):
    records = [
        {
            "id": 7,
            "text": "Zorvane 😀 pain",
            "entities": [{"start": 10, "end": 14, "label": "D", "text": "pain"}],
        },
        {"id": "b", "text": "Bare.", "entities": None},
        {"pmid": "9", "title": "A title.", "abstract": "An abstract.", "mesh": ["x"]},
    ]
    text = "\n\n".join(json.dumps(record) for record in records)
    first, second, third = jsonl.read(write(tmp_path / "a.jsonl", text))
    assert (first.id, spans(first)) == ("7", [("pain", "D")])
    assert second == Document(id="b", text="Bare.")
    assert third == Document(id="9", text="A title. An abstract.")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": 1, "text": ', "Expecting value"),
        ("[1, 2]", "a line is one JSON object, found list"),
        ('{"text": "a"}', "a document needs an `id`, found keys ['text']"),
        ('{"id": "", "text": "a"}', "a document needs an `id`"),
        ('{"id": "1", "title": "a"}', "document 1 needs a `text`, found keys ['id', 'title']"),
        ('{"id": "1", "text": "a", "entities": "b"}', "`entities` is a list, found str"),
        (
            '{"id": "1", "text": "a", "entities": [{"start": 0, "end": 1}]}',
            "a string `label`, found {'start': 0",
        ),
        (
            '{"id": "1", "text": "a", "entities": [{"start": "0", "end": 1, "label": "D"}]}',
            "numbers `start` and",
        ),
        (
            '{"id": "1", "text": "a", "entities": [{"start": 0, "end": 2, "label": "D"}]}',
            "mention 0:2 is empty or",
        ),
        (
            '{"id": "1", "text": "ab", "entities": [{"start": 0, "end": 1, "label": "D", "text": "b"}]}',
            "reads 'a'",
        ),
        ('{"id": "1", "text": "\\ud800"}', "surrogates not allowed"),
        ('{"id": true, "text": "a"}', "a document needs an `id`"),
        ('{"id": 1, "text": "a", "text": "b"}', "key 'text' stands twice in one object"),
        ("[" * 100_000, "nested too deep to be read"),
        (
            '{"id": 1, "text": "ab", "entities": [{"start": false, "end": true, "label": "D"}]}',
            "an entity has numbers `start` and `end`",
        ),
        (
            '{"id": 1, "text": "a b", "entities": [{"start": 0, "end": 2, "label": "D"}]}',
            "mention 0:2 'a ' begins or ends with white space",
        ),
        (
            '{"id": 1, "text": "a b", "entities": [{"start": 1, "end": 2, "label": "D"}]}',
            "mention 1:2 ' ' consists of white space",
        ),
        # doccano, Prodigy, Label Studio, spaCy, and tags of words: never "no mentions"
        ('{"id": 1, "text": "Gout.", "label": [[0, 4, "D"]]}', "found 'label' but no `entities`"),
        ('{"id": 1, "text": "Gout.", "label": []}', "found 'label' but no `entities`"),
        ('{"id": 1, "text": "Gout.", "entities": null, "labels": []}', "found 'labels' but no `entities`"),
        (
            '{"text": "Gout.", "spans": [], "answer": "accept"}',
            'mentions are read from "entities": [{"start": 0',
        ),
        ('{"id": 1, "data": {"text": "Gout."}, "annotations": []}', "found 'annotations' but no `entities`"),
        ('{"id": 1, "text": "Gout.", "ents": []}', "found 'ents' but no `entities`"),
        ('{"id": 1, "text": "Gout.", "tokens": ["Gout"], "Tags": [1]}', "found 'Tags' but no `entities`"),
        ('{"id": 1, "text": "Gout.", "Entities": []}', "found 'Entities' but no `entities`"),
        (
            '{"id": 1, "text": "a", "entities": [{"label": "D", "start_offset": 0, "end_offset": 1}]}',
            "an entity has numbers `start` and",
        ),
        ('{"id": 1, "text": "Gout.", "entities": [[0, 4, "D"]]}', "an entity has numbers `start` and"),
    ],
)
def test_jsonl_reports_a_broken_line_with_its_place(tmp_path, line, message):
    path = write(tmp_path / "a.jsonl", '{"id": "0", "text": "fine"}\n' + line + "\n")
    with pytest.raises(CorpusError) as error:
        jsonl.read(path)
    assert f"{path}:2: " in str(error.value)
    assert message in str(error.value)


def test_jsonl_of_an_unlabelled_corpus_may_have_any_other_keys(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"id": 1, "text": "Gout.", "labels": ["inflammation"]}')
    assert jsonl.read(path, Findings(path, labelled=False)) == [Document(id="1", text="Gout.")]


def test_white_space_at_the_edges_is_trimmed_and_told_where_the_recipe_says_so(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", json.dumps(entity_record("A CdCl\u2003  dose", 1, 9, " CdCl\u2003  ")))
    (document,) = jsonl.read(path, Findings(path, trim=True))
    assert spans(document) == [("CdCl", "D")]
    assert f"{path}:1: trimmed: mention 1:9 ' CdCl\\u2003  ' begins or ends" in capsys.readouterr().err


@given(st.lists(documents(st.text(max_size=60)), max_size=4))
def test_jsonl_round_trip_and_digest(tmp_path_factory, collection):
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    jsonl.write(collection, path)
    assert jsonl.read(path) == collection
    assert sha256(collection) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_sha256_depends_on_every_part():
    document = Document(id="a", text="pain", spans=(Span(start=0, end=4, label="D"),))
    others = [
        document.model_copy(update={"id": "b"}),
        document.model_copy(update={"text": "Pain"}),
        document.model_copy(update={"spans": ()}),
        document.model_copy(update={"spans": (Span(start=0, end=3, label="D"),)}),
        document.model_copy(update={"spans": (Span(start=0, end=4, label="C"),)}),
    ]
    digests = {sha256([document]), *(sha256([other]) for other in others)}
    assert len(digests) == 6
    assert sha256([document, others[0]]) != sha256([others[0], document])


def test_sha256_is_stable():
    """A digest in a published ledger must not change with the code."""
    document = Document(id="a", text="Zorvane für pain", spans=(Span(start=0, end=7, label="Chemical"),))
    line = (
        '{"id": "a", "text": "Zorvane für pain", "entities": [{"start": 0, "end": 7, "label": "Chemical"}]}\n'
    )
    assert sha256([document]) == hashlib.sha256(line.encode()).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("read", [pubtator.read, conll.read, jsonl.read, lines.read])
def test_a_file_in_utf16_is_refused_and_told_as_such(tmp_path, read, encoding):
    path = write(tmp_path / "a.txt", PUBTATOR.encode(encoding))
    with pytest.raises(CorpusError, match=r"a\.txt: not UTF-8, looks like UTF-16; save it as UTF-8"):
        read(path)


@pytest.mark.parametrize("read", [pubtator.read, conll.read, jsonl.read, lines.read])
def test_a_folder_in_place_of_a_file_is_told_as_such(tmp_path, read):
    with pytest.raises(CorpusError, match="is a folder; a file is read here"):
        read(tmp_path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_lines_reads_every_line_that_is_not_blank(tmp_path, pack):
    path = write(tmp_path / "texts.txt", pack("One .\r\n\n  \nTwo\u2028parts .".encode()))
    assert lines.read(path) == [
        Document(id="texts.txt:1", text="One ."),
        Document(id="texts.txt:4", text="Two\u2028parts ."),
    ]


def test_lines_reports_a_byte_that_is_not_utf8(tmp_path):
    path = write(tmp_path / "texts.txt", b"fine\ncaf\xe9\n")
    with pytest.raises(CorpusError, match=r"texts.txt:2: not UTF-8: byte 0xe9"):
        lines.read(path)

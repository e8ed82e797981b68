"""Overlap with measured texts: planted copies, the lengths that count, and a plain second opinion."""

import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.corpora import READERS, Document
from training.corpora.findings import Findings
from training.corpora.overlap import RUN, SENTENCE, Measured, Overlap

ABSTRACT = (
    "Zorvane-induced tremor: a randomised trial. We gave zorvane (2.5 mg/kg) or placebo to 84 patients with"
    " Ménière disease, and recorded their tremor on the first ten days that followed. Tremor was seen in"
    " 12 of 41 patients on zorvane and in 3 of 43 on placebo (p < 0.05). No dose was reduced."
)
OTHER = "Nothing of this has been measured anywhere, and it has no need to be. "


def measured(*texts):
    return Measured({"notes test": [Document(id=f"m{n}", text=text) for n, text in enumerate(texts)]})


def reason(text, *texts, identifier="t"):
    found = measured(*texts).overlap(Document(id=identifier, text=text))
    return found and found.reason


def letters(count, seed=1):
    """A text of `count` letters in which no stretch occurs twice, without a sentence's end."""
    made = []
    for _ in range(count):
        seed = seed * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        made.append("abcdefghijklmnopqrstuvwxyz"[seed >> 59] if seed >> 59 < 26 else "e")
    return "".join(made)


# Copies


@pytest.mark.parametrize(
    "copy",
    [
        ABSTRACT,
        ABSTRACT.upper(),
        ABSTRACT.replace(" ", "\n"),
        " ".join(re.findall(r"\w+|[^\w\s]", ABSTRACT)),
        re.sub(r"[^\w\s]", "", ABSTRACT),
        unicodedata.normalize("NFD", ABSTRACT).replace("fi", "ﬁ").replace("2", "²"),
        ABSTRACT.replace(" ", "\u00a0\u200b"),
        OTHER + ABSTRACT[50:230] + OTHER,
        "12,\u00ad" + ABSTRACT[1:],
    ],
    ids=["whole", "capitals", "wraps", "tokens", "no stops", "Unicode", "spaces", "inside", "cut"],
)
def test_a_copy_is_found_whatever_its_case_spacing_and_punctuation(copy):
    assert reason(copy, OTHER, ABSTRACT) == "characters"


def test_an_overlap_says_which_text_of_which_split():
    splits = {"guard": [Document(id="1", text=OTHER)], "notes test": [Document(id="2", text=ABSTRACT)]}
    found = Measured(splits).overlap(Document(id="3", text=ABSTRACT))
    assert found == Overlap(document="3", reason="characters", split="notes test", measured="2")


def test_texts_that_share_words_alone_do_not_overlap():
    assert (
        reason("A randomised trial of zorvane in 84 patients with Ménière disease. No dose.", ABSTRACT)
        is None
    )
    assert reason("", ABSTRACT, "") is None


def test_documents_are_parted_in_their_order():
    texts = [OTHER, ABSTRACT, "Short.", ABSTRACT.lower(), OTHER]
    documents = [Document(id=f"t{number}", text=text) for number, text in enumerate(texts)]
    kept, overlaps = measured(ABSTRACT).hold_apart(iter(documents))
    assert [document.id for document in kept] == ["t0", "t2", "t4"]
    assert [overlap.document for overlap in overlaps] == ["t1", "t3"]


# Lengths


@pytest.mark.parametrize("place", [0, 1, 20, 21, 40, 137])
@pytest.mark.parametrize("before", [0, 1, 60])
def test_120_characters_in_a_row_overlap_and_119_do_not(place, before):
    text = letters(400)
    for length, expected in ((RUN - 1, None), (RUN, "characters")):
        copy = f"{letters(before, 2)}#{text[place : place + length]}#{letters(90, 3)}"
        assert text[place : place + length + 1] not in copy
        assert reason(copy, text) == expected


@pytest.mark.parametrize("place", [0, 5, 33])
def test_a_sentence_of_60_characters_overlaps_and_one_of_59_does_not(place):
    around, after = letters(place, 4), letters(200, 5)
    for length, expected in ((SENTENCE - 1, None), (SENTENCE, "sentence")):
        sentence = letters(length)
        text = f"{around}. {sentence}. {after}."
        assert reason(f"Q{sentence}z and more", text) == expected
        assert reason(text, f"Q{sentence}z and more") == expected


@pytest.mark.parametrize("place", range(SENTENCE))
def test_no_place_of_a_text_is_missed(place):
    sentence = letters(SENTENCE)
    assert reason(sentence, letters(place, 4) + sentence) == "sentence"


def test_part_of_a_sentence_does_not_overlap():
    sentence = letters(RUN - 1)
    assert reason(f"{OTHER}{sentence[1:]}.", f"{sentence}. {letters(200, 2)}.") == "sentence"
    assert reason(f"{OTHER}q{sentence[1:]}.", f"{sentence}. {letters(200, 2)}.") is None


def test_sentences_end_at_stops_and_blank_lines_not_at_line_wraps():
    line = letters(70)
    for end in (". ", "? ", '!" ', ".)\n", "\n\n", "\n \r\n"):
        assert reason(f"{letters(90, 2)}{end}{line}{end}{letters(90, 3)}", f"x{line}x") == "sentence"
    for end in ("\n", ", ", ".", "; "):
        assert reason(f"{letters(90, 2)}{end}{line}{end}{letters(90, 3)}", f"x{line}x") is None


# Ids


@pytest.mark.parametrize(
    ("identifier", "other"),
    [("123", "123"), ("123_4", "123"), ("123", "123_4"), ("123_4", "123_17"), ("note_1", "note_1")],
)
def test_equal_ids_overlap_and_so_do_passages_of_one_article(identifier, other):
    held = Measured({"test": [Document(id=other, text="One.")]})
    assert held.overlap(Document(id=identifier, text="Two.")) == Overlap(identifier, "id", "test", other)


@pytest.mark.parametrize(
    ("identifier", "other"),
    [
        ("123", "1234"),
        ("note_1", "note_2"),
        ("a", "A"),
        ("12_a", "12_b"),
        ("train.txt:7", "train.txt:7"),
        ("test:0", "test:0"),
    ],
)
def test_other_ids_and_those_that_a_reader_made_do_not(identifier, other):
    held = Measured({"test": [Document(id=other, text="One.")]})
    assert held.overlap(Document(id=identifier, text="Two.")) is None


# A plain second opinion

WORDS = [letters(7, seed) for seed in range(1, 5)] + ["aaaaaaa", ".", "\n\n", "É", "1"]
texts = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def overlap_by_brute_force(one, other):
    a, b = plain(one), plain(other)
    if any(a[i : i + RUN] in b for i in range(len(a) - RUN + 1)):
        return True
    sentences = [
        (plain(sentence), whole)
        for text, whole in ((one, b), (other, a))
        for sentence in re.split(r"(?<=\.)\s|\n\n", text)
    ]
    return any(len(sentence) >= SENTENCE and sentence in whole for sentence, whole in sentences)


@given(texts, st.lists(texts, max_size=3), st.integers(0, 60), st.integers(0, 400))
@example("aaaaaaa " * 30, ["aaaaaaa " * 9], 0, 0)
def test_a_plain_search_agrees(text, others, start, length):
    text += "".join(others)[start : start + length]
    expected = any(overlap_by_brute_force(text, other) for other in others)
    assert bool(reason(text, *others)) == expected


# Real corpora

DATA = os.environ.get("CLINSTILL_DATA", "")
on_real_corpora = pytest.mark.skipif(not DATA, reason="CLINSTILL_DATA names no folder of corpora")


def read(file, form="pubtator"):
    return READERS[form](Path(DATA) / file, Findings(file, labelled=False))


@pytest.fixture(scope="module")
def measured_splits():
    return Measured(
        {
            "bc5cdr test": read("bc5cdr/CDR_TestSet.PubTator.txt"),
            "ncbi devel": read("ncbi-disease/devel.PubTator.txt"),
            "ncbi test": [Document(id="9294109", text="Known by its id alone: this set is not there.")],
            "biored measure": read("biored/split/measure.PubTator.txt"),
            "hoc test": read("hoc/test.jsonl", "jsonl"),
        }
    )


@pytest.mark.corpora
@on_real_corpora
@pytest.mark.parametrize(
    ("file", "form", "expected"),
    [
        (
            "bc5cdr/CDR_DevelopmentSet.PubTator.txt",
            "pubtator",
            [Overlap("19370593", "characters", "bc5cdr test", "16034922")],
        ),
        (
            "bc5cdr/CDR_TrainingSet.PubTator.txt",
            "pubtator",
            [Overlap("6534871", "sentence", "bc5cdr test", "895432")],
        ),
        (
            "biored/split/train.PubTator.txt",
            "pubtator",
            [
                Overlap("8755918", "id", "ncbi devel", "8755918"),
                Overlap("8944024", "id", "ncbi devel", "8944024"),
                Overlap("9294109", "id", "ncbi test", "9294109"),
            ],
        ),
        ("hoc/train.jsonl", "jsonl", [Overlap("21125741", "characters", "hoc test", "21268915")]),
        ("nlmchem/passages.PubTator.txt", "pubtator", []),
        ("pubmed/apart.txt.gz", "lines", []),
    ],
)
def test_the_overlaps_of_real_corpora_are_found(measured_splits, file, form, expected):
    documents = read(file, form)
    kept, overlaps = measured_splits.hold_apart(documents)
    assert sorted(overlaps, key=lambda overlap: overlap.document) == expected
    assert len(kept) == len(documents) - len(expected)


@pytest.mark.corpora
@on_real_corpora
def test_copies_of_real_documents_are_found_by_their_texts_alone(measured_splits):
    documents = [
        Document(id=f"copy of {document.id}", text=document.text.lower())
        for document in read("ncbi-disease/devel.PubTator.txt")
    ]
    kept, overlaps = measured_splits.hold_apart(documents)
    assert not kept
    assert [f"copy of {overlap.measured}" for overlap in overlaps] == [d.id for d in documents]

"""The tokenizer in JavaScript gives the very tokens of the engine's."""

import json
from pathlib import Path

import pytest
import unicode_tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from javascript import JavaScriptError
from tokenizers import Tokenizer

from space.engine import load_tokenizer, special_tokens, tokenise
from space.engine.note_text import read_as_meant

TOKENISE = """
const { Tokenizer } = await module("tokenizer.js");
const { codePoints } = await module("unicode.js");
const tokenizer = new Tokenizer(data.tokenizer);
return data.texts.map((text) => tokenizer.tokenise(codePoints(text)));
"""
TEXTS = {
    "plain": "Lithium (Li2CO3) caused tremor; 12.5 mg/day, b.i.d.",
    "nothing": "",
    "only space": " \t\r\n\u3000\x0b\x85",
    "line ends": "tremor\r\nnausea\rrash\n\n",
    "emoji": "😀 pain 👩‍⚕️👍🏽 fever🇩🇪.",
    "marks": "naı\u0308ve cafe\u0301 \u0301a e\u0323\u0301\u0302 e\u0301\u0323 \u1ebf",
    "marks that stay": "ka\u1baa\u0301 ka\u0301\u1baa \U0001d15f\u0301",
    "composed": "Ångström Sjögren Ménière ﬁbrosis ﬂow Ⅻ ½ µg",
    "hangul": "한국어 \u1112\u1161\u11ab",
    "ideographs": "患者头痛，服用aspirin。𠀀㐀豈",
    "turkish": "İstanbul ılık IŞIK",
    "german": "Straße STRASSE ẞ Übelkeit",
    "sigma": "ΟΔΟΣ ΣΑΣ",
    "nul": "fe\x00ver\x00 \x00",
    "controls": "fe\u200bver \u00adnau\u00adsea \ufeffrash \x1c\x1dx\x85y",
    "replacement": "fe\ufffdver \ufffd",
    "lone surrogates": "fe\ud800ver \udfff pain\ud83d \ude00\ud83d!",
    "unknown": "ꙮ 𓀀 \ue000 \U0010ffff ☃pain",
    "hundred": "a" * 100 + " " + "a" * 101 + " " + "é" * 100 + " " + "é" * 101 + " x" + "😀" * 100,
    "special tokens": "[CLS] a [SEP][PAD] [MASK] [UNK] ##ing # #ing",
    "json names": "__proto__ constructor toString 0 1 2",
    "punctuation": "a-b_c'd\"e«f»g—h…i‰j§k¶l•m^n`o|p~q$r+s<t=u>v",
    "glued": "metformin500mg lisinopril2.5mg, warfarin5MG PGE2 interleukin6 H2SO4 10\u2076/l",
    "symbols": "asthma\u2192cough Coumadin\u2122 \u25cffever \u2460pain \U0001f489pain\U0001f489",
    "windows": "Fever\x95nausea lithium\x96induced \x93x\x94 \x80 \x81 \x8a \x9f\x85a",
    "wide": "\uff26\uff45\uff56\uff45\uff52 \uff15\uff4d\uff47 \uff08x\uff09",
    "ligatures": "in\ufb02ammation insu\ufb03ciency \ufb05",
    "bullets": "\uf0b7 gout\n\uf0a7asthma",
    "white space": "a\u00a0b\u2009c\u202fd\u2028e\u2029f\u1680g\u180eh",
}
alphabet = (
    "aZb5mg.\u2122\u00b9\ufb03\uff21\x95\uf0b7"
    "é\u0301\u0323\u0308\u1baaßİıΣ😀👩\u200d\ufe0f\ud800\udc00\x00\x1c \t\r\n\u3000患한.-[]#"
)
texts = st.text(max_size=60) | st.text(alphabet, max_size=40) | st.text(st.characters(), max_size=20)


@pytest.fixture(scope="module")
def notes(bundled, tmp_path_factory) -> Path:
    """A folder with the bundled tokenizer, which reads notes as they are meant."""
    folder = tmp_path_factory.mktemp("notes")
    read_as_meant(Tokenizer.from_file(str(bundled / "tokenizer.json"))).save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module", params=["tiny", "bundled", "notes"])
def folder(request):
    return request.getfixturevalue(request.param)


def compare(javascript, folder, texts: list[str]) -> None:
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    read = json.loads((folder / "tokenizer.json").read_bytes())
    for text, found in zip(texts, javascript(TOKENISE, tokenizer=read, texts=texts), strict=True):
        expected = tokenise(tokenizer, text)
        assert (text, found) == (
            text,
            {
                "ids": expected.ids.tolist(),
                "starts": expected.offsets[:, 0].tolist(),
                "ends": expected.offsets[:, 1].tolist(),
                "words": expected.words.tolist(),
            },
        )


def test_named_texts(javascript, folder):
    compare(javascript, folder, list(TEXTS.values()))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, min_size=20, max_size=100))
def test_generated_texts(javascript, notes, texts):
    # Two surrogates in a row are one character to JavaScript, and to JSON.
    compare(javascript, notes, [json.loads(json.dumps(text)) for text in texts])


@pytest.mark.parametrize(
    "changes",
    [
        {"lowercase": False},
        {"lowercase": False, "strip_accents": True},
        {"strip_accents": False},
        {"clean_text": False},
        {"handle_chinese_chars": False},
    ],
    ids=str,
)
def test_every_setting_of_the_normaliser(javascript, tiny, tmp_path, changes):
    read = json.loads((tiny / "tokenizer.json").read_bytes())
    read["normalizer"] |= changes
    (tmp_path / "tokenizer.json").write_text(json.dumps(read))
    compare(javascript, tmp_path, list(TEXTS.values()))


def test_special_tokens(javascript, folder):
    body = """
    const { Tokenizer } = await module("tokenizer.js");
    const { prefix, suffix, highestId } = new Tokenizer(data.tokenizer);
    return [[prefix, suffix], highestId];
    """
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    read = json.loads((folder / "tokenizer.json").read_bytes())
    around, highest_id = javascript(body, tokenizer=read)
    assert tuple(around) == special_tokens(tokenizer)
    assert highest_id == max(tokenizer.get_vocab().values())


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("model", {"type": "BPE"}, "model is BPE"),
        ("normalizer", None, "normalizer is none"),
        ("pre_tokenizer", {"type": "ByteLevel"}, "pre_tokenizer is ByteLevel"),
        ("post_processor", {"type": "RobertaProcessing"}, "post_processor is RobertaProcessing"),
        ("added_tokens", [{"id": 9, "content": "x", "special": False}], "token with id 9 is not special"),
    ],
)
def test_other_tokenizers_are_refused(javascript, tiny, part, value, message):
    read = json.loads((tiny / "tokenizer.json").read_bytes())
    read[part] = value
    with pytest.raises(JavaScriptError, match=message):
        javascript(TOKENISE, tokenizer=read, texts=["a"])


@pytest.mark.soak  # the library is pinned, and has to be asked about a million characters
def test_the_tables_are_what_the_library_does():
    assert unicode_tables.FILE.read_text(encoding="utf-8") == unicode_tables.javascript(), (
        "write it anew: python tests/support/unicode_tables.py"
    )

"""Steps that read notes as they are meant: how words are cut, and what the model sees of them."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, normalizers, pre_tokenizers

from space.engine import load_tokenizer, tokenise
from space.engine.note_text import read_as_meant

BUNDLED = Path(__file__).parents[2] / "space" / "bundled" / "student" / "tokenizer.json"


@pytest.fixture(scope="module")
def plain() -> Tokenizer:
    """BERT's, without steps for notes."""
    tokenizer = Tokenizer.from_file(str(BUNDLED))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.fixture(scope="module")
def tokenizer(plain, tmp_path_factory) -> Tokenizer:
    """As the engine reads it from a file."""
    file = tmp_path_factory.mktemp("notes") / "tokenizer.json"
    read_as_meant(Tokenizer.from_str(plain.to_str())).save(str(file))
    assert json.loads(file.read_text()) == json.loads(BUNDLED.read_text())
    return load_tokenizer(file)


def words(tokenizer: Tokenizer, text: str) -> list[str]:
    return [text[start:end] for start, end in tokenise(tokenizer, text).word_spans.tolist()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lithium\x0bTremor\x85x\x00y\ufffdz\ud800a\u200bb", ["lithium", "Tremor", "x", "y", "z", "a", "b"]),
        ("Fever\x95nausea lithium\x96induced", ["Fever", "\x95", "nausea", "lithium", "\x96", "induced"]),
        ("\uf0b7asthma\uf0b7 gout", ["asthma", "gout"]),
        ("cispla\u00adtin ca\u200cse rash\ufeff", ["cispla\u00adtin", "ca\u200cse", "rash"]),
        ("\u25cfasthma\u2192cough x\u00b9", ["\u25cf", "asthma", "\u2192", "cough", "x", "\u00b9"]),
        ("metformin500mg lisinopril2.5MG", ["metformin", "500mg", "lisinopril", "2", ".", "5MG"]),
        ("ASA81mg insulin10u vancomycin1g", ["ASA", "81mg", "insulin", "10u", "vancomycin", "1g"]),
        ("PGE2 interleukin6 H2g vitamin12mgx", ["PGE2", "interleukin6", "H2g", "vitamin12mgx"]),
    ],
)  # fmt: skip
def test_how_words_are_cut(tokenizer, text, expected):
    assert words(tokenizer, text) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("in\ufb02ammation and insu\ufb03ciency", "inflammation and insufficiency"),
        ("\uff26\uff45\uff56\uff45\uff52", "Fever"),
        ("caf\x8a", "caf\u0160"),
        ("\x93fever\x94", "\u201cfever\u201d"),
    ],
)
def test_what_the_model_sees(tokenizer, written, meant):
    assert tokenise(tokenizer, written).ids.tolist() == tokenise(tokenizer, meant).ids.tolist()


def test_plain_text_reads_as_before(plain, tokenizer):
    text = "Lithium (600 mg/day) caused tremor; 12.5 mg b.i.d., IL-6 and 5-HT3, 10 g/dl, 3x."
    before = tokenise(plain, text)
    assert tokenise(tokenizer, text).ids.tolist() == before.ids.tolist()
    assert tokenise(tokenizer, text).words.tolist() == before.words.tolist()

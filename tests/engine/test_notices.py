"""Notices that texts draw, judged by the vocabulary of the bundled student."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_texts import OTHER_LANGUAGES, PLAIN, SHORTHAND, TOO_SHORT
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from space.engine import load_tokenizer, notice

ROOT = Path(__file__).parents[2]
DATA = os.environ.get("CLINSTILL_DATA")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(ROOT / "space/bundled/student/tokenizer.json")


def kind(tokenizer: Tokenizer, text: str) -> str | None:
    found = notice(tokenizer, text)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(OTHER_LANGUAGES, "language"), (SHORTHAND, "shorthand"), (PLAIN, None), (TOO_SHORT, None)],
    ids=["language", "shorthand", "plain", "too short"],
)
def test_each_text_draws_its_notice_whatever_its_capitals(tokenizer, texts, expected):
    for change in (str, str.upper, str.title):
        wrong = {text: kind(tokenizer, change(text)) for text in texts}
        assert wrong == dict.fromkeys(texts, expected), change


def test_the_sentence_says_how_much_is_known(tokenizer):
    assert notice(tokenizer, SHORTHAND[0]).sentence.startswith(
        "This text is mostly shorthand (100% of its words are short forms)"
    )
    # "Patient", of eight.
    assert "holds only 12% of its longer words" in notice(tokenizer, OTHER_LANGUAGES[0]).sentence


def test_a_long_text_is_judged_by_pieces_from_all_of_it(tokenizer):
    english, german = " ".join(PLAIN[:2]) + " ", OTHER_LANGUAGES[0] + " "
    assert kind(tokenizer, german * 2000) == "language"
    assert kind(tokenizer, german * 500 + english * 4000) is None
    assert kind(tokenizer, english * 100 + german * 4000) == "language"


def test_a_vocabulary_that_is_not_english_gives_no_notice(model):
    tiny = load_tokenizer(model / "tokenizer.json")
    assert [kind(tiny, text) for text in OTHER_LANGUAGES + SHORTHAND] == [None] * 22


def words_of(tokenizer: Tokenizer) -> list[str]:
    return [word for word in tokenizer.get_vocab() if word.isalpha() and word.isascii()]


def byte_level(words: list[str]) -> Tokenizer:
    """BPE as GPT-2 and RoBERTa have it, which holds `words` behind a space whole."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary, merges = {letter: number for number, letter in enumerate(alphabet)}, []
    for word in words:
        for end in range(1, len(word) + 1):
            left, right = f"Ġ{word}"[:end], word[end - 1]
            if left + right not in vocabulary:
                vocabulary[left + right] = len(vocabulary)
                merges.append((left, right))
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def unigram(words: list[str]) -> Tokenizer:
    """As XLM-R has it."""
    letters = [(chr(code), -20.0) for code in range(33, 127)]
    pieces = [("<unk>", -30.0), ("▁", -10.0), *letters, *((f"▁{word}", -5.0) for word in words)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


@pytest.mark.parametrize("make", [byte_level, unigram])
def test_other_kinds_of_tokenizer_are_asked_the_same(tokenizer, make):
    other = make([word for word in words_of(tokenizer) if len(word) > 3])
    assert [kind(other, text) for text in OTHER_LANGUAGES] == ["language"] * len(OTHER_LANGUAGES)
    assert [kind(other, text) for text in SHORTHAND] == ["shorthand"] * len(SHORTHAND)
    assert [kind(other, text) for text in PLAIN + TOO_SHORT] == [None] * len(PLAIN + TOO_SHORT)


@given(st.text(max_size=200) | st.text("aé\u0301😀 \n\ud800-/1β胸", max_size=200))
def test_any_text_is_judged(tokenizer, text):
    assert kind(tokenizer, text) in (None, "language", "shorthand")


@pytest.mark.corpora
@pytest.mark.skipif(not DATA, reason="CLINSTILL_DATA is not set")
def test_english_notes_and_abstracts_draw_less_than_one_notice_in_a_hundred(tokenizer):
    notes = [json.loads(line)["text"] for line in (Path(DATA) / "mtsamples/notes.jsonl").open()]
    with gzip.open(Path(DATA) / "pubmed/abstracts.jsonl.gz", "rt") as lines:
        abstracts = [json.loads(line)["abstract"] for line in lines]
    for texts in (notes[::4], abstracts[::4]):
        openings = [text[:150] for text in texts]
        for some in (texts, openings, [text.upper() for text in openings]):
            drawn = [text for text in some if kind(tokenizer, text)]
            assert len(drawn) < 0.01 * len(some), drawn

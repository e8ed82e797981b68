"""The notice on a text, in the browser as from the engine."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notice_texts import OTHER_LANGUAGES, PLAIN, SHORTHAND, TOO_SHORT

from space.engine import load_tokenizer, notice

NOTICES = """
const { notice } = await module("notices.js");
const { Tokenizer } = await module("tokenizer.js");
const tokenizer = new Tokenizer(data.tokenizer);
return data.texts.map((text) => notice(tokenizer, text));
"""
words = st.sampled_from(" ".join(OTHER_LANGUAGES + SHORTHAND + PLAIN).split())
texts = st.lists(words, max_size=40).map(" ".join) | st.text(
    "aé\u0301\u0915\u0940😀 \ud800-/1β胸½ΟΔΟΣİ\u1680\ufeff", max_size=60
)


def compare(javascript, folder, texts: list[str]) -> list[str]:
    """The kinds of notice, once both say the same."""
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    read = json.loads((folder / "tokenizer.json").read_bytes())
    expected = [
        found and {"kind": found.kind, "sentence": found.sentence}
        for found in (notice(tokenizer, text) for text in texts)
    ]
    assert javascript(NOTICES, tokenizer=read, texts=texts) == expected
    return [found["kind"] if found else None for found in expected]


@pytest.mark.parametrize("change", [str, str.upper])
def test_the_page_says_what_the_engine_says(javascript, bundled, change):
    long = [" ".join(PLAIN) * 50, "😀 ".join(OTHER_LANGUAGES) * 50]
    named = [*OTHER_LANGUAGES, *SHORTHAND, *PLAIN, *TOO_SHORT, *long]
    assert set(compare(javascript, bundled, [change(text) for text in named])) == {
        "language",
        "shorthand",
        None,
    }


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, min_size=20, max_size=60))
def test_of_any_text(javascript, bundled, texts):
    # Two surrogates in a row are one character to JavaScript, and to JSON.
    compare(javascript, bundled, [json.loads(json.dumps(text)) for text in texts])


def test_a_vocabulary_that_is_not_english_says_nothing(javascript, tiny):
    assert set(compare(javascript, tiny, OTHER_LANGUAGES + SHORTHAND)) == {None}

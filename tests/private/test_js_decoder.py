"""Windows and decoding in JavaScript are those of the engine, given the same logits."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from space.engine import RULES, decode, load_tokenizer, merge, tokenise, windows

TAGS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
CUT = """
const { shares, windows } = await module("windows.js");
return data.cases.map(([count, size, overlap]) => {
  const cuts = windows(count, size, overlap);
  return { cuts: cuts.map(({ start, stop }) => [start, stop]),
           shares: shares(count, cuts).map(({ start, stop }) => [start, stop]) };
});
"""
DECODE = """
const { Tokenizer } = await module("tokenizer.js");
const { decode } = await module("decoder.js");
const { codePoints } = await module("unicode.js");
const tokenizer = new Tokenizer(data.tokenizer);
return data.cases.map(({ text, logits, tags, rules = [], temperature }) => {
  const points = codePoints(text);
  return decode(points, tokenizer.tokenise(points), Float32Array.from(logits), tags, { rules, temperature });
});
"""
quick = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
cuts = st.integers(1, 60).flatmap(
    lambda size: st.tuples(st.integers(0, 700), st.just(size), st.integers(0, size - 1))
)
nasty = st.text("aé\u0301\u0308\u20dd\ufe0f\u200d😀👩 \t\r\n\x00\x1c\u3000-[]\ud800", max_size=40)
# A browser's Unicode may be newer than Python's, which matters to marks: see test_all_characters.py.
assigned = st.text(
    st.characters(exclude_categories=("Cn", "Cs"), exclude_characters="\U0001171e"), max_size=40
)
# What the rules look at, in any order.
pieces = st.sampled_from(
    ["\n", "\n\n", "\r\n", "\r", "\f", " ", "\t", "-----", "* ", "- ", "1. ", "a. ", "b. ", "(c) ", "E. coli",
     "\uf0b7 ", "___", "[**Name**]", "[REDACTED]", "Problems:", "gout", "Renal failure", "of the",
     "chronic lung disease (CLD)", "CLD", " CLD.", "CLD2", "(", ")", "[", "}", "SF (some form)", "é",
     "\u2192", "x\u2122", "\u00b9", "😀", "."]
)  # fmt: skip
laid_out = st.lists(pieces, max_size=14).map("".join)
scores = st.sampled_from([-3.0, 0.0, 0.5, 1.0, 4.0, 1e4]) | st.floats(-8, 8, width=32)


@quick
@given(st.lists(cuts, min_size=20, max_size=200))
def test_windows_and_what_is_taken_of_each(javascript, cases):
    for (count, size, overlap), found in zip(cases, javascript(CUT, cases=cases), strict=True):
        expected = windows(count, size, overlap)
        assert found["cuts"] == [[cut.start, cut.stop] for cut in expected]
        if count:
            # Logits that say which window they are of.
            logits = [np.full((cut.stop - cut.start, 1), index) for index, cut in enumerate(expected)]
            owners = merge(count, expected, logits)[:, 0].tolist()
            taken = [index for index, (start, stop) in enumerate(found["shares"]) for _ in range(start, stop)]
            assert taken == owners


def test_no_overlap_that_leaves_no_window(javascript):
    with pytest.raises(Exception, match="overlap must be in"):
        javascript(CUT, cases=[[8, 4, 4]])


@st.composite
def tagged_texts(draw) -> dict:
    """A text, tags in some order, and a seed of its logits or a few favourites."""
    text = draw(nasty | assigned | laid_out)
    return {
        "text": json.loads(json.dumps(text)),
        "tags": draw(st.permutations(TAGS)),
        "rules": draw(st.just([]) | st.just(list(RULES)) | st.sets(st.sampled_from(list(RULES))).map(list)),
        "temperature": draw(st.sampled_from([1.0, 2.5])),
        "rows": draw(st.lists(st.lists(scores, min_size=5, max_size=5), min_size=1, max_size=6)),
    }


@quick
@given(st.lists(tagged_texts(), min_size=20, max_size=60))
def test_entities_of_given_logits(javascript, bundled, cases):
    tokenizer = load_tokenizer(bundled / "tokenizer.json")
    expected = []
    for case in cases:
        tokens = tokenise(tokenizer, case["text"])
        # The drawn rows in turn, as many as there are tokens.
        logits = np.resize(np.array(case.pop("rows"), dtype=np.float32), (len(tokens), len(TAGS)))
        case["logits"] = logits.ravel().tolist()
        expected.append(
            [
                e.to_dict()
                for e in decode(
                    case["text"], tokens, logits, case["tags"], case["rules"], case["temperature"]
                )
            ]
        )
    read = json.loads((bundled / "tokenizer.json").read_bytes())
    for found, entities in zip(javascript(DECODE, tokenizer=read, cases=cases), expected, strict=True):
        assert [entity | {"score": None} for entity in found] == [e | {"score": None} for e in entities]
        assert [entity["score"] for entity in found] == pytest.approx(
            [entity["score"] for entity in entities], abs=1e-12
        )


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("😀 rash\u0301 pain\u20dd\r\n", "O B-Disease I-Disease", (2, 13, "rash\u0301 pain\u20dd")),
        # A mark that the tokenizer does not know, and a separator that parts words.
        ("\u0b55\x1crash pain", "B-Disease I-Disease O", (2, 6, "rash")),
    ],
)
def test_a_mark_stays_with_its_letter_by_hand(javascript, bundled, text, tags, expected):
    read = json.loads((bundled / "tokenizer.json").read_bytes())
    logits = [9.0 * (column == tag) for tag in tags.split() for column in TAGS]
    (found,) = javascript(DECODE, tokenizer=read, cases=[{"text": text, "tags": TAGS, "logits": logits}])
    assert [(e["start"], e["end"], e["text"]) for e in found] == [expected]

"""Rules outside the weights: what each does to tags, and who chooses them."""

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from space.engine import RULES, EngineError, Tokens, decode, decoding, load

LABELS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]


def words(text: str) -> Tokens:
    """One token a word between spaces and line ends."""
    starts = [i for i, c in enumerate(text) if not c.isspace() and (i == 0 or text[i - 1].isspace())]
    ends = [i + 1 for i, c in enumerate(text) if not c.isspace() and text[i + 1 : i + 2].strip() == ""]
    return Tokens(np.arange(len(starts)), np.array([starts, ends]).T, np.arange(len(starts)))


def mentions(text: str, logits: np.ndarray, *rules: str) -> list[tuple[str, str]]:
    return [(e.text, e.label) for e in decode(text, words(text), logits, LABELS, rules)]


def sure(*columns: int) -> np.ndarray:
    return 4 * np.eye(len(LABELS), dtype=np.float32)[list(columns)]


@given(
    arrays(np.float32, (5, 5), elements=st.floats(-4, 4, width=16)),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_the_best_sequence_is_found(logits, parted):
    """Against all sequences of five tags in which a tag inside follows its type; a break parts two words."""
    text = "a" + "".join(("\f" if part else " ") + "a" for part in parted)

    def is_right(path: tuple[int, ...]) -> bool:
        pairs = zip((0, *path), path, (True, *parted), strict=False)
        return all(
            tag not in (2, 4) or (not part and before in (tag - 1, tag)) for before, tag, part in pairs
        )

    def total(path: tuple[int, ...]) -> float:
        return sum(float(row[tag]) for row, tag in zip(logits, path, strict=True))

    best = max(filter(is_right, product(range(5), repeat=5)), key=total)
    expected = sum(tag in (1, 3) for tag in best)
    found = decode(text, words(text), logits, LABELS, ("transitions", "layout"))
    runners_up = sorted((total(path) for path in product(range(5), repeat=5) if is_right(path)), reverse=True)
    if runners_up[0] > runners_up[1]:  # no tie
        assert len(found) == expected
        tagged = [text[place] for entity in found for place in range(entity.start, entity.end, 2)]
        assert len(tagged) == sum(tag > 0 for tag in best)


@given(
    arrays(np.float32, (60, 5), elements=st.floats(-4, 4, width=16)),
    arrays(bool, 60, elements=st.sampled_from([False, False, True])),
    st.sampled_from([0, 3, 8]),
)
def test_stretches_lose_nothing_against_the_whole_sequence(scores, anew, margin):
    """`margin` makes words outside entities sure, as most are."""
    scores = scores.astype(np.float64)
    scores[::3, 0] += margin
    anew[0] = False
    found = decoding._best_path(scores, LABELS, anew)
    whole = decoding._viterbi(scores, [-1, -1, 1, -1, 3], anew, before=0)
    rows = np.arange(len(scores))
    assert scores[rows, found].sum() == pytest.approx(scores[rows, whole].sum())
    for before, tag, alone in zip([0, *found], found, anew, strict=False):
        assert tag not in (2, 4) or (before in (tag - 1, tag) and not alone)


def test_a_tag_inside_begins_nothing():
    logits = sure(0, 2, 2)
    assert mentions("x renal failure", logits) == [("renal failure", "Chemical")]
    logits[1] = [0, 3, 4, 0, 0]
    assert mentions("x renal failure", logits, "transitions") == [("renal failure", "Chemical")]
    logits[1:] = [[3, 0, 4, 0, 0], [3, 0, 4, 0, 0]]
    assert mentions("x renal failure", logits, "transitions") == []


def test_a_break_parts_what_the_tags_join():
    text = "* gout\n* asthma"
    logits = sure(0, 3, 4, 4)
    assert mentions(text, logits) == [("gout\n* asthma", "Disease")]
    assert mentions(text, logits, "layout") == [("gout", "Disease"), ("*", "Disease"), ("asthma", "Disease")]


def test_a_placeholder_is_never_within_an_entity():
    logits = sure(1, 2, 2)
    assert mentions("lithium ___ citrate", logits, "placeholders") == [
        ("lithium", "Chemical"),
        ("citrate", "Chemical"),
    ]


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        ("brackets", "poly(ADP-ribose)", "poly(ADP-ribose)"),
        ("brackets", "renal failure (ARF", "renal failure"),
        ("brackets", "(renal failure", "renal failure"),
        ("brackets", "renal failure)", "renal failure"),
        ("brackets", "a) renal failure", "renal failure"),
        ("brackets", "[3H]thymidine", "[3H]thymidine"),
        ("brackets", "(renal ] failure)", "failure"),
        ("symbols", "cough\u2192", "cough"),
        ("symbols", "\u25cf\u25cf gout \u2122", "gout"),
        ("symbols", "Ca2+", "Ca2+"),
        ("symbols", "a\u2192b", "a\u2192b"),
    ],
)
def test_what_a_rule_leaves_of_an_entity(rule, text, found):
    count = len(text.split())
    assert mentions(text, sure(1, *[2] * (count - 1)), rule) == [(found, "Chemical")]


def test_a_bracket_that_closes_behind_an_entity_is_taken_in():
    text = "poly(ADP-ribose) x"
    tokens = Tokens(np.arange(3), np.array([[0, 15], [15, 16], [17, 18]]), np.arange(3))
    (entity,) = decode(text, tokens, sure(1, 0, 0), LABELS, ("brackets",))
    assert entity.text == "poly(ADP-ribose)"


def test_a_temperature_changes_scores_and_nothing_else():
    logits = sure(1, 2, 0)
    (cold,), (warm,) = (decode("a b c", words("a b c"), logits, LABELS, (), t) for t in (1.0, 2.0))
    assert (cold.start, cold.end) == (warm.start, warm.end)
    assert warm.score == pytest.approx(np.exp(2) / (np.exp(2) + 4))
    assert cold.score > warm.score


def configure(folder, **own) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"clinstill": config.get("clinstill", {}) | own}))


def test_a_model_names_its_rules_and_a_caller_may_choose_others(copy):
    assert load(copy).rules == ()
    configure(copy, rules=["layout", "transitions"], temperature=1.5)
    tagger = load(copy)
    assert (tagger.rules, tagger.temperature) == (("transitions", "layout"), 1.5)
    assert load(copy, rules=()).rules == ()
    assert load(copy, rules=RULES).rules == tuple(RULES)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"rules": ["layuot"]}, "there is no rule 'layuot'; there are transitions, layout"),
        ({"rules": "layout"}, "should be a list of rules"),
        ({"rules": [1]}, "should be a list of rules"),
        ({"temperature": 0}, "a number from 0.01 to 100, found 0"),
        ({"temperature": True}, "a number from 0.01 to 100, found True"),
        ({"temperature": "1"}, "a number from 0.01 to 100, found '1'"),
    ],
)
def test_a_config_that_says_it_wrongly(copy, own, message):
    configure(copy, **own)
    with pytest.raises(EngineError, match=message):
        load(copy)


def test_an_unknown_rule_is_refused_before_anything_is_loaded(copy):
    with pytest.raises(EngineError, match="rules: there is no rule 'x'"):
        load(copy, rules=["x"])

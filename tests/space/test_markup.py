import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.engine import Entity
from space.ui.markup import entity_table, escape, marked_text, megabytes, score_of

LABELS = ["Chemical", "Disease"]


class Reader(HTMLParser):
    """The text of a piece of HTML and the tags in it."""

    def __init__(self, markup: str):
        super().__init__()
        self.text, self.tags = "", []
        self.feed(markup)
        self.close()

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def entity(text: str, start: int, end: int, label: str = "Chemical", score: float = 0.9) -> Entity:
    return Entity(start, end, label, score, text[start:end])


def test_marks_hold_exactly_the_entities():
    text = "Aspirin gave a headache."
    found = [entity(text, 0, 7, score=0.99), entity(text, 15, 23, "Disease", 0.5)]
    read = Reader(marked_text(text, found, LABELS))
    assert read.text == text
    marks = [attributes for tag, attributes in read.tags if tag == "mark"]
    assert [(m["data-label"], m["data-score"], m["class"]) for m in marks] == [
        ("Chemical", "0.990", "label-0"),
        ("Disease", "0.500", "label-1"),
    ]


def test_a_remark_is_written_in_the_caption_and_changes_the_class():
    shown = marked_text("Aspirin", [entity("Aspirin", 0, 7)], LABELS, {(0, 7, "Chemical"): "only x"})
    [mark] = [attributes for tag, attributes in Reader(shown).tags if tag == "mark"]
    assert mark["data-caption"] == "Chemical · only x"
    assert mark["class"].split() == ["label-0", "parts"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "${alert(1)} {{x}} `${x}`",
        "a&amp;b </div>",
    ],
)
def test_hostile_text_stays_text(hostile):
    found = [entity(hostile, 0, 3)]
    read = Reader(marked_text(hostile, found, LABELS) + entity_table(found, LABELS))
    assert read.text.startswith(hostile)
    assert {tag for tag, _ in read.tags} <= {
        "div", "mark", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "i",
    }  # fmt: skip


def test_hostile_labels_are_escaped():
    label = '"><b>x</b>'
    read = Reader(marked_text("ab", [entity("ab", 0, 1, label)], [label]))
    assert [attributes["data-label"] for tag, attributes in read.tags if tag == "mark"] == [label]


@given(st.text(st.characters(), max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_any_text_is_shown_whole_one_character_for_one(text, cuts):
    edges = sorted({cut for cut in cuts if cut <= len(text)})
    found = [entity(text, a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    shown = "".join(re.sub("<[^>]*>", "", marked_text(text, found, LABELS)))
    assert shown == escape(text)
    shown.encode("utf-8")  # no lone surrogate is left


def test_overlapping_entities_are_refused():
    with pytest.raises(ValueError, match="not overlapping"):
        marked_text("abcdef", [entity("abcdef", 0, 4), entity("abcdef", 2, 5)], LABELS)


def test_table_has_offsets_and_scores():
    shown = entity_table([entity("Aspirin", 0, 7, score=0.12345)], LABELS)
    assert Reader(shown).text.endswith("AspirinChemical070.123")


def test_scores_are_rounded_down_so_that_thresholds_tell_the_truth():
    assert score_of(entity("x", 0, 1, score=0.8999)) == "0.899"
    assert score_of(entity("x", 0, 1, score=1.0)) == "1.000"


def test_sizes():
    assert megabytes(8_351_000) == "8.4 MB"
    assert megabytes(17_200) == "0.017 MB"

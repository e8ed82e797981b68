from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.ui.markup import escape, megabytes, note, table


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
    read = Reader(note(hostile))
    assert read.text == hostile
    assert [tag for tag, _ in read.tags] == ["p"]


@given(st.text(st.characters(), max_size=60))
def test_escaped_text_is_one_character_for_one_and_has_a_utf8_form(text):
    read = Reader(f"<p>{escape(text)}</p>")
    assert [a == b or b == "\ufffd" for a, b in zip(text, read.text, strict=True)].count(False) == 0
    read.text.encode("utf-8")


def test_a_table_scrolls_within_reach_of_the_keyboard():
    read = Reader(table({"A": "", "B": "number"}, "<tr><td>1</td><td>2</td></tr>", "Numbers"))
    [box] = [attributes for tag, attributes in read.tags if tag == "div"]
    assert box == {"class": "scroll", "role": "region", "aria-label": "Numbers", "tabindex": "0"}
    assert read.text == "NumbersAB12"


def test_sizes():
    assert megabytes(8_351_000) == "8.4 MB"
    assert megabytes(17_200) == "0.017 MB"

"""Results drawn in Chromium: the very text, at any length; what is saved is what is shown."""

import json

import pytest
from shown_result import finished

from space.engine import Entity
from space.ui.highlight_tab import highlight
from space.ui.result import Found, result

pytestmark = pytest.mark.browser
HARD = [
    "Aspirin 😀 e\u0301 caf\u00e9\r\nheadache\r",
    "\0 Aspirin \ud800 headache \x07",
    "<script>Aspirin</script> ${headache} {{headache}} &amp;",
    "Aspirin " + "long line without a break " * 900 + "headache 👩🏽‍⚕️",
    "A line.\n" * 2_000 + "Aspirin, headache\n\n",
]


@pytest.mark.parametrize("text", HARD, ids=["emoji-crlf", "controls", "markup", "long-line", "many-lines"])
def test_any_text_is_drawn_as_it_is(visit, make_fake, text):
    visit.show(
        finished(highlight(text, make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"})))
    )
    # As JSON, since the browser's connection does not carry lone surrogates.
    shown = visit.page.eval_on_selector("#shown .passage", "passage => JSON.stringify(passage.textContent)")
    assert json.loads(shown) == text
    assert visit.marks("#shown") == ["Aspirin", "headache"]


def test_a_megabyte_stays_usable(visit, make_fake):
    text = ("Aspirin caused renal failure. " * 33_334)[:1_000_000]
    model = make_fake("Student", {"Aspirin": "Chemical", "renal failure": "Disease"})
    starts = range(0, len(text), 15)
    entities = [
        Entity(start, start + 7, "Chemical", 0.9, text[start : start + 7])
        if start % 30 == 0
        else Entity(start, start + 13, "Disease", 0.5, text[start : start + 13])
        for start in starts
        if start % 30 == 0 or start + 13 <= len(text)
    ]
    visit.page.set_default_timeout(60_000)  # laid out all at once, it takes minutes
    visit.show(result(text, [Found(model, entities, 0.01)], "many"))
    assert visit.page.evaluate("document.querySelector('#shown .passage').textContent.length") == 1_000_000
    assert visit.page.locator("#shown mark").count() == len(entities) == 66_667
    counts = visit.page.eval_on_selector_all("#shown td:nth-child(3)", "all => all.map(c => c.textContent)")
    assert counts == ["33,334", "33,333"]
    visit.page.click("#shown tbody tr:first-child .more")
    assert visit.page.locator("#shown tbody tr:first-child .places .link:not(.more)").count() == 102


def listed(visit) -> list[list[str]]:
    return visit.page.eval_on_selector_all(
        "#shown tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


@pytest.fixture
def table(visit, make_fake):
    """A page with a result of five mentions, four of them distinct, in #shown."""
    text = "Zinc, aspirin; headache. Aspirin, cough."
    scores = {"Zinc": 0.5, "aspirin": 0.9, "headache": 0.7, "Aspirin": 0.6, "cough": 0.8}
    labels = dict.fromkeys(scores, "Chemical") | dict.fromkeys(("headache", "cough"), "Disease")
    entities = [
        Entity(start := text.index(word), start + len(word), labels[word], score, word)
        for word, score in scores.items()
    ]
    model = make_fake("Student", {"x": "Chemical", "y": "Disease"})
    visit.show(result(text, [Found(model, entities, 0.01)], "5 entities"))
    return visit


def test_equal_mentions_share_a_row_with_their_count(table):
    assert listed(table) == [
        ["Zinc", "Chemical", "1", "0.500", "0–4"],
        ["aspirin", "Chemical", "2", "0.600", "6–1325–32"],
        ["headache", "Disease", "1", "0.700", "15–23"],
        ["cough", "Disease", "1", "0.800", "34–39"],
    ]
    assert "4 distinct mentions" in table.page.inner_text("#shown .finder")


@pytest.mark.parametrize(
    ("column", "first", "again"),
    [
        ("Mention", ["aspirin", "cough", "headache", "Zinc"], ["Zinc", "headache", "cough", "aspirin"]),
        ("Label", ["Zinc", "aspirin", "headache", "cough"], ["headache", "cough", "Zinc", "aspirin"]),
        ("Count", ["aspirin", "Zinc", "headache", "cough"], ["Zinc", "headache", "cough", "aspirin"]),
        ("Lowest score", ["Zinc", "aspirin", "headache", "cough"], ["cough", "headache", "aspirin", "Zinc"]),
    ],
)
def test_a_heading_sorts_and_says_which_way(table, column, first, again):
    heading = table.page.locator("#shown th", has_text=column)
    ways = []
    for expected in (first, again):
        heading.locator("button").click()
        assert [row[0] for row in listed(table)] == expected
        ways.append(heading.get_attribute("aria-sort"))
    assert ways == (["descending", "ascending"] if column == "Count" else ["ascending", "descending"])
    assert table.page.evaluate("document.activeElement.textContent") == column


def test_mentions_are_found_in_the_table_and_a_place_leads_to_the_text(table):
    table.page.fill("#shown .search", "ASP")
    assert [row[0] for row in listed(table)] == ["aspirin"]
    assert "1 of 4 distinct mentions" in table.page.inner_text("#shown .finder")
    table.page.click("#shown .places >> text=25–32")
    assert table.page.text_content("#shown mark.current") == "Aspirin"


def test_a_long_text_is_shown_whole_without_a_scroll_of_its_own(visit, make_fake):
    text = "Aspirin caused headache.\n" * 300
    visit.show(finished(highlight(text, make_fake("Student", {"Aspirin": "Chemical"}))))
    heights = "one => [one.scrollHeight, one.clientHeight, innerHeight]"
    inner, outer, window = visit.page.eval_on_selector("#shown .passage", heights)
    assert inner == outer > window
    visit.page.click("#shown >> text=To the table below the text")
    visit.page.wait_for_function(
        "document.querySelector('#shown .listing').getBoundingClientRect().top < innerHeight"
    )


def test_many_distinct_mentions_are_listed_by_the_thousand(visit, make_fake):
    words = [f"w{number}" for number in range(2_500)]
    text = " ".join(words)
    entities, start = [], 0
    for word in words:
        entities.append(Entity(start, start + len(word), "Chemical", 0.9, word))
        start += len(word) + 1
    visit.show(result(text, [Found(make_fake("Student", {"w": "Chemical"}), entities, 0.01)], "many"))
    assert visit.page.locator("#shown tbody tr").count() == 1_000
    visit.page.click("#shown >> text=List 1,000 more")
    assert visit.page.locator("#shown tbody tr").count() == 2_000


def test_what_is_saved_is_what_is_shown(open_visit, make_fake):
    visit = open_visit()
    visit.highlight("Aspirin caused renal failure.")
    visit.page.get_by_label("Chemical", exact=True).uncheck()
    visit.page.wait_for_selector("#marked mark.off")
    with visit.page.expect_download() as download:
        visit.page.click("#marked .saving >> text='JSON'")
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    [document] = saved["documents"]
    assert document["text"] == "Aspirin caused renal failure."
    assert [entity["text"] for entity in document["entities"]] == ["renal failure"]
    assert saved["model"] == "student"
    assert saved["revision"].startswith("sha256:")
    assert download.value.suggested_filename == "note.json"

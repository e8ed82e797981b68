"""Results drawn in Chromium: the very text, at any length; what is saved is what is shown."""

import json

import pytest

from space.engine import Entity
from space.ui.highlight import highlight
from space.ui.result import result

pytestmark = pytest.mark.browser
HARD = [
    "Aspirin 😀 e\u0301 caf\u00e9\r\nheadache\r",
    "\0 Aspirin \ud800 headache \x07",
    "<script>Aspirin</script> ${headache} {{headache}} &amp;",
    "Aspirin " + "long line without a break " * 900 + "headache 👩🏽‍⚕️",
    "A line.\n" * 2_000 + "Aspirin, headache\n\n",
]


@pytest.mark.parametrize("text", HARD, ids=["emoji-crlf", "controls", "markup", "long-line", "many-lines"])
def test_any_text_is_drawn_as_it_is(open_visit, make_fake, text):
    visit = open_visit()
    visit.show(highlight(text, make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"})))
    # As JSON, since the browser's connection does not carry lone surrogates.
    shown = visit.page.eval_on_selector("#shown .passage", "passage => JSON.stringify(passage.textContent)")
    assert json.loads(shown) == text
    assert visit.marks("#shown") == ["Aspirin", "headache"]


def test_a_megabyte_stays_usable(open_visit, make_fake):
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
    visit = open_visit()
    visit.page.set_default_timeout(60_000)  # laid out all at once, it takes minutes
    visit.show(result(text, [(model, entities)], "many"))
    assert visit.page.evaluate("document.querySelector('#shown .passage').textContent.length") == 1_000_000
    assert visit.page.locator("#shown mark").count() == len(entities) == 66_667
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

"""The comparison in Chromium: passages, gaps, and steps through the differences."""

import pytest
from shown_result import finished

from space.ui.compare_tab import show_comparison

pytestmark = pytest.mark.browser
TEXT = "😕 Aspirin\r\ngave e\u0301 a headache;\0 ibuprofen <b>not</b>."
TEACHER = {"Aspirin": "Chemical", "headache": "Disease"}
STUDENT = {"Aspirin": "Chemical", "a headache": "Disease", "ibuprofen": "Chemical"}
STATUS = "#shown output"


@pytest.fixture
def shown(visit, make_fake):
    """The page with a comparison that has two differences, in #shown."""
    visit.show(finished(show_comparison(TEXT, make_fake("Teacher", TEACHER), make_fake("Student", STUDENT))))


def current(visit) -> list[str]:
    return visit.page.eval_on_selector_all(
        "#shown .passage .current", "parts => parts.map(part => part.textContent)"
    )


def test_both_passages_hold_the_very_text_and_mark_what_differs(visit, shown):
    passages = visit.page.eval_on_selector_all("#shown .passage", "all => all.map(one => one.textContent)")
    assert passages == [TEXT, TEXT]
    assert visit.marks("#shown .side:first-child") == ["Aspirin", "headache"]
    assert visit.marks("#shown .side:last-child") == ["Aspirin", "a headache", "ibuprofen"]
    captions = visit.page.eval_on_selector_all(
        "#shown mark.parts", "marks => marks.map(mark => mark.dataset.caption)"
    )
    assert captions == ["Disease · different span", "Disease · different span", "Chemical · only the student"]
    assert visit.page.text_content("#shown .side:first-child .gap") == "ibuprofen"
    assert visit.page.locator("#shown .side:last-child .gap").count() == 0


def test_steps_by_button_go_round(visit, shown):
    visit.page.click("#shown .stepper >> text=Next")
    assert visit.page.inner_text(STATUS) == "1 of 2: different span"
    assert current(visit) == ["headache", "a headache"]
    assert visit.page.locator("#shown tr.current").count() == 1
    visit.page.click("#shown .stepper >> text=Next")
    assert visit.page.inner_text(STATUS) == "2 of 2: only the student"
    assert current(visit) == ["ibuprofen", "ibuprofen"]
    visit.page.click("#shown .stepper >> text=Next")
    assert visit.page.inner_text(STATUS).startswith("1 of 2")
    visit.page.click("#shown .stepper >> text=Previous")
    assert visit.page.inner_text(STATUS).startswith("2 of 2")


def test_steps_by_key_but_not_while_typing(visit, shown):
    visit.page.focus("#shown .passage")
    visit.page.keyboard.press("Alt+ArrowUp")
    assert visit.page.inner_text(STATUS).startswith("2 of 2")
    visit.page.keyboard.press("Alt+ArrowUp")
    assert visit.page.inner_text(STATUS).startswith("1 of 2")
    visit.page.focus("#note textarea")
    visit.page.keyboard.press("Alt+ArrowDown")
    assert visit.page.inner_text(STATUS).startswith("1 of 2")


def test_a_row_leads_to_its_place(visit, shown):
    visit.page.click("#shown tbody tr:last-child button")
    assert visit.page.inner_text(STATUS).startswith("2 of 2")


def test_a_page_without_differences_says_so(visit, make_fake):
    visit.show(finished(show_comparison(TEXT, make_fake("Teacher", TEACHER), make_fake("Student", TEACHER))))
    assert "No differences." in visit.page.inner_text("#shown")
    assert visit.page.locator("#shown .stepper").count() == 0

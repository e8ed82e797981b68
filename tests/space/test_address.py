"""Settings in the page's address: tab, threshold, labels; never the text."""

from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.browser
NOTE = "Aspirin caused renal failure; lidocaine and nausea."


def set_threshold(visit, value: str) -> None:
    box = visit.page.locator("#threshold input[type=number]")
    box.fill(value)
    box.press("Enter")


def wait_for_address(visit, hash_: str) -> None:
    visit.page.wait_for_function("hash => location.hash === hash", arg=hash_)


def test_settings_are_in_the_address_and_the_text_is_not(open_visit):
    visit = open_visit()
    assert visit.page.evaluate("location.hash") == ""
    visit.highlight(NOTE)
    set_threshold(visit, "0.4")
    wait_for_address(visit, "#threshold=0.4")
    visit.page.get_by_label("Chemical", exact=True).uncheck()
    wait_for_address(visit, "#threshold=0.4&label=Disease")
    visit.page.get_by_label("Disease", exact=True).uncheck()
    wait_for_address(visit, "#threshold=0.4&label=")
    visit.page.get_by_role("tab", name="API").click()
    wait_for_address(visit, "#tab=api&threshold=0.4&label=")
    assert not any(word in unquote(url) for url in visit.requests for word in ("renal", "lidocaine"))
    assert (
        visit.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])").find("renal") < 0
    )


def test_an_address_restores_its_settings(open_visit):
    visit = open_visit("/#tab=compare&threshold=0.35&label=Disease")
    visit.page.wait_for_selector("[data-tab-id=compare][aria-selected=true]", state="attached")
    visit.page.get_by_role("tab", name="Highlight").click()
    visit.page.wait_for_function("document.querySelector('#threshold input[type=number]')?.value === '0.35'")
    assert not visit.page.get_by_label("Chemical", exact=True).is_checked()
    wait_for_address(visit, "#threshold=0.35&label=Disease")
    assert visit.page.locator("#marked mark[data-caption=Chemical]").count() > 0
    assert visit.page.locator("#marked mark[data-caption=Chemical]:not(.off)").count() == 0


def test_another_address_in_the_same_window_is_followed(open_visit):
    visit = open_visit()
    visit.highlight(NOTE)
    visit.page.evaluate("location.hash = 'threshold=0.35&label=Disease'")
    visit.page.wait_for_function("document.querySelector('#threshold input[type=number]').value === '0.35'")
    assert not visit.page.get_by_label("Chemical", exact=True).is_checked()
    visit.page.wait_for_function("document.querySelectorAll('#marked mark:not(.off)').length <= 2")
    assert set(visit.marks()) <= {"renal failure", "nausea"}


@pytest.mark.parametrize(
    "nonsense", ["tab=nowhere&threshold=seven&label=Gene&__proto__=1", "%E0%A4%A", "threshold=9"]
)
def test_nonsense_is_ignored(open_visit, nonsense):
    visit = open_visit(f"/#{nonsense}")
    assert visit.page.get_by_role("tab", name="Highlight").get_attribute("aria-selected") == "true"
    assert visit.page.input_value("#threshold input[type=number]") == "0"

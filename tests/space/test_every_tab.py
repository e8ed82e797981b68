"""Each tab at a desk's and a phone's width: nothing scrolls sideways, and axe-core finds nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from space.ui.page import TABS

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}


def fill(visit, tab: str) -> None:
    """Open a tab with a result in it, where it has one."""
    visit.open_tab(tab)
    if tab == "compare":
        visit.page.fill("#note textarea", "Aspirin caused renal failure.")
        visit.page.click("#compare")
        visit.page.wait_for_selector("#compared .passage")
    if tab == "card":
        visit.page.wait_for_selector("#card-student h1")


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [
        pytest.param({"width": 1280, "height": 900}, "light", id="wide and light", marks=pytest.mark.soak),
        pytest.param(PHONE, "dark", id="phone and dark"),
    ],
)
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(open_visit, viewport, scheme):
    visit = open_visit(viewport=viewport, color_scheme=scheme)
    # Colours fade in, and what is half faded has no contrast yet.
    visit.page.add_style_tag(
        content="*, ::before, ::after { transition: none !important; animation: none !important; }"
    )
    for tab in TABS:
        fill(visit, tab)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], tab
        found = Axe().run(visit.page).response["violations"]
        grave = [
            (rule["id"], node["html"], node["failureSummary"])
            for rule in found
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
        assert grave == [], tab


def test_everything_is_reached_by_keyboard(open_visit):
    """From the note to the result by the Tab key alone, and no further than the page is long."""
    visit = open_visit()
    visit.page.focus("#note textarea")
    reached = set()
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        reached.add(
            visit.page.evaluate(
                "document.activeElement.closest('[id], .passage, .saving')?.className"
                " + ' ' + document.activeElement.closest('[id]')?.id"
            )
        )
    seen = " ".join(reached)
    assert all(part in seen for part in ("run", "examples", "threshold", "labels", "passage", "saving"))

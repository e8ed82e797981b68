"""The page at a phone's, a desk's and a wide screen's width, light and dark.

The first screen, work in progress, Cancel, where the result appears, and that every tab can be reached.
"""

from collections.abc import Iterator
from pathlib import Path

import faulty_space
import httpx
import pytest
from faulty_space import FAIL, SLOW
from running_space import serve
from visiting import WAIT

from space.ui.highlight_tab import MAX_CHARACTERS
from space.ui.page import TABS

pytestmark = pytest.mark.browser
NOTE = "Aspirin caused renal failure."
LONG = f"{SLOW} aspirin " * 2_000  # minutes of work
PHONE, DESK, WIDE = 390, 1440, 1920
HEIGHTS = {PHONE: 844, DESK: 900, WIDE: 1080}
VIEWS = [
    pytest.param(PHONE, "light"),
    pytest.param(DESK, "dark", marks=pytest.mark.soak),
    pytest.param(WIDE, "light", marks=pytest.mark.soak),
]
READING = ("files", "provenance", "card", "api")
IN_SIGHT = """selector => {
    const { top, bottom, left, right } = document.querySelector(selector).getBoundingClientRect();
    return top >= 0 && top < innerHeight && left >= 0 && right <= innerWidth && bottom > top;
}"""


@pytest.fixture(scope="module")
def running_space(tiny_environment, tmp_path_factory) -> Iterator:
    """The Space with an engine that is slow, or fails, on texts that say so."""
    program = Path(faulty_space.__file__)
    with serve(tmp_path_factory.mktemp("space"), tiny_environment, program) as space:
        yield space


def start(visit, text: str) -> None:
    visit.page.fill("#note textarea", text)
    visit.page.click("#run")


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_a_visit_from_the_first_screen_to_the_last_tab(open_visit, width, scheme):
    visit = open_visit(viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme)
    check_first_screen(visit, scheme)
    check_cancel(visit)
    check_result(visit)
    check_tabs(visit, width)


def check_first_screen(visit, scheme: str) -> None:
    """Which model, its size and score, how long the answer took, what it is not for, and where to type."""
    head = visit.page.inner_text("#masthead")
    assert "student" in head
    assert " MB, model_quantized.onnx" in head
    assert "F1" in head
    assert "Not for decisions about patients." in head
    visit.page.wait_for_function("document.querySelector('#took').textContent.endsWith(' ms')")
    for part in ("#masthead .model", "#masthead .terms", "#note textarea"):
        assert visit.page.evaluate(IN_SIGHT, part), part
    left, right = visit.page.evaluate(
        "() => { const { left, right } = document.querySelector('#desk').getBoundingClientRect();"
        " return [left, document.documentElement.clientWidth - right]; }"
    )
    assert abs(left - right) <= 1
    paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(250, 249, 247)", "dark": "rgb(18, 20, 19)"}[scheme]


def check_cancel(visit) -> None:
    """The button says what goes on, seconds run, and the old result is gone, then and after Cancel."""
    start(visit, LONG)
    visit.page.wait_for_selector("#work-marked .running:not([hidden])")
    assert visit.page.inner_text("#run") == "Highlighting …"
    assert visit.page.locator("#marked .passage").is_hidden()
    clock = "document.querySelector('#work-marked .clock').textContent"
    visit.page.wait_for_function(f"parseInt({clock}) >= 1")
    visit.page.wait_for_function(IN_SIGHT, arg="#work-marked .cancel")
    visit.page.click("#work-marked .cancel")
    assert visit.page.inner_text("#run") == "Highlight"
    assert "Cancelled. There is no result." in visit.page.inner_text("#work-marked")
    assert visit.page.locator("#marked .passage").is_hidden()


def check_result(visit) -> None:
    """From another tab, the result comes into sight, with the time that it took."""
    visit.open_tab("compare")
    visit.highlight(NOTE)
    visit.page.wait_for_selector("#work-marked .running", state="hidden")
    assert visit.marks() == ["Aspirin", "renal failure"]
    visit.page.wait_for_function(IN_SIGHT, arg="#marked .tally")
    whole = "document.querySelector('#took-whole').textContent"
    visit.page.wait_for_function(f"/^on the server; [0-9.]+ m?s until it was shown$/.test({whole})")


def check_tabs(visit, width: int) -> None:
    """All are in sight at once, none in a menu; on a phone, the input folds away where it is not needed."""
    assert visit.page.locator("#tabs > .tab-wrapper .overflow-menu").count() == 0
    for name, title in TABS.items():
        tab = visit.page.get_by_role("tab", name=title, exact=True)
        box = tab.bounding_box()
        assert 0 <= box["x"] <= width - box["width"], name
        tab.click()
        visit.page.wait_for_selector(f"[role=tab][data-tab-id={name}][aria-selected=true]")
        folded = name in READING and width == PHONE
        visit.page.wait_for_selector("#input", state="hidden" if folded else "visible")


def test_a_failure_is_said_and_leaves_no_old_result(open_visit):
    visit = open_visit()
    start(visit, f"{FAIL} aspirin")
    visit.page.wait_for_selector("#work-marked >> text=This did not work")
    assert visit.page.inner_text("#run") == "Highlight"
    assert visit.page.locator("#marked .passage").is_hidden()


def test_a_text_that_is_too_long_for_a_request_is_told_why(browser, running_space):
    page = browser.new_page()  # no visit: the refusal is an error on the console
    page.set_default_timeout(WAIT)
    page.goto(running_space.url)
    page.fill("#note textarea", "é" * 2_000_000)
    page.click("#run")
    told = f"This text has 2,000,000 characters. At most {MAX_CHARACTERS:,} are tagged"
    page.wait_for_selector(f"#work-marked >> text={told}")
    page.close()


def test_a_comparison_is_cancelled(open_visit):
    visit = open_visit("/#tab=compare")
    visit.page.fill("#note textarea", LONG)
    with visit.page.expect_response(lambda response: "queue/join" in response.url):
        visit.page.click("#compare")  # Gradio's script cannot cancel what has no place in the queue yet
    visit.page.click("#work-compared .cancel")
    visit.page.wait_for_selector("#work-compared >> text=Cancelled.")
    assert visit.page.inner_text("#compare") == "Compare on this text"


def test_a_timing_is_cancelled_before_its_requests(open_visit):
    visit = open_visit("/#tab=compare")
    visit.page.fill("#note textarea", f"{SLOW} aspirin " * 300)
    visit.page.click("#time")
    visit.page.click("#work-timed .cancel")
    visit.page.wait_for_selector("#work-timed >> text=Cancelled.")
    assert visit.page.inner_text("#time") == "Time both on this text"
    assert not any("v1/compare" in url for url in visit.requests)


def test_on_a_phone_nothing_lies_over_anything_else_and_a_wide_table_shows_that_it_goes_on(open_visit):
    """The copy button beside its title, and no two tabs in one place."""
    phone = open_visit(viewport={"width": PHONE, "height": HEIGHTS[PHONE]})
    phone.highlight(NOTE)
    table = "document.querySelector('#marked .scroll')"
    assert phone.page.evaluate(f"{table}.scrollWidth > {table}.clientWidth")
    layers = phone.page.evaluate(f"getComputedStyle({table}).backgroundAttachment")
    assert layers == "local, local, scroll, scroll"
    phone.open_tab("api")
    overlapping = phone.page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('#tabs [role=tab], .snippet > *')]
                .map(one => one.getBoundingClientRect()).filter(({ height }) => height > 0);
            const meet = (a, b, from, to) => a[from] < b[to] - 1 && b[from] < a[to] - 1;
            const over = (a, b) => meet(a, b, "left", "right") && meet(a, b, "top", "bottom");
            return boxes.filter((one, at) => boxes.slice(0, at).some(other => over(one, other))).length;
        }"""
    )
    assert overlapping == 0


def test_preview_and_icon_are_the_pages_own(running_space):
    html = httpx.get(running_space.url, trust_env=False).text
    head = html[: html.index("gradio_config")]
    assert "<title>Clinstill</title>" in head
    assert head.count('property="og:title" content="Clinstill"') == head.count("og:title") == 1
    preview = f"{running_space.url}/page/pictures/preview.png"
    assert f'property="og:image" content="{preview}"' in head
    assert "not for decisions about patients" in head.lower()
    assert "gradio-app" not in head
    for name, kind in (("preview.png", "image/png"), ("icon.svg", "image/svg+xml")):
        answer = httpx.get(f"{running_space.url}/page/pictures/{name}", trust_env=False)
        assert answer.headers["content-type"].startswith(kind)
        assert answer.content
    assert (
        httpx.get(f"{running_space.url}/page/pictures/student/README.md", trust_env=False).status_code == 404
    )

"""The Space in Chromium, as a visitor uses it."""

from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.browser
NOTE = "Aspirin caused renal failure; lidocaine and nausea."
WAIT = 120_000  # ms; a CI machine may be busy


class Visit:
    """A page, with what it asked for and complained about."""

    def __init__(self, page, url: str):
        self.page, self.requests, self.complaints = page, [], []
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#marked .passage")

    def highlight(self, text: str) -> None:
        self.page.fill("#note textarea", text)
        self.page.click("#run")
        self.page.wait_for_function(
            "text => document.querySelector('#marked .passage')?.textContent === text", arg=text
        )

    def marks(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "#marked mark:not(.off)", "marks => marks.map(mark => mark.textContent)"
        )

    def rows(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "#marked tbody tr:not([hidden])", "rows => rows.map(row => row.cells[0].textContent)"
        )

    def calls(self) -> int:
        return sum("queue/join" in url for url in self.requests)


@pytest.fixture
def open_visit(browser, running_space) -> Iterator:
    """open_visit(**context options) -> Visit; at the end nothing may have gone wrong or out."""
    contexts, visits = [], []

    def open_page(**options) -> Visit:
        contexts.append(browser.new_context(**options))
        visits.append(Visit(contexts[-1].new_page(), running_space.url))
        return visits[-1]

    yield open_page
    for visit in visits:
        assert visit.complaints == []
        own = (running_space.url, "data:", "blob:")
        assert [url for url in visit.requests if not url.startswith(own)] == []
    for context in contexts:
        context.close()


def test_a_note_is_highlighted_and_filtered_without_another_run(open_visit):
    visit = open_visit()
    visit.highlight(NOTE)
    assert visit.marks() == visit.rows() == ["Aspirin", "renal failure", "lidocaine", "nausea"]
    before = visit.calls()

    box = visit.page.locator("#threshold input[type=number]")
    box.fill("0.95")
    box.press("Enter")
    visit.page.wait_for_selector("#marked mark.off")
    sure = visit.marks()
    assert 0 < len(sure) < 4
    assert visit.rows() == sure
    assert f"{len(sure)} of 4 entities shown" in visit.page.inner_text("#marked .tally")

    visit.page.get_by_label("Disease", exact=True).uncheck()
    visit.page.wait_for_function("document.querySelectorAll('#marked mark:not(.off)').length === 1")
    assert visit.marks() == ["Aspirin"]
    assert visit.calls() == before

    # The filters stay on for the next text, and the passage is the whole note all the while.
    visit.highlight("Aspirin, headache.")
    visit.page.wait_for_function("document.querySelectorAll('#marked mark.off').length === 1")
    assert visit.marks() == ["Aspirin"]


def test_filters_stay_true_while_the_text_is_edited(open_visit):
    visit = open_visit()
    visit.highlight(NOTE)
    visit.page.fill("#note textarea", "something else")
    visit.page.wait_for_selector("#marked .result.stale")
    visit.page.get_by_label("Chemical", exact=True).uncheck()
    visit.page.wait_for_selector("#marked mark.off")
    assert visit.marks() == ["renal failure", "nausea"]
    assert visit.page.text_content("#marked .passage") == NOTE
    visit.page.fill("#note textarea", NOTE)
    visit.page.wait_for_selector("#marked .result:not(.stale)")


def test_markup_and_template_syntax_stay_text(open_visit):
    visit = open_visit()
    hostile = (
        "Aspirin ${document.title='x'} {{value}} `${alert(1)}` <script>alert(1)</script> <img src=x> &amp;"
    )
    visit.page.on("dialog", lambda dialog: pytest.fail("a note ran as code"))
    visit.highlight(hostile)
    assert visit.marks() == ["Aspirin"]
    assert visit.page.title() == "Clinstill"
    assert visit.page.locator("#marked .passage :is(script, img)").count() == 0


def test_an_example_is_loaded_and_tagged(open_visit):
    visit = open_visit()
    visit.page.get_by_text("Clinic shorthand").click()
    visit.page.wait_for_function(
        "document.querySelector('#marked .passage').textContent.startsWith('58F, PMH')"
        " && document.querySelector('#note textarea').value.startsWith('58F, PMH')"
        " && !document.querySelector('#marked .result').matches('.stale')"
    )


def test_teacher_and_student_are_compared(open_visit):
    visit = open_visit()
    visit.highlight(NOTE)
    visit.page.get_by_role("tab", name="Teacher and student").click()
    visit.page.click("#compare")
    visit.page.wait_for_selector("#timed table")
    assert visit.page.locator("#compared .passage").count() == 2
    assert "Agreement" in visit.page.inner_text("#compared .tally")
    assert "Speed-up" in visit.page.inner_text("#timed .tally")


def test_the_card_of_each_model_is_shown(open_visit):
    visit = open_visit()
    visit.page.get_by_role("tab", name="Model card").click()
    visit.page.wait_for_selector("#card-student h1")
    assert visit.page.inner_text("#card-student h1") == "A tiny model"
    assert "apache-2.0" in visit.page.inner_text("#facts-student")
    assert "license:" not in visit.page.inner_text("#card-student")
    visit.page.get_by_role("tab", name="Teacher", exact=True).click()
    visit.page.wait_for_selector("#facts-teacher >> text=model.onnx")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(open_visit, scheme):
    visit = open_visit(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    width = "document.documentElement.scrollWidth"
    assert visit.page.evaluate(width) <= 390
    for tab in ("Teacher and student", "Model card"):
        visit.page.get_by_role("tab", name=tab).click()
        if tab == "Teacher and student":
            visit.page.click("#compare")
            visit.page.wait_for_selector("#timed table")
        assert visit.page.evaluate(width) <= 390

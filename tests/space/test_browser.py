"""The Space in Chromium, as a visitor uses it."""

import pytest

pytestmark = pytest.mark.browser
NOTE = "Aspirin caused renal failure; lidocaine and nausea."


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


def test_markup_and_template_syntax_stay_text(visit):
    hostile = (
        "Aspirin ${document.title='x'} {{value}} `${alert(1)}` <script>alert(1)</script> <img src=x> &amp;"
    )
    visit.page.on("dialog", lambda dialog: pytest.fail("a note ran as code"))
    visit.highlight(hostile)
    assert visit.marks() == ["Aspirin"]
    assert visit.page.title() == "Clinstill"
    assert visit.page.locator("#marked .passage :is(script, img)").count() == 0


def test_an_example_is_loaded_and_tagged(visit):
    visit.page.get_by_text("Fails: shorthand").click()
    visit.page.wait_for_function(
        "document.querySelector('#marked .passage')?.textContent.startsWith('58F, PMH')"
        " && document.querySelector('#note textarea').value.startsWith('58F, PMH')"
        " && !document.querySelector('#marked .result')?.matches('.stale')"
    )
    assert "worst error here: it marks “T2DM” as Chemical" in visit.page.inner_text("#about")
    visit.highlight(NOTE)
    visit.page.wait_for_selector("#about", state="hidden")


def test_teacher_and_student_are_compared(visit):
    visit.highlight(NOTE)
    visit.open_tab("compare")
    visit.page.click("#compare")
    visit.page.wait_for_selector("#compared .passage")
    assert visit.page.locator("#compared .passage").count() == 2
    assert "Agreement" in visit.page.inner_text("#compared .tally")


def test_both_models_and_whole_requests_are_timed(visit):
    visit.open_tab("compare")
    visit.page.click("#time")
    visit.page.wait_for_selector("#timed table")
    assert "Speed-up" in visit.page.inner_text("#timed .tally")
    visit.page.wait_for_selector("#requests table")
    parts = visit.page.eval_on_selector_all(
        "#requests tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert [part for part, _, _ in parts] == [
        "Model: teacher", "Model: student", "Queue", "Network, server and this browser", "Whole request",
    ]  # fmt: skip
    medians = [float(median.removesuffix(" ms")) for _, median, _ in parts]
    assert medians[-1] > max(medians[:-1]) > 0
    assert all(
        float(p95.removesuffix(" ms")) >= median for median, (_, _, p95) in zip(medians, parts, strict=True)
    )


def test_the_card_of_each_model_is_shown(visit):
    visit.open_tab("card")
    visit.page.wait_for_selector("#card-student h1")
    assert visit.page.inner_text("#card-student h1") == "A tiny model"
    assert "apache-2.0" in visit.page.inner_text("#facts-student")
    assert "license:" not in visit.page.inner_text("#card-student")
    visit.page.get_by_role("tab", name="Teacher", exact=True).click()
    visit.page.wait_for_selector("#facts-teacher >> text=model.onnx")

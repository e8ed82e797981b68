"""What a result carries to the page: exact text, exact offsets, whole scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown_result import data, finished

from space.contract import Busy
from space.engine import Entity
from space.ui.compare_tab import show_comparison
from space.ui.highlight_tab import highlight
from space.ui.result import Found, result

NO_SCORE = 0.9


def test_a_result_names_model_and_revision_and_keeps_whole_scores(make_fake):
    model = make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"})
    model.tagger.score = 0.1 + 0.2
    found = data(finished(highlight("Aspirin, headache", model)))
    assert found["text"] == "Aspirin, headache"
    assert found["labels"] == ["Chemical", "Disease"]
    assert found["differences"] is None
    assert found["models"] == [
        {
            "name": "Student",
            "id": "student",
            "revision": f"sha256:{'0' * 64}",
            "ms": found["models"][0]["ms"],
            "entities": [[0, 7, 0, 0.1 + 0.2], [9, 17, 1, 0.1 + 0.2]],
        }
    ]


@pytest.mark.parametrize("text", ["a\r\nb\rc", "\0 \x07 \ud800 😀", '<b>"&amp;${x}{{y}}</b>'])
def test_hard_text_arrives_as_it_is_and_in_ascii(make_fake, text):
    shown = finished(highlight(text, make_fake("Student", {"b": "Chemical"})))
    assert data(shown)["text"] == text
    assert shown.isascii()
    assert "<b>" not in shown


@given(text=st.text(st.characters(), min_size=1, max_size=40).filter(str.strip), place=st.integers(0, 40))
def test_any_text_and_span_arrive_as_they_are(fake_student, text, place):
    start = min(place, len(text) - 1)
    entity = Entity(start, len(text), "Chemical", NO_SCORE, text[start:])
    found = data(result(text, [Found(fake_student, [entity], 0.01)], "1 entity"))
    [[first, end, _, _]] = found["models"][0]["entities"]
    # JSON joins a high and a low surrogate that stand side by side; nothing else changes.
    assert found["text"].encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")
    assert (first, end) == (start, len(text))


@pytest.fixture(scope="module")
def fake_student(tmp_path_factory):
    from space.contract import Model

    class Labels:
        labels = ("Chemical",)

    return Model("Student", "", Labels(), "", "student", "sha256:0", None, Labels)


def test_a_result_says_how_long_it_took_on_the_server(fake_student):
    found = data(result("x", [Found(fake_student, [], 0.0123456)], "No entity found."))
    assert found["models"][0]["ms"] == 12.346


def test_a_notice_on_the_text_stands_with_the_result(make_fake):
    text = "Kopfschmerzen <nach> Aspirin"
    model = make_fake("Student", {"Aspirin": "Chemical"})
    for shown in (finished(highlight(text, model)), finished(show_comparison(text, model, model))):
        assert '<p class="note warning" data-said>It does not look like English.</p>' in shown
    assert "warning" not in finished(highlight("Aspirin.", model))


def test_differences_point_into_the_lists_of_both_models(make_fake):
    teacher = make_fake("Teacher", {"Aspirin": "Chemical", "headache": "Disease"})
    student = make_fake("Student", {"Aspirin": "Chemical", "a head": "Disease", "ibuprofen": "Chemical"})
    found = data(finished(show_comparison("Aspirin gave a headache; ibuprofen.", teacher, student)))
    assert [model["name"] for model in found["models"]] == ["Teacher", "Student"]
    assert found["differences"] == [
        [13, 23, "different span", [1], [1]],
        [25, 34, "only the student", [], [2]],
    ]


def test_a_busy_server_is_said_calmly(make_fake):
    model = make_fake("Student", {"Aspirin": "Chemical"})

    class Full(type(model.tagger)):
        def __call__(self, texts):
            raise Busy("The server is busy: try again in a moment.")

    model.tagger.__class__ = Full
    for shown in (finished(highlight("Aspirin", model)), finished(show_comparison("Aspirin", model, model))):
        assert shown == '<p class="note" role="status">The server is busy: try again in a moment.</p>'

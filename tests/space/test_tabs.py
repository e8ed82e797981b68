"""What each tab shows, without a server."""

from dataclasses import replace

import pytest
from shown_result import finished
from starlette.testclient import TestClient

from space.ui import highlight_tab
from space.ui.card_tab import pictures_of, show_card, split
from space.ui.compare_tab import show_comparison
from space.ui.highlight_tab import highlight
from space.ui.masthead import show_masthead
from space.ui.page import build
from space.ui.pictures import pictures_app
from space.ui.speed import show_latency

TEXT = "Aspirin gave a headache; ibuprofen did not."
LEDGER = {
    "subject": "student",
    "models": {"student": {"summary": "Finds chemicals & diseases."}},
    "claims": [
        {
            "id": "student.int8.test.macro.f1",
            "name": "Macro F1",
            "value": 0.83936,
            "split": "test",
            "interval": {"low": 0.8274, "high": 0.8516},
            "data": {"id": "bc5cdr", "documents": 500, "genre": "abstracts"},
            "artifact": {"model": "student", "file": "onnx/Student.onnx"},
        }
    ],
}
CARD = "---\nlicense: mit\nbase_model: someone/base\ntags: [a, b]\n---\n\n# Title\n\nBody.\n"


def test_highlight_counts_the_entities(make_fake):
    shown = finished(highlight(TEXT, make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"})))
    assert ">2 entities</p>" in shown


def test_no_entity_is_said(make_fake):
    assert "No entity found." in finished(highlight("Well.", make_fake("Student", {"Aspirin": "Chemical"})))


def test_empty_text_is_not_tagged(make_fake):
    model = make_fake("Student", {"Aspirin": "Chemical"})
    assert "no text" in finished(highlight(" \r\n", model))
    assert model.tagger.calls == 0


def test_too_long_a_text_is_refused_without_quoting_it(make_fake, monkeypatch):
    monkeypatch.setattr(highlight_tab, "MAX_CHARACTERS", 10)
    model = make_fake("Student", {"Aspirin": "Chemical"})
    shown = finished(highlight(TEXT, model))
    assert "43 characters" in shown
    assert "At most 10" in shown
    assert "Aspirin" not in shown
    assert model.tagger.calls == 0


def test_comparison_says_how_far_both_agree(make_fake):
    teacher = make_fake("Teacher", {"Aspirin": "Chemical", "headache": "Disease"})
    student = make_fake("Student", {"Aspirin": "Chemical", "ibuprofen": "Chemical"})
    shown = finished(show_comparison(TEXT, teacher, student))
    assert "Agreement 33%" in shown
    assert "Agreement is not accuracy" in shown


def test_comparison_without_entities(make_fake):
    pair = make_fake("Teacher", {"x1": "Chemical"}), make_fake("Student", {"x1": "Chemical"})
    assert "Neither model found an entity." in finished(show_comparison("Well.", *pair))


def test_latency_table_has_ratios_sizes_and_conditions(make_fake):
    teacher, student = (make_fake(name, {"Aspirin": "Chemical"}) for name in ("Teacher", "Student"))
    student.tagger.notes.append("INT8 runs the safe way here")
    shown = show_latency(TEXT, teacher, student)
    assert "Speed-up" in shown
    assert "File 4.0× smaller" in shown
    assert "20 repeats of each" in shown
    assert "the whole text (43 characters)" in shown
    assert "Student: INT8 runs the safe way here" in shown
    assert "no text" in show_latency("", teacher, student)


def test_a_long_text_is_timed_by_its_beginning(make_fake):
    pair = make_fake("Teacher", {"Aspirin": "Chemical"}), make_fake("Student", {"Aspirin": "Chemical"})
    assert "the beginning of the text (5,000 characters)" in show_latency("a " * 4000, *pair)


def test_card_is_split_into_facts_and_body(make_fake):
    facts, body = show_card(make_fake("Student", {"Aspirin": "Chemical"}, CARD))
    assert body == "# Title\n\nBody."
    assert "<dt>License</dt><dd><span>mit</span></dd>" in facts
    assert "<dt>Tags</dt><dd><span>a</span> <span>b</span></dd>" in facts
    assert "Student.onnx, 1.0 MB" in facts


FIGURE = """
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="figures/types-dark.png">
  <img src="figures/types-light.png" alt="F1 by type &amp; {}.">
</picture>
"""


def test_figures_have_an_address_of_this_server(make_fake):
    card = CARD + FIGURE.format("one") + "\n*Caption.*\n"
    assert pictures_of(card) == ["figures/types-light.png", "figures/types-dark.png"]
    student = make_fake("Student", {"a": "Chemical"}, card)
    body = show_card(replace(student, pictures=dict.fromkeys(pictures_of(card), b"PNG")))[1]
    for scheme, kind in (("light", "by-day"), ("dark", "by-night")):
        address = f"page/pictures/student/figures/types-{scheme}.png"
        assert f'<img class="figure {kind}" src="{address}" alt="F1 by type &amp; one."' in body
    assert "<picture>" not in body


def test_figures_are_served_and_nothing_else_of_a_models_folder(make_fake):
    student = replace(make_fake("Student", {"a": "Chemical"}), pictures={"figures/x.png": b"PNG"})
    with TestClient(pictures_app([student])) as client:
        answer = client.get("/student/figures/x.png")
        assert (answer.content, answer.headers["content-type"]) == (b"PNG", "image/png")
        for path in ("/student/README.md", "/student/figures/../x.png", "/teacher/figures/x.png", "/page.py"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "image",
    [
        "![Words](https://img.example/badge.svg)",
        '<img src="https://img.example/a.png" alt="Words">',
        FIGURE.replace("F1 by type &amp; {}.", "Words"),  # its files are not there
        "![Words](../../secret.png)",
        "![Words](/etc/passwd.png)",
    ],
)
def test_an_image_that_is_not_the_cards_own_is_put_into_its_words(make_fake, image):
    body = show_card(make_fake("Student", {"a": "Chemical"}, CARD + image))[1]
    assert body.endswith("*Words*")
    assert "<img" not in body
    assert not any(path.startswith(("/", "..", "http")) for path in pictures_of(image))


def test_a_model_without_card_says_so(make_fake):
    assert "has no card" in show_card(make_fake("Student", {"a": "Chemical"}))[1]


def test_a_broken_front_matter_is_shown_not_hidden():
    assert split("---\na: [\n---\n# T\n") == ({}, "```\n---\na: [\n---\n# T\n```")
    assert split("---\n- a\n---\n# T\n")[0] == {}
    assert split("# Only a body\n") == ({}, "# Only a body")


def masthead(student, space_id: str | None = None) -> str:
    return show_masthead(student, space_id=space_id)


def test_the_page_says_where_text_goes_and_leads_to_the_private_page(make_fake):
    student = make_fake("Student", {"a": "Chemical"})
    assert "This is a remote server" in masthead(student, "me/space")
    assert "remote server" not in masthead(student)
    assert all('href="private/"' in masthead(student, space_id) for space_id in ("me/space", None))


def test_the_first_screen_names_model_size_score_and_what_it_is_not_for(make_fake):
    shown = masthead(make_fake("Student", {"a": "Chemical"}, ledger=LEDGER))
    assert "<dd>student<small>1.0 MB, Student.onnx</small>" in shown
    assert "<dt>Macro F1</dt><dd>0.839<small>95%: 0.827 to 0.852; test of bc5cdr, 500 documents" in shown
    assert "Finds chemicals &amp; diseases." in shown
    assert "Learned from research abstracts; not for decisions about patients." in shown


def test_without_a_ledger_no_score_is_named(make_fake):
    shown = masthead(make_fake("Student", {"a": "Chemical"}))
    assert "<dd>not known<small>it comes without a ledger" in shown
    assert "Finds mentions of these kinds in a text: Chemical." in shown
    assert "<strong>Not for decisions about patients.</strong>" in shown


def test_links_lead_to_the_model_on_the_hub_where_it_is_there(make_fake):
    student = make_fake("Student", {"a": "Chemical"})
    assert "huggingface.co" not in masthead(student)
    published = replace(student, id="me/model", revision="0123abc")
    assert 'href="https://huggingface.co/me/model/tree/0123abc"' in masthead(published)
    assert 'href="https://huggingface.co/spaces/me/space/tree/main"' in masthead(published, "me/space")
    assert 'href="openapi.json"' in masthead(student)


def test_filters_tabs_and_address_never_call_python(make_fake):
    pair = make_fake("Student", {"a": "Chemical"}), make_fake("Teacher", {"a": "Chemical"})
    page = build(*pair, space_id=None, file_bytes=1_000_000, instructions="avx2")
    own = {
        function.js.partition("baseURI))).")[2].partition("(")[0]
        for function in page.fns.values()
        if function.js and function.fn is None
    }
    assert own == {"edited", "end", "failed", "filter", "restore", "selected", "timeRequests"}
    asking = [function.js for function in page.fns.values() if function.js and function.fn is not None]
    assert all(".begin(" in call for call in asking)
    assert len(asking) == 5

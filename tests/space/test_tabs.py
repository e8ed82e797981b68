"""What each tab shows, without a server."""

from space.ui import highlight as highlight_tab
from space.ui.card import show_card, split
from space.ui.compare import show_comparison
from space.ui.highlight import highlight
from space.ui.page import build
from space.ui.speed import show_latency

TEXT = "Aspirin gave a headache; ibuprofen did not."
CARD = "---\nlicense: mit\nbase_model: someone/base\ntags: [a, b]\n---\n\n# Title\n\nBody.\n"


def test_highlight_counts_the_entities(make_fake):
    shown = highlight(TEXT, make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"}))
    assert ">2 entities</p>" in shown


def test_no_entity_is_said(make_fake):
    assert "No entity found." in highlight("Well.", make_fake("Student", {"Aspirin": "Chemical"}))


def test_empty_text_is_not_tagged(make_fake):
    model = make_fake("Student", {"Aspirin": "Chemical"})
    assert "no text" in highlight(" \r\n", model)
    assert model.tagger.calls == 0


def test_too_long_a_text_is_refused_without_quoting_it(make_fake, monkeypatch):
    monkeypatch.setattr(highlight_tab, "MAX_CHARACTERS", 10)
    model = make_fake("Student", {"Aspirin": "Chemical"})
    shown = highlight(TEXT, model)
    assert "43 characters" in shown
    assert "At most 10" in shown
    assert "Aspirin" not in shown
    assert model.tagger.calls == 0


def test_comparison_says_how_far_both_agree(make_fake):
    teacher = make_fake("Teacher", {"Aspirin": "Chemical", "headache": "Disease"})
    student = make_fake("Student", {"Aspirin": "Chemical", "ibuprofen": "Chemical"})
    shown = show_comparison(TEXT, teacher, student)
    assert "Agreement 33%" in shown
    assert "Agreement is not accuracy" in shown


def test_comparison_without_entities(make_fake):
    pair = make_fake("Teacher", {"x1": "Chemical"}), make_fake("Student", {"x1": "Chemical"})
    assert "Neither model found an entity." in show_comparison("Well.", *pair)


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


def test_a_figure_is_put_into_its_words(make_fake):
    """The Space does not serve the files that lie beside a card."""
    picture = """
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="figures/types-dark.png">
  <img src="figures/types-light.png" alt="F1 by type &amp; {}.">
</picture>
"""
    card = CARD + picture.format("one") + "\n*Caption.*\n" + picture.format("two")
    body = show_card(make_fake("Student", {"a": "Chemical"}, card))[1]
    assert "Body.\n\n*F1 by type &amp; one.*\n\n*Caption.*\n\n*F1 by type &amp; two.*" in body
    assert "figures/" not in body


def test_a_model_without_card_says_so(make_fake):
    assert "has no card" in show_card(make_fake("Student", {"a": "Chemical"}))[1]


def test_a_broken_front_matter_is_shown_not_hidden():
    assert split("---\na: [\n---\n# T\n") == ({}, "```\n---\na: [\n---\n# T\n```")
    assert split("---\n- a\n---\n# T\n")[0] == {}
    assert split("# Only a body\n") == ({}, "# Only a body")


def masthead(pair, space_id: str | None) -> str:
    blocks = build(*pair, space_id=space_id, file_bytes=1_000_000).blocks.values()
    return next(block.value for block in blocks if block.elem_id == "masthead")


def test_the_page_says_where_text_goes_and_leads_to_the_private_page(make_fake):
    pair = make_fake("Student", {"a": "Chemical"}), make_fake("Teacher", {"a": "Chemical"})
    assert "This is a remote server" in masthead(pair, "me/space")
    assert "remote server" not in masthead(pair, None)
    assert all('href="private/"' in masthead(pair, space_id) for space_id in ("me/space", None))


def test_filters_tabs_and_address_never_call_python(make_fake):
    pair = make_fake("Student", {"a": "Chemical"}), make_fake("Teacher", {"a": "Chemical"})
    page = build(*pair, space_id=None, file_bytes=1_000_000)
    own = {
        function.js.partition("baseURI))).")[2].partition("(")[0]: function.fn
        for function in page.fns.values()
        if function.js
    }
    assert own == dict.fromkeys(("edited", "filter", "restore", "selected", "timeRequests"))

"""What each tab shows, without a server."""

from space.ui import highlight as highlight_tab
from space.ui.card import show_card, split
from space.ui.compare import show_comparison, show_latency
from space.ui.examples import EXAMPLES
from space.ui.highlight import highlight
from space.ui.page import build

TEXT = "Aspirin gave a headache; ibuprofen did not."
CARD = "---\nlicense: mit\nbase_model: someone/base\ntags: [a, b]\n---\n\n# Title\n\nBody.\n"


def test_highlight_shows_every_entity(make_fake):
    shown = highlight(TEXT, make_fake("Student", {"Aspirin": "Chemical", "headache": "Disease"}))
    assert "2 entities" in shown
    assert shown.count("<mark") == 2


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


def test_comparison_marks_what_one_model_finds(make_fake):
    teacher = make_fake("Teacher", {"Aspirin": "Chemical", "headache": "Disease"})
    student = make_fake("Student", {"Aspirin": "Chemical", "ibuprofen": "Chemical"})
    shown = show_comparison(TEXT, teacher, student)
    assert "Agreement 33%" in shown
    assert "Agreement is not accuracy" in shown
    assert 'data-caption="Disease · only the teacher"' in shown
    assert 'data-caption="Chemical · only the student"' in shown
    assert shown.count(' parts"') == 2
    assert '<td class="place">15–23</td><td>only the teacher</td>' in shown


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
    assert show_latency("", teacher, student) == ""


def test_a_long_text_is_timed_by_its_beginning(make_fake):
    pair = make_fake("Teacher", {"Aspirin": "Chemical"}), make_fake("Student", {"Aspirin": "Chemical"})
    assert "the beginning of the text (5,000 characters)" in show_latency("a " * 4000, *pair)


def test_card_is_split_into_facts_and_body(make_fake):
    facts, body = show_card(make_fake("Student", {"Aspirin": "Chemical"}, CARD))
    assert body == "# Title\n\nBody."
    assert "<dt>License</dt><dd><span>mit</span></dd>" in facts
    assert "<dt>Tags</dt><dd><span>a</span> <span>b</span></dd>" in facts
    assert "Student.onnx, 1.0 MB" in facts


def test_a_model_without_card_says_so(make_fake):
    assert "has no card" in show_card(make_fake("Student", {"a": "Chemical"}))[1]


def test_a_broken_front_matter_is_shown_not_hidden():
    assert split("---\na: [\n---\n# T\n") == ({}, "```\n---\na: [\n---\n# T\n```")
    assert split("---\n- a\n---\n# T\n")[0] == {}
    assert split("# Only a body\n") == ({}, "# Only a body")


def test_examples_differ_and_say_where_the_model_fails():
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES) >= 4
    assert any("wrong" in example.title for example in EXAMPLES)


def test_the_page_says_where_text_goes(make_fake):
    pair = make_fake("Student", {"a": "Chemical"}), make_fake("Teacher", {"a": "Chemical"})

    def masthead(space_id):
        blocks = build(*pair, space_id=space_id, file_bytes=1).blocks.values()
        return next(block.value for block in blocks if block.elem_id == "masthead")

    assert "remote server" in masthead("me/space")
    assert "remote server" not in masthead(None)


def test_filters_never_call_python(make_fake):
    pair = make_fake("Student", {"a": "Chemical"}), make_fake("Teacher", {"a": "Chemical"})
    page = build(*pair, space_id=None, file_bytes=1)
    names = {block._id: block.elem_id for block in page.blocks.values()}
    filters = [
        function
        for function in page.fns.values()
        if {names[target] for target, _ in function.targets} & {"threshold", "labels"}
    ]
    assert len(filters) == 1
    assert filters[0].fn is None
    assert "clinstill?.filter" in filters[0].js

"""Documents change, and their mentions stay what they are."""

from hypothesis import given
from hypothesis import strategies as st
from tiny_fitting import NOTE, mentions

from training.corpora.document import Document, Span
from training.fitting.editing import Edit, apply


def test_mentions_move_with_the_text():
    edits = [Edit(0, 3, "A"), Edit(17, 29, "HTN"), Edit(34, 35, "\n"), Edit(44, 45, "")]
    edited = apply(NOTE, edits)
    assert edited.text.startswith("A patient with HTN took\nmetformin500 mg twice")
    assert mentions(edited) == [("HTN", "Disease"), *mentions(NOTE)[1:]]


def test_no_edit_crosses_a_border_or_another_edit():
    edits = [Edit(15, 20, "!"), Edit(25, 31, "!"), Edit(17, 29, "HTN"), Edit(18, 19, "Y")]
    edited = apply(NOTE, edits)
    assert edited == apply(NOTE, [Edit(17, 29, "HTN")])
    assert apply(NOTE, []) == NOTE


@given(st.data())
def test_whatever_is_edited_mentions_keep_their_words(data):
    """Against a text of marked mentions that is edited in the same places."""
    text = data.draw(st.text("ab ", min_size=1, max_size=30))
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = tuple(Span(start=s, end=e, label="X") for s, e in zip(places[::2], places[1::2], strict=False))
    edits, last = [], 0
    for place in sorted(data.draw(st.lists(st.integers(0, len(text) - 1), max_size=8, unique=True))):
        if place >= last:
            edits.append(Edit(place, place + 1, data.draw(st.sampled_from(["", "x", "yz"]))))
            last = place + 1
    by_place = {edit.start: edit.text for edit in edits}
    kept = [by_place.get(place, character) for place, character in enumerate(text)]
    # A mention that would vanish cannot be, so the edits inside it leave its first letter.
    for span in spans:
        kept[span.start] = text[span.start]
    edits = [edit for edit in edits if edit.start not in {span.start for span in spans}]
    edited = apply(Document(id="1", text=text, spans=spans), edits)
    assert edited.text == "".join(kept)
    assert [edited.text[s.start : s.end] for s in edited.spans] == [
        "".join(kept[span.start : span.end]) for span in spans
    ]

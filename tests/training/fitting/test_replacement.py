"""Names of the same type stand for the mentions."""

from tiny_fitting import SENTENCES, make_document, mentions

from training.corpora.document import Document, Span
from training.fitting.replacement import names_of, replace_mentions


def test_mentions_give_way_to_names_of_their_type(documents):
    names = {"Chemical": ["aspirin", "zalcipine"], "Disease": ["gout"]}
    for document in documents:
        changed = replace_mentions(document, names, share=1, seed=1)
        assert [label for _, label in mentions(changed)] == [label for _, label in mentions(document)]
        assert {name for name, label in mentions(changed) if label == "Disease"} <= {"gout"}
        by_name: dict[str, set[str]] = {}
        for (old, _), (new, _) in zip(mentions(document), mentions(changed), strict=True):
            by_name.setdefault(old.lower(), set()).add(new)
        assert all(len(new) == 1 for new in by_name.values())
    assert replace_mentions(documents[0], names, share=1e-9, seed=1) == documents[0]


def test_overlapping_mentions_and_types_without_names_stay():
    text = "liver failure by lithium"
    spans = tuple(
        Span(start=s, end=e, label=label)
        for s, e, label in [(0, 5, "Organ"), (0, 13, "Disease"), (17, 24, "Chemical")]
    )
    document = Document(id="1", text=text, spans=spans)
    assert replace_mentions(document, {"Disease": ["gout"], "Organ": ["skin"]}, 1, 1) == document
    changed = replace_mentions(document, {"Disease": ["gout"], "Chemical": ["gold"]}, 1, 1)
    assert changed.text == "liver failure by gold" and len(changed.spans) == 3


def test_names_are_those_of_the_documents():
    documents = [make_document(str(number), parts) for number, parts in enumerate(SENTENCES)]
    assert names_of(documents)["Chemical"] == ["Lithium", "aspirin", "morvastat", "zalcipine"]

"""A fitting reads its corpora as its settings say."""

import pytest
from tiny_fitting import COMPLETE, make_document, mentions

from training.fitting.variation import prepare_labelled
from training.recipe.fitting import Fitting


@pytest.mark.parametrize(
    ("more", "tagged", "outside"),
    [
        ({}, set(), {"O", "B-Disease", "I-Disease"}),
        ({"unknown": "outside"}, set(), {"O"}),
        ({"corpus_tag": True}, {"b"}, {"O", "B-Disease", "I-Disease"}),
    ],
)
def test_a_fitting_says_how_its_corpora_are_read(settings, cutter, documents, more, tagged, outside):
    corpora = {"a": documents[:2], "b": documents[2:4]}
    annotates = {"a": COMPLETE, "b": {"Chemical": True}}
    fitting = Fitting(**settings(**more))
    prepared = prepare_labelled(corpora, annotates, [], "a", cutter, fitting)
    assert [own.document for own in prepared] == documents[:4]
    assert [own.corpus for own in prepared] == ["a", "a", "b", "b"]
    assert {own.corpus for own in prepared if own.prefix != cutter.special[0]} == tagged
    for own in prepared:
        sets = {tuple(row) for row in own.allowed if row[0]}  # of words that may be outside
        found = [{tag for tag, may in zip(cutter.tags, row, strict=True) if may} for row in sets]
        assert found == [{"O"} if own.corpus == "a" else outside]


def test_a_fitting_varies_its_documents(settings, cutter, documents):
    varied = Fitting(**settings(replace_mentions={"share": 1}, noise={"share": 1, "kinds": ["shorthand"]}))
    names = [make_document("names", [("gout", "Disease"), " ", ("gold", "Chemical")])]
    changed = prepare_labelled({"a": documents}, {"a": COMPLETE}, names, "a", cutter, varied)
    assert {mention for own in changed for mention in mentions(own.document)} == {
        ("gout", "Disease"),
        ("gold", "Chemical"),
    }
    own_names = prepare_labelled({"a": documents}, {"a": COMPLETE}, [], "a", cutter, varied)
    found = {mention for own in own_names for mention in mentions(own.document)}
    assert found <= {mention for document in documents for mention in mentions(document)}

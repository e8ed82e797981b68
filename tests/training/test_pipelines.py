"""What the pipelines of transformers find, in the ways that are claimed."""

import tiny_bert

from space.engine import load
from training.pipelines import _found


def places(found):
    return [{(entity.start, entity.end, entity.label) for entity in each} for each in found]


def test_first_finds_what_the_engine_does_without_rules_and_simple_cuts_words(exported):
    documents = tiny_bert.documents(8)
    short = [document for document in documents if len(document.text) < 60]
    engine = load(exported, rules=())([document.text for document in short])
    found = {way: places(_found(exported, short, way, tiny_bert.WINDOW, 8)) for way in ("first", "simple")}
    assert short and any(engine)
    assert found["first"] == places(engine)
    assert found["simple"] != found["first"]
    for document, each in zip(short, found["simple"], strict=True):
        assert all(document.text[start:end].strip() == document.text[start:end] for start, end, _ in each)

"""Short forms that a text explains have the label of their long form."""

import pytest

from space.engine import Entity
from space.engine.abbreviations import abbreviations, resolve


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chronic obstructive pulmonary disease (COPD)", [("COPD", "chronic obstructive pulmonary disease")]),
        ("Chronic kidney disease (CKD), end-stage.", [("CKD", "Chronic kidney disease")]),
        ("adverse drug reactions (ADRs; n = 4)", [("ADRs", "adverse drug reactions")]),
        ("5-hydroxytryptamine\n(5-HT)", [("5-HT", "5-hydroxytryptamine")]),
        ("given MTX (methotrexate) weekly", [("MTX", "methotrexate")]),
        (
            "heart failure (HF) and atrial fibrillation (AF)",
            [("HF", "heart failure"), ("AF", "atrial fibrillation")],
        ),
        ("lithium (high)", []),
        ("lithium (LI (XY))", []),
        ("fever (Table 2)", []),
        ("(COPD)", []),
    ],
)
def test_definitions(text, expected):
    assert [(found.short, text[found.start : found.end]) for found in abbreviations(text)] == expected


def entity(text: str, mention: str, label: str, score: float = 0.9) -> Entity:
    start = text.index(mention)
    return Entity(start, start + len(mention), label, score, mention)


def test_a_short_form_is_found_wherever_it_stands_as_a_word():
    text = "Chronic kidney disease (CKD) is common. CKD-related CKDx, a CKD."
    long = entity(text, "Chronic kidney disease", "Disease", 0.7)
    found = resolve(text, [long])
    assert [(one.start, one.text, one.label, one.score) for one in found] == [
        (0, "Chronic kidney disease", "Disease", 0.7),
        (24, "CKD", "Disease", 0.7),
        (40, "CKD", "Disease", 0.7),
        (60, "CKD", "Disease", 0.7),
    ]


def test_another_label_of_a_short_form_gives_way_and_a_longer_entity_stays():
    text = "Chronic kidney disease (CKD): CKD anemia, CKD."
    anemia = entity(text, "CKD anemia", "Disease")
    wrong = Entity(42, 45, "Chemical", 0.99, "CKD")
    found = resolve(text, [entity(text, "Chronic kidney disease", "Disease", 0.7), anemia, wrong])
    assert [(one.text, one.label) for one in found] == [
        ("Chronic kidney disease", "Disease"),
        ("CKD", "Disease"),
        ("CKD anemia", "Disease"),
        ("CKD", "Disease"),
    ]


def test_a_long_form_that_is_no_entity_explains_nothing():
    text = "The national health service (NHS) pays; NHS."
    kept = [entity(text, "NHS", "Chemical")]
    assert resolve(text, kept) == kept

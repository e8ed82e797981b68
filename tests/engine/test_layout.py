"""Where a text's layout ends entities, and which of its characters are none."""

from itertools import pairwise

import pytest

from space.engine.layout import placeholders, read_layout


def pieces(text: str) -> list[str]:
    """The text cut at its breaks, without the white space around each piece."""
    breaks, _ = read_layout(text)
    places = [0, *breaks, len(text)]
    cut = [text[start:end].strip() for start, end in pairwise(places)]
    return [piece for piece in cut if piece]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chronic renal\n   failure last week.", ["chronic renal\n   failure last week."]),
        ("Asthma\n\nGout", ["Asthma", "Gout"]),
        ("Asthma\r\n \t\r\nGout", ["Asthma", "Gout"]),
        ("Asthma\fGout", ["Asthma", "Gout"]),
        ("Asthma\n=====\nGout and more of it", ["Asthma", "=====", "Gout and more of it"]),
        ("* Asthma\n* Gout", ["*", "Asthma", "*", "Gout"]),
        ("\uf0b7 asthma\n\u2022\tgout", ["\uf0b7", "asthma", "\u2022", "gout"]),
        ("1. Asthma\n2) Gout\n(3) Fever", ["1.", "Asthma", "2)", "Gout", "(3)", "Fever"]),
        ("a. Asthma\nb. Gout", ["a.", "Asthma", "b.", "Gout"]),
        ("E. coli sepsis and\nA. fumigatus", ["E. coli sepsis and\nA. fumigatus"]),
        ("a dose of\n5 mg was given", ["a dose of\n5 mg was given"]),
        ("well-known\n-related disease was seen", ["well-known\n-related disease was seen"]),
    ],
)
def test_what_ends_an_entity(text, expected):
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Problem list:\ngout\nrenal failure", ["Problem list:", "gout", "renal failure"]),
        ("gout\nrenal failure\nasthma", ["gout", "renal failure", "asthma"]),
        ("Gout\nRenal failure", ["Gout", "Renal failure"]),
        ("renal\nfailure", ["renal\nfailure"]),
        (
            "Medications:\nAspirin 81 mg\nDiet:\nlow salt",
            ["Medications:", "Aspirin 81 mg", "Diet:", "low salt"],
        ),
        # Sentences, however short their lines are.
        (
            "Chronic renal\nfailure improved\nafter dialysis.",
            ["Chronic renal\nfailure improved\nafter dialysis."],
        ),
        ("Gout\nAsthma\nwas not seen in this patient.", ["Gout\nAsthma\nwas not seen in this patient."]),
        ("Lithium,\nAspirin,\nIron", ["Lithium,\nAspirin,\nIron"]),
    ],
)
def test_the_items_of_a_bare_list(text, expected):
    assert pieces(text) == expected


def test_what_is_no_entity():
    text = "Seen by [**First Name8 (NamePattern2) **] on ___ at [HOSPITAL 2]; see [1] and [see].\n-----\n"
    assert [text[start:end] for start, end in placeholders(text)] == [
        "[**First Name8 (NamePattern2) **]",
        "___",
        "[HOSPITAL 2]",
    ]
    _, ruled = read_layout(text)
    assert [text[start:end] for start, end in ruled] == ["-----"]

"""Whole cards: places, front matter, claims in words, and texts that nobody should write."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.reading import read

CARD = """---
license: mit
datasets:
- bc5cdr
model-index:
- name: finch
  results:
  - task: {type: token-classification}
    dataset: {type: bc5cdr, name: BC5CDR, split: test}
    metrics:
    - type: f1
      value: 0.8070
      name: Macro F1 (int8)
---
# Finch

Finch has **66M** parameters and
takes [253 MB](https://example.org/80.7) on disk.

- The p95 is `19 ms`.

> | Model | F1 |
> |---|---|
> | Finch | 80.7 \\| good |

```python
f1 = 99.9
```

Its F1 is &gt; 0.8 and $0.807$ <!-- or 0.9 --> at most.
"""


def places(text: str) -> dict[str, str]:
    return {s.shown: str(s.place) for s in read(text, "README.md").statements}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_places_are_exact(ending):
    text = CARD.replace("\n", ending)
    found = places(text)
    lines = text.split(ending)
    assert found.keys() >= {"0.8070", "66M", "253 MB", "19 ms", "80.7"}
    for shown, place in found.items():
        _, line, column = place.rsplit(":", 2)
        assert lines[int(line) - 1][int(column) - 1 :].startswith(shown)


def test_code_comments_and_links_state_nothing():
    assert {"99.9", "0.9"}.isdisjoint(places(CARD))
    assert {s.where for s in read(CARD, "f").statements} == {"front matter", "prose", "list", "table"}


def test_the_model_index_is_read():
    (statement,) = (s for s in read(CARD, "f").statements if s.where == "front matter")
    assert (statement.value, statement.low, statement.high) == pytest.approx((0.807, 0.80695, 0.80705))
    assert (statement.quantity, statement.group, statement.subject) == ("f1", "macro", "model int8")
    assert (statement.dataset, statement.split) == ("bc5cdr", "test")


@pytest.mark.parametrize(
    ("text", "kind", "subject", "versus"),
    [
        ("The student is faster than the teacher.", "faster", "student", "teacher"),
        ("A smaller student.", "smaller", "student", None),
        ("INT8 comes with no loss in accuracy.", "no loss", "int8", None),
        ("The student was distilled without sacrificing quality.", "no loss", "student", None),
        ("Quantization is lossless.", "no loss", "quantized", None),
        ("Finch outperforms the baseline.", "better", None, "baseline"),
        ("State-of-the-art results.", "best", None, None),
        ("It runs entirely in your browser.", "on device", "model", None),
        ("Your text never leaves the device.", "private", None, None),
        ("It tags notes in real time.", "real time", "model", None),
    ],
)
def test_claims_in_words(text, kind, subject, versus):
    (phrase,) = (p for p in read(text, "f").phrases if p.kind == kind)
    assert (phrase.subject, phrase.versus) == (subject, versus)


@pytest.mark.parametrize(
    "text",
    [
        "An INT8 file may even be slower than FP32.",
        "Is it faster than the teacher? It depends on whether the CPU is faster.",
        "The student is not faster than the teacher.",
        "The student is 3.6x faster than the teacher.",
        "A training loss function, and a loss curve.",
    ],
)
def test_what_is_hedged_or_denied_or_counted_is_no_claim_in_words(text):
    assert [p.shown for p in read(text, "f").phrases] == []


BROKEN = [
    "",
    "---\n",
    "---\nmodel-index: [\n---\n",
    "---\nmodel-index:\n- results: 3\n- 4\n---\nF1",
    "---\na: &x [*x]\n---\n| | |\n|-|-|\n",
    "| a |\n|---|\n|||||",
    "<table><tr><td colspan=x>0.9<td>",
    "<table>" * 50,
    "| F1 | F1 |\n|---|---|\n| 1,2,3 | 9e999 |",
    "F1 of 1e400 and 0.5e-400, ±±± 3 [ , ] (95% CI to)",
    "\0\ufeff\u2028F1 0.9\x85 \ud7ff 五十 F1：０.９",
    "- " * 300 + "F1 80.7",
    "> " * 300 + "F1 80.7",
    "100% smaller, 0x faster, -5% of the F1, 0% kept, 200% smaller, 1e308 MB, 1e308 TB",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_no_text_breaks_the_reading(text):
    read(text, "f")


WORDS = st.sampled_from(
    [
        "F1",
        "macro",
        "the",
        "student",
        "teacher",
        "INT8",
        "keeps",
        "%",
        "of",
        "80.7",
        "0.85",
        "3.6x",
        "10.8",
        "ms",
        "MB",
        "253",
        "faster",
        "than",
        "smaller",
        "by",
        "from",
        "to",
        "and",
        ",",
        ".",
        "(",
        ")",
        "[",
        "]",
        "|",
        ":",
        "-",
        "#",
        "**",
        "`",
        "\n",
        "\n\n",
        "|---|",
        "half",
        "respectively",
        "p95",
        "66M",
        "parameters",
        "7,064",
        "abstracts",
        "test",
        "set",
        "<b>",
        "&lt;",
        "$",
        "±",
        "–",
        "1e5",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=200))
def test_whatever_is_read_stands_in_the_text(text):
    card = read(text, "f")
    for statement in card.statements:
        assert statement.low <= statement.value <= statement.high
        assert 1 <= statement.place.line <= len(card.document.lines)
    for part in (*card.statements, *card.phrases):
        offset = card.document.lines[part.place.line - 1] + part.place.column - 1
        first = part.shown.split()[0]
        assert card.document.masked[offset:].startswith(first)


def test_a_card_of_two_megabytes_is_read_in_seconds():
    text = CARD + "A sentence with an F1 of 0.81 on the test set, 3x faster than the teacher.\n\n" * 27_000
    started = time.process_time()
    read(text, "f")
    assert len(text) > 2_000_000
    assert time.process_time() - started < 60  # some 5 seconds; what grows faster than the text takes hours

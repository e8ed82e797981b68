"""Tables of cards that we did not write: what each cell is read to be."""

import pytest

from cards.reading import read


def facts(text: str) -> list[str]:
    """Each statement in one line: value, then what it is said to be."""
    lines = []
    for s in read(text, "card").statements:
        parts = [s.subject, s.group, s.statistic, s.quantity, s.of, s.versus, s.counted, s.dataset, s.split]
        said = " | ".join(str(part) for part in (*parts, *sorted(s.conditions)) if part)
        lines.append(f"{s.value:.6g} {said}")
    return lines


CASES = {
    "models as rows": (
        """
| Model | Params | Size | Macro F1 |
|---|---:|---:|---:|
| Teacher | 110M | 410.9 MB | 86.57 |
| Student | 66M | 253 MB | **80.70** |
""",
        [
            "1.1e+08 teacher | parameters",
            "4.109e+08 teacher | size",
            "0.8657 teacher | macro | f1",
            "6.6e+07 student | parameters",
            "2.53e+08 student | size",
            "0.807 student | macro | f1",
        ],
    ),
    "models as columns, one unit in the head": (
        """
| | Falcon-Large | Falcon-Mini |
|---|---|---|
| Parameters (M) | 340 | 22.7 |
| Median latency (ms) ↓ | 41.2 | 6.05 |
| Recall (%) ↑ | 91.0 | 88.4 |
""",
        [
            "3.4e+08 falcon large | parameters",
            "2.27e+07 falcon mini | parameters",
            "41.2 falcon large | median | latency",
            "6.05 falcon mini | median | latency",
            "0.91 falcon large | recall",
            "0.884 falcon mini | recall",
        ],
    ),
    "entity types as rows, the usual report": (
        """
Results on the NCBI Disease test set:

| Entity | P | R | F1 | Support |
|---|---|---|---|---|
| Gene | 0.912 | 0.880 | 0.896 | 1,204 |
| micro avg | 0.90 | 0.87 | 0.88 | 2,000 |
""",
        [
            "0.912 gene | precision | ncbi disease | test",
            "0.88 gene | recall | ncbi disease | test",
            "0.896 gene | f1 | ncbi disease | test",
            "1204 gene | count | mention | ncbi disease | test",
            "0.9 micro | precision | ncbi disease | test",
            "0.87 micro | recall | ncbi disease | test",
            "0.88 micro | f1 | ncbi disease | test",
            "2000 micro | count | mention | ncbi disease | test",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_says(name):
    text, expected = CASES[name]
    assert facts(text) == expected


def test_cells_have_exact_places():
    card = read(
        "---\nlicense: mit\n---\n\n# T\n\n| Model | F1 |\n|---|---|\n| `a` | **0.91** † |\n", "README.md"
    )
    (statement,) = card.statements
    assert str(statement.place) == "README.md:9:11"
    assert statement.shown == "0.91"
